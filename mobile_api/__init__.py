"""The governor's backend-for-frontend: a projection to read, and a way to decide."""
