"""What a run does at its edges."""
