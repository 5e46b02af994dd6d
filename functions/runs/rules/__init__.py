"""What decides in a run: pure, with time as an argument."""
