"""Checkpoints in Firestore, each written once."""

from shared.audit_log.checkpoints import StoredCheckpoint
from shared.storage.batches import Batch, Document, LostRace
from shared.storage.firestore import TenantStore

CHECKPOINTS = "audit_checkpoints"


async def newest_checkpoint(tenant_id: str) -> StoredCheckpoint | None:
    """The stored checkpoint of the highest number. One read. Raises Unavailable."""
    page = await TenantStore(tenant_id).find(
        CHECKPOINTS, order_by="number", descending=True, limit=1
    )
    return _stored_checkpoint(page.items[0]) if page.items else None


async def read_checkpoints(tenant_id: str) -> list[StoredCheckpoint]:
    """Every stored checkpoint of a tenant. Raises Unavailable."""
    return [_stored_checkpoint(each) async for each in TenantStore(tenant_id).find_all(CHECKPOINTS)]


async def store_checkpoint(tenant_id: str, checkpoint: StoredCheckpoint) -> None:
    """Stores a checkpoint, create-only: one that is there already stays. Raises Unavailable."""
    batch = Batch()
    fields = {"number": checkpoint.number, "note": checkpoint.note}
    batch.create(CHECKPOINTS, f"{checkpoint.number:020}", fields)
    try:
        await TenantStore(tenant_id).commit(batch)
    except LostRace:
        # An earlier run wrote it, and ended before it noted what it covers.
        return


def _stored_checkpoint(document: Document) -> StoredCheckpoint:
    # By its name, which says what was stored first, and not by a field beside it.
    return StoredCheckpoint(int(document.id), document.data["note"])
