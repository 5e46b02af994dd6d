"""Reads, asks, acts, saves."""
