"""The events that get an audit entry, and the schedule on which entries are covered."""

from events.registry import published_types
from functions.audit.checkpoints import cover_new_entries
from functions.audit.rules.evidence import evidence_types
from functions.audit.store import append
from shared.messaging.envelope import Envelope

CHECKPOINT_DUE = "assent.audit_checkpoint.due.v1"


async def audit(event: Envelope) -> None:
    """Appends the event to its tenant's chain, once. Raises Unavailable."""
    await append(event)


PUBLISHED = {name for types in published_types().values() for name in types}

HANDLERS = {
    **dict.fromkeys(evidence_types(PUBLISHED), audit),
    CHECKPOINT_DUE: cover_new_entries,
}
