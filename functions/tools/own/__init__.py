"""The operations that `tools` has of its own."""
