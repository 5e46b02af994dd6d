"""What `tools` publishes about credentials: what connectors show to the systems that they call. The
values lie in Secret Manager and nowhere else."""

from typing import Annotated, Literal

from pydantic import Field

from events.connectors import Host
from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import Data, EventData
from shared.kit.workspaces import InWorkspace

TOPIC = "tools"

CredentialKind = Literal["bearer", "header", "basic", "oauth2"]
CredentialStatus = Literal["set", "removed"]
Hosts = Annotated[tuple[Host, ...], Field(min_length=1, max_length=20)]


class Shown(Data):
    """What is public of how a credential is shown: the `header` that it goes into; the `user` that
    a password or a client's secret is of; where a client gets its access tokens, and for what."""

    header: str | None = None
    user: str | None = None
    token_url: str | None = None
    scope: str | None = None
    audience: str | None = None


class CredentialState(EventData):
    """A credential after the event, without its value. It is sent to its `hosts` and to no others.
    `version` counts its values."""

    credential_id: str
    name: str
    kind: CredentialKind
    status: CredentialStatus
    hosts: tuple[str, ...]
    shown: Shown = Shown()
    version: int
    set_by: str
    set_at: Instant
    workspace_id: InWorkspace = None


@event("assent.credential.stored.v1")
class CredentialStored(CredentialState):
    """Somebody stored a value, or another one in its place."""


@event("assent.credential.removed.v1")
class CredentialRemoved(CredentialState):
    """Its value is gone; what named it is refused."""

    removed_by: str
