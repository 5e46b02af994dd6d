"""Why the platform cannot start or continue, in words for its operator."""


class PlatformError(Exception):
    """The message says what is wrong and what to do about it."""


class MissingTool(PlatformError):
    """A program that the platform starts is not installed."""


class PortTaken(PlatformError):
    """Another program listens on the platform's port."""


class ProcessDied(PlatformError):
    """A child ended that should run as long as the platform."""

    def __init__(self, name: str, returncode: int | None, log: str) -> None:
        super().__init__(f"{name} died (exit status {returncode}). The end of its log:\n{log}")
        self.name = name
