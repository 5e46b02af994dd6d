"""What `identity` publishes of sessions, and of the devices and clients that people let in."""

from typing import Literal

from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import EventData

TOPIC = "identity"

Client = Literal["browser", "device", "client", "support"]
EndedBecause = Literal["signed_out", "revoked", "reused", "replaced", "removed"]


class SessionState(EventData):
    """A session after the event: one sign-in, and all tokens that follow from it. `client_id` is
    the address of a client that a person let in; `impersonator` the platform admin who acts as the
    principal in it; `passkey_id` the passkey that signed it in; `agent_id` the agent that the
    client acts as, where it does."""

    session_id: str
    principal_id: str
    client: Client
    client_id: str | None = None
    provider: str
    passkey_id: str | None = None
    started_at: Instant
    expires_at: Instant
    ended_at: Instant | None = None
    ended_because: EndedBecause | None = None
    impersonator: str | None = None
    agent_id: str | None = None


@event("assent.session.started.v1")
class SessionStarted(SessionState):
    """A principal signed in, in a browser or on a device, or a client that it let in began."""


@event("assent.session.ended.v1")
class SessionEnded(SessionState):
    """The session gives no token any more: its owner signed out or revoked it, a token of it was
    used a second time, which means that somebody copied it (`reused`), a platform admin, who has
    one session at a time, signed in again (`replaced`), or its owner was removed from the tenant
    whose issuer they signed in at."""


class DeviceGrantState(EventData):
    """The request of a device to act for a person, after the event."""

    grant_id: str
    scope: str
    requested_at: Instant
    expires_at: Instant
    decided_by: str | None = None
    decided_at: Instant | None = None
    allowed: bool | None = None


@event("assent.device_grant.decided.v1")
class DeviceGrantDecided(DeviceGrantState):
    """A signed-in person allowed a device to act for them, or denied it."""


class ClientGrantState(EventData):
    """What a person let a client do, in the tenant `given_in`. `client_id` is the address of the
    document that describes the client, `resource` the server that its tokens are for, `agent_id`
    the agent that it acts as there, where it acts as one."""

    grant_id: str
    client_id: str
    principal_id: str
    given_in: str
    scope: str
    resource: str
    given_at: Instant
    agent_id: str | None = None


@event("assent.client_grant.given.v1")
class ClientGrantGiven(ClientGrantState):
    """A signed-in person let a client act for them in a tenant. The session that follows has its
    `client_id`, and ends when the person revokes it."""
