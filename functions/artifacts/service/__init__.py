"""Use cases that read or write more than an artifact's document: its bytes."""
