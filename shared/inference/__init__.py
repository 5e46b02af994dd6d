"""Models that run in this process, on its processor."""
