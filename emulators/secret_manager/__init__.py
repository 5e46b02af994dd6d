"""Secret Manager on this machine, driven by Google's own client."""

from emulators.secret_manager.emulator import SecretManagerEmulator

__all__ = ["SecretManagerEmulator"]
