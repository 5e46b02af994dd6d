"""The control API under `/_platform`, which exists only on the local platform."""
