"""The settings of this function beyond those of every function."""

from functools import cache

from shared.runtime.settings import Settings


class IdentitySettings(Settings):
    """The name under which identity issues tokens, and the address that browsers know it by: the
    same, unless a local platform says otherwise."""

    issuer: str
    audience: str = "assent"
    public_url: str = ""

    @property
    def origin(self) -> str:
        """Scheme, host and port of every page."""
        return (self.public_url or self.issuer).rstrip("/")


@cache
def settings() -> IdentitySettings:
    """The settings, read once per process."""
    return IdentitySettings.from_environment()
