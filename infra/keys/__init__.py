"""The values of secrets: made, rotated and retired in Secret Manager itself."""
