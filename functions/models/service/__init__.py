"""What becomes of a call at the edges of this function."""
