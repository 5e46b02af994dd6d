"""Capability tokens: what one run may do, once, and for how long (docs/decisions/0094)."""
