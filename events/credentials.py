"""What `tools` publishes about credentials: what connectors and routes of models show to the
systems that they call. The values lie in Secret Manager and nowhere else."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from events.connector_definition import Host
from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import Data, EventData
from shared.kit.workspaces import InWorkspace

TOPIC = "tools"
# `functions/tools` alone writes them.
CREDENTIALS = "credentials"

CredentialKind = Literal["bearer", "header", "basic", "oauth2", "webhook"]
CredentialStatus = Literal["set", "removed"]
# Who may read the value: calls of connectors, or calls of models.
CredentialUse = Literal["connectors", "models"]
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
    `version` counts its values. Those `used_by` one of both are never shown to what the other
    calls."""

    credential_id: str
    name: str
    kind: CredentialKind
    status: CredentialStatus
    hosts: tuple[str, ...]
    used_by: CredentialUse = "connectors"
    shown: Shown = Shown()
    version: int
    set_by: str
    set_at: Instant
    workspace_id: InWorkspace = None


class Credential(CredentialState):
    """A credential as it is stored. `secret_version` is the version of its secret that holds the
    value."""

    secret_version: str

    @property
    def listed_at(self) -> datetime | None:
        """Where it stands in the list; nowhere once it was removed."""
        return self.set_at if self.status == "set" else None


@event("assent.credential.stored.v1")
class CredentialStored(CredentialState):
    """Somebody stored a value, or another one in its place."""


@event("assent.credential.removed.v1")
class CredentialRemoved(CredentialState):
    """Its value is gone; what named it is refused."""

    removed_by: str


def credential_id(name: str, workspace_id: str | None) -> str:
    """The id of a credential: one for each name in a workspace, or in the rest of the tenant."""
    return name if workspace_id is None else f"{workspace_id}.{name}"


def is_there(credential: Credential | None) -> bool:
    """Whether the credential has a value."""
    return credential is not None and credential.status == "set"


def why_not_for(
    credential: Credential | None, name: str, hosts: Iterable[str], used_by: CredentialUse
) -> str | None:
    """Why the credential of that name is not sent to all of these hosts by that use; None where it
    is."""
    if credential is None or not is_there(credential):
        return f"there is no credential {name}: store it with PUT /v1/credentials/{name}"
    if credential.used_by != used_by:
        return f"the credential {name} is used by {credential.used_by}: store one used by {used_by}"
    beyond = sorted(set(hosts) - set(credential.hosts))
    if beyond:
        return f"the credential {name} is not for {beyond[0]}: add it to the credential's hosts"
    return None
