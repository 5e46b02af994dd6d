"""What a session with a server is kept for. Pure."""

from typing import NamedTuple


class Whose(NamedTuple):
    """The one connector whose calls a session is for."""

    tenant_id: str
    workspace_id: str | None
    connector: str


class Shape(NamedTuple):
    """What a session was opened with; calls with anything else have another one. `repeats`: a
    server of the older era may ask in the middle of its calls, since they may be repeated."""

    pin: str
    credential: str
    credential_version: str
    protocol: str
    repeats: bool = False
