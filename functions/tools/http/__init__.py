"""Calls of HTTP services that somebody else runs."""
