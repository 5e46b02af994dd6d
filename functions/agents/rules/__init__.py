"""Decisions of the agents function: pure, without clock or I/O."""
