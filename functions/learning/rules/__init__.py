"""What decides: pure rules."""
