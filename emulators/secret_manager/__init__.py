"""A local Secret Manager for Google's own client."""

from emulators.secret_manager.emulator import SecretManagerEmulator

__all__ = ["SecretManagerEmulator"]
