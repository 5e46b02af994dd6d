"""The control API under `/_platform`: what only the local platform can be asked."""
