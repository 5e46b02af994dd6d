"""Events in: each updates the projection."""

from mobile_api.aggregates import RUN
from mobile_api.rules.projection import projected_types
from mobile_api.service.project import project_event
from shared.messaging.envelope import Envelope

__all__ = ["HANDLERS", "RUN"]


async def on_event(event: Envelope) -> None:
    """Projects the event; a redelivery changes nothing."""
    await project_event(RUN.outbox, event)


HANDLERS = dict.fromkeys(sorted(projected_types()), on_event)
