"""What `identity` publishes of support that acts as a member."""

from typing import Annotated

from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import EventData
from shared.kit.personal import Personal

TOPIC = "identity"


class ImpersonationState(EventData):
    """Support that acts as the member `principal_id`, after the event. It only reads."""

    session_id: str
    principal_id: str
    impersonator: str
    reason: Annotated[str, Personal(of="impersonator")]
    started_at: Instant
    expires_at: Instant
    ended_at: Instant | None = None
    ended_by: str | None = None


@event("assent.impersonation.started.v1")
class ImpersonationStarted(ImpersonationState):
    """A platform admin acts as the member from now on, for half an hour; the member is told."""


@event("assent.impersonation.ended.v1")
class ImpersonationEnded(ImpersonationState):
    """The platform admin, the member or an admin of the tenant ended it before its time."""


class SupportAccessState(EventData):
    """Whether support may act as members of the tenant, after the event."""

    allowed: bool
    changed_by: str
    changed_at: Instant


@event("assent.support_access.changed.v1")
class SupportAccessChanged(SupportAccessState):
    """An admin of the tenant allowed support to act as its members, or forbade it."""
