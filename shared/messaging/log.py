"""The event log, which is also the outbox: `tenants/{tenant}/events/{evt_id}`, kept for ever."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.messaging.envelope import ATTRIBUTES, Envelope
from shared.storage.batches import ServerTime
from shared.storage.firestore import PlatformStore

EVENT_LOG = "events"


def log_entry(event: Envelope, *, position: int, flagged: bool = True) -> dict[str, Any]:
    """The document of an event not yet published; `position` orders the events of one commit. The
    sweep publishes a `flagged` event that stays unpublished."""
    return {
        **event.model_dump(mode="json", include=set(ATTRIBUTES) | {"data"}),
        "unpublished": flagged,
        "position": position,
        "committed_at": ServerTime(),
    }


def logged_event(data: Mapping[str, Any], received_at: datetime) -> Envelope:
    """The envelope in a document of the log."""
    values = {name: data[name] for name in (*ATTRIBUTES, "data")}
    return Envelope.model_validate({**values, "received_at": received_at})


async def tenants_of_log() -> list[str]:
    """Every tenant with an event, one read each. Raises Unavailable."""
    found: list[str] = []
    while True:
        after = found[-1] if found else ""
        entries = await PlatformStore().find(
            EVENT_LOG, where=[("tenantid", ">", after)], order_by="tenantid", limit=1
        )
        if not entries:
            return found
        found.append(entries[0].tenant_id)
