"""Events in: each brings the projection up to date."""

from mobile_api.rules.projection import projected_types
from mobile_api.service.projecting import project_event
from mobile_api.service.reading import OUTBOX
from shared.messaging.deliveries import Deliveries
from shared.messaging.envelope import Envelope
from shared.messaging.sweep import Sweep


async def on_event(event: Envelope) -> None:
    """Projects the event; repeating it changes nothing."""
    await project_event(OUTBOX, event)


async def on_timer(event: Envelope) -> None:
    """Nothing here waits for a moment: no document carries a timer."""
    raise NotImplementedError(event.type)


HANDLERS = dict.fromkeys(sorted(projected_types()), on_event)
SWEEP = Sweep(OUTBOX, {}, fire=on_timer)
DELIVERIES = Deliveries(OUTBOX)
