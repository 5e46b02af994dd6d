"""Who is told of what, where and when, and what became of it."""
