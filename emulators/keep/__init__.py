"""Keeps the platform's state: a snapshot of its last orderly stop, and backups of it."""
