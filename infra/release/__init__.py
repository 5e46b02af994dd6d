"""Watches a release after it was deployed, and sends the traffic back if it fails."""
