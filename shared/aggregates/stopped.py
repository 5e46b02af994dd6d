"""Timers of tenants that are not open: none of them fires."""

from typing import Any

from shared.aggregates.aggregate import Aggregate
from shared.aggregates.unit_of_work import UnitOfWork
from shared.storage.batches import Batch, Removed


async def may_fire(work: UnitOfWork, aggregate: Aggregate[Any], id: str) -> bool:
    """Whether the timer of a state that was read may fire: its tenant is open. In a tenant that is
    closed for good it never will, so the sweep does not look for it again. Raises LostRace,
    Unavailable."""
    control = await work.control()
    stored = work.stored(aggregate, id)
    if control.status == "closed" and stored is not None:
        batch = Batch()
        batch.merge(aggregate.collection, id, {"sweep_at": Removed()}, stored.document)
        await work.store.commit(batch)
    return control.is_open
