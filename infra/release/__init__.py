"""Watching a release after it was deployed, and sending the traffic back where it fails."""
