"""The control document, as identity writes it."""

from shared.kit.control import COLLECTION, ID, Control
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore


async def write_control(store: TenantStore, control: Control) -> None:
    """Says what may be done in the tenant from now on."""
    batch = Batch()
    batch.put(COLLECTION, ID, {"state": control.model_dump_json()})
    await store.commit(batch)
