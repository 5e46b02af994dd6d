"""The settings of this function beyond those of every function."""

from functools import cache
from typing import Annotated

from pydantic import Field, Json, StringConstraints

from events.specs import Name
from shared.runtime.settings import Settings

Word = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]
Command = Annotated[tuple[Word, ...], Field(min_length=1, max_length=50)]


class ToolsSettings(Settings):
    """Where the server of counters and ledgers is; empty where there is none, and then nobody adds
    or appends. `loopback_targets`: on a local platform, connectors reach servers of this
    machine. `mcp_servers`: as JSON, the servers of the Model Context Protocol that the operator put
    into the image, with the command of each; tenants connect them by their names. `issuer` and
    `public_url`: the addresses by which identity, and browsers, know this site."""

    environment: str = "prod"
    targets_url: str = ""
    loopback_targets: bool = False
    mcp_servers: Json[dict[Name, Command]] = Field(default_factory=dict)
    issuer: str = ""
    public_url: str = ""

    @property
    def may_be_loopback(self) -> bool:
        """Whether a connector may reach this machine: never outside a local platform."""
        return self.loopback_targets and self.environment == "local"

    @property
    def origin(self) -> str:
        """Scheme, host and port of this site."""
        return (self.public_url or self.issuer).rstrip("/")


@cache
def settings() -> ToolsSettings:
    """The settings, read once per process."""
    return ToolsSettings.from_environment()
