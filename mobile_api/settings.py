"""The environment of the governor's API."""

from functools import cache

from shared.runtime.settings import Settings


class MobileSettings(Settings):
    """Where the owner of approvals and precedents answers."""

    url_approvals: str


@cache
def mobile_settings() -> MobileSettings:
    """Read once a process, at the first request that needs it."""
    return MobileSettings.from_environment()
