"""The settings of this function beyond those of every function."""

from collections.abc import Mapping
from functools import cache

from shared.runtime.settings import Settings


class IdentitySettings(Settings):
    """The name under which identity issues tokens, and the address that browsers know it by: the
    same, unless a local platform says otherwise. `loopback_clients`: on a local platform, clients
    of this machine are let in."""

    environment: str = "prod"
    issuer: str
    audience: str = "assent"
    public_url: str = ""
    loopback_clients: bool = False

    @property
    def may_be_loopback(self) -> bool:
        """Whether a client may be on this machine: never outside a local platform."""
        return self.loopback_clients and self.environment == "local"

    @property
    def resources(self) -> Mapping[str, str | None]:
        """The servers that a client's tokens may be for, each with the audience of such a token;
        None is that of Assent's own functions."""
        return {self.origin: None, f"{self.origin}/mcp": f"{self.origin}/mcp"}

    @property
    def origin(self) -> str:
        """Scheme, host and port of every page."""
        return (self.public_url or self.issuer).rstrip("/")


@cache
def settings() -> IdentitySettings:
    """The settings, read once per process."""
    return IdentitySettings.from_environment()
