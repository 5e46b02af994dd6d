"""The governor's backend-for-frontend: a projection to read from, and a way to decide."""
