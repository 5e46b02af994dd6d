"""What a tenant used, and the proof of it."""
