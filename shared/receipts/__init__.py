"""Receipts, as `runs` notes for what they are."""
