"""Use cases that read or write more than one thing."""
