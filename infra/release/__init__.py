"""Watches a release after its deployment, and returns the traffic to the old revisions if it
fails."""
