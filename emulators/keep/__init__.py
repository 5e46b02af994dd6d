"""What outlives the platform: a snapshot of its last orderly stop, and backups of it."""
