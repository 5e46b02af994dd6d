"""What a call may cost, what it did cost, and where it goes: pure, with time as an argument."""
