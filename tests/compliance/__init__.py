"""The audit: what the project promises about its dependencies, its tree and its rules."""
