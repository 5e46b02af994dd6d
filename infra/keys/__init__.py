"""Makes, rotates and retires the values of secrets in Secret Manager itself."""
