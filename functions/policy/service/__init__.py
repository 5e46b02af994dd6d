"""Loads, decides, saves."""
