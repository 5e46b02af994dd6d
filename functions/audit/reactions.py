"""The events that get an audit entry."""

from functions.audit.store import append
from shared.messaging.envelope import Envelope


async def audit(event: Envelope) -> None:
    """Appends the event to its tenant's chain, once. Raises Unavailable."""
    await append(event)


HANDLERS = {"assent.lookup.missed.v1": audit}
