"""Why the platform cannot start or go on, in words for whoever started it."""


class PlatformError(Exception):
    """The message says what is wrong and what to do about it."""


class MissingTool(PlatformError):
    """A program the platform starts is not installed."""


class PortTaken(PlatformError):
    """Somebody else listens where the platform should."""


class ProcessDied(PlatformError):
    """A child ended that should run as long as the platform."""

    def __init__(self, name: str, returncode: int | None, log: str) -> None:
        super().__init__(f"{name} died (exit status {returncode}). The end of its log:\n{log}")
        self.name = name
