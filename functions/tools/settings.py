"""The settings of this function beyond those of every function."""

from functools import cache

from shared.runtime.settings import Settings


class ToolsSettings(Settings):
    """Where the server of counters and ledgers is; empty where there is none, and then nobody adds
    or appends."""

    targets_url: str = ""


@cache
def settings() -> ToolsSettings:
    """The settings, read once per process."""
    return ToolsSettings.from_environment()
