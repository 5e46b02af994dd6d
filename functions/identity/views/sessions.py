"""What a principal sees of its sessions."""

from typing import Self

from events.sessions import Client, EndedBecause
from functions.identity.rules.session import Session
from shared.kit.instants import Instant
from shared.kit.models import Model, Page, part_of


class SessionView(Model):
    """A session of the caller's own. `client_id` is the program that the caller let in, `agent_id`
    the agent that it acts as, `scope` what it may do: where it is empty, all that the caller
    may."""

    session_id: str
    client: Client
    client_id: str | None
    agent_id: str | None
    tenant_id: str | None
    scope: str
    provider: str
    passkey_id: str | None
    device: str
    started_at: Instant
    used_at: Instant
    expires_at: Instant
    ended_at: Instant | None
    ended_because: EndedBecause | None
    impersonator: str | None

    @classmethod
    def of(cls, session: Session) -> Self:
        """What its owner sees of it."""
        return part_of(cls, session)


class SessionPage(Page[SessionView]):
    """A page of sessions."""
