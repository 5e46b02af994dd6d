"""The runbooks, practised on the local platform."""
