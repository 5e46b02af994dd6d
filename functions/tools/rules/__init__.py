"""What may act, and what is recorded of it."""
