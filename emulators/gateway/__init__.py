"""HTTP on its way to a function: the one port, each deployable's own URL, IAM in front."""
