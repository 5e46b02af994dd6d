"""HTTP in front of functions: the one port, each deployable's own URL, and IAM."""
