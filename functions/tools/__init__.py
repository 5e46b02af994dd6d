"""Tools: the only function that acts."""
