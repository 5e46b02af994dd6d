"""The schema's history. Run by its owner, which no function is."""
