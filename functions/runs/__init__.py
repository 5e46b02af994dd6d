"""Plans that are executed: governed runs."""
