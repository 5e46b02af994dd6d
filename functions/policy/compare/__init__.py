"""What a draft changes, with examples, by a solver."""
