"""The values of secrets: made, announced, switched and retired in Secret Manager itself."""
