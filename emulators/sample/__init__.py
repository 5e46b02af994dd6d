"""The sample tenant of the local platform: somebody new decides in it within a minute."""
