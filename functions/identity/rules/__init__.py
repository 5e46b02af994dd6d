"""Pure rules: time is an argument, and nothing is read or written."""
