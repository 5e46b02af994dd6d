"""Gives each new event its envelope: actor, time and cause."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from opentelemetry.propagate import inject
from pydantic import BaseModel

from shared.kit.callers import Caller
from shared.kit.ids import new_id
from shared.kit.models import Model
from shared.messaging.envelope import Envelope


class LastEvent(Model):
    """A subject's latest event, stored in its document: the cause of the next command."""

    id: str
    correlation_id: str


@dataclass
class Recorder:
    """Records the events of one commit so that causes lead back to the correlation's first event.

    The cause is the event that a reaction handles, or for commands and timers the subject's latest
    event, or none for a correlation's first event; the first event of the commit causes its other
    events. (docs/domain.md, invariant 5.)"""

    function: str
    tenant_id: str
    actor_id: str
    at: datetime
    cause: LastEvent | None = None
    # Where what is new belongs.
    workspace_id: str | None = None

    @classmethod
    def for_command(cls, *, function: str, caller: Caller) -> Self:
        """For a command; whoever reads its subject sets `cause`."""
        who, at = caller.principal, caller.received_at
        return cls(function, caller.tenant_id, who, at, workspace_id=caller.workspace_id)

    @classmethod
    def for_reaction(cls, *, function: str, event: Envelope) -> Self:
        """For a reaction to an event of the log."""
        cause = LastEvent(id=event.id, correlation_id=event.correlationid)
        who, within = f"service:{function}", event.workspaceid or None
        return cls(function, event.tenantid, who, event.received_at, cause, within)

    @classmethod
    def for_timer(cls, *, function: str, event: Envelope) -> Self:
        """For a timer; whoever reads its subject sets `cause`."""
        return cls(function, event.tenantid, f"service:{function}", event.received_at)

    def record(
        self,
        *,
        subject: str,
        sequence: int,
        data: BaseModel,
        id: str | None = None,
        workspace_id: str | None = None,
        about: str = "",
    ) -> Envelope:
        """The envelope of the subject's next event; `sequence` is the subject's last plus one.
        `data` is an event payload, of a class registered in `events`; `id` is given where the data
        names something derived from it. `workspace_id` is the subject's, and `about` the noun of
        what that decides about."""
        id = id or new_id("evt", self.at)
        cause = self.cause or LastEvent(id=id, correlation_id=id)
        envelope = Envelope(
            id=id,
            type=data.event_type,  # type: ignore[attr-defined]
            source=f"//assent/{self.function}",
            subject=subject,
            time=self.at,
            tenantid=self.tenant_id,
            actorid=self.actor_id,
            correlationid=cause.correlation_id,
            causationid=cause.id,
            sequence=sequence,
            traceparent=current_traceparent(),
            workspaceid=workspace_id or "",
            about=about,
            data=data.model_dump_json(),
            received_at=self.at,
            reader_clears=about in getattr(data, "reader_clears", ()),
        )
        if self.cause is None:
            self.cause = cause
        return envelope


def last_event(envelope: Envelope) -> LastEvent:
    """What a subject's document stores of the event just recorded."""
    return LastEvent(id=envelope.id, correlation_id=envelope.correlationid)


def current_traceparent() -> str:
    """The W3C trace context of what is running now, or an empty text."""
    carrier: dict[str, str] = {}
    inject(carrier)
    return carrier.get("traceparent", "")
