"""Removes the records of calls whose run is gone."""

from events.retention import RunsRemoved
from functions.tools.aggregates import INVOCATIONS
from shared.messaging.envelope import Envelope
from shared.storage.firestore import READ_AT_ONCE, TenantStore


async def remove_calls(event: Envelope) -> None:
    """Removes what is recorded of the calls of the removed runs, with the tokens that they
    consumed; a redelivery removes what is left. No token of these runs is alive any more: they
    ended hours ago, and a token lives for five minutes. Raises Unavailable."""
    store = TenantStore(event.tenantid)
    for run_id in event.payload(RunsRemoved).run_ids:
        is_its = [("run_id", "==", run_id)]
        while found := (
            await store.find(INVOCATIONS.collection, where=is_its, limit=READ_AT_ONCE)
        ).items:
            await store.delete_all(found)
