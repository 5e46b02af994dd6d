"""The settings of this function beyond those of every function."""

from collections.abc import Mapping
from functools import cache

from functions.identity.rules.authorization import Resource
from shared.kit.roles import PLATFORM_ADMIN
from shared.runtime.settings import Settings


class IdentitySettings(Settings):
    """The name under which identity issues tokens, and the address that browsers know it by: the
    same, unless a local platform says otherwise. `loopback_clients`: on a local platform, clients
    of this machine are let in. `name_server`: `address:port` of the one that is asked for TXT
    records; empty for the machine's own. `platform_admins`: their ids, with spaces between
    them."""

    environment: str = "prod"
    issuer: str
    audience: str = "assent"
    public_url: str = ""
    loopback_clients: bool = False
    name_server: str = ""
    platform_admins: str = ""

    @property
    def may_be_loopback(self) -> bool:
        """Whether a client may be on this machine: never outside a local platform."""
        return self.loopback_clients and self.environment == "local"

    @property
    def resources(self) -> Mapping[str, Resource]:
        """The servers that a client's tokens may be for: Assent's own functions, and `/mcp`."""
        mcp = f"{self.origin}/mcp"
        return {self.origin: Resource(None), mcp: Resource(mcp)}

    def roles_on_platform(self, principal_id: str) -> tuple[str, ...]:
        """Those that somebody has in a token for no tenant."""
        return (PLATFORM_ADMIN,) if principal_id in self.platform_admins.split() else ()

    @property
    def origin(self) -> str:
        """Scheme, host and port of every page."""
        return (self.public_url or self.issuer).rstrip("/")


@cache
def settings() -> IdentitySettings:
    """The settings, read once per process."""
    return IdentitySettings.from_environment()
