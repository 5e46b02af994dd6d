"""Calls of runs, as others than `tools` read them."""
