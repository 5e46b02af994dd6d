"""What becomes of a file. Pure."""
