"""The projection's documents: reads by key, reads of all, and writes."""

from collections.abc import Iterable, Mapping

from mobile_api.aggregates import DECLARED, RUN
from mobile_api.rules.counters import is_time
from mobile_api.rules.documents import COUNTERS, SEED_COUNTS, Fields, Key
from shared.kit.callers import Caller
from shared.kit.errors import NotFound
from shared.kit.ids import is_id
from shared.kit.workspaces import WORKSPACE
from shared.messaging.misses import report_miss
from shared.storage.batches import Add, AtLeast, Batch, Document
from shared.storage.firestore import TenantStore

# Counters come first: a reader that reads them before the rest notices any later change.
COUNTED = (COUNTERS, SEED_COUNTS)
PROJECTED = (*COUNTED, *(each.name for each in DECLARED if each.name not in COUNTED))

Seen = Mapping[Key, Document]


async def require_document(caller: Caller, collection: str, prefix: str, id: str) -> Document:
    """The document with that id, where the caller's token opens it. Raises NotFound, and reports
    the miss of a well-formed id; Unavailable."""
    if is_id(prefix, id):
        document = await TenantStore(caller.tenant_id).get(collection, id)
        if document is not None and caller.sees(document.data.get(WORKSPACE)):
            return document
        await report_miss(RUN.outbox, caller, id)
    raise NotFound(f"nothing here has the id {id[:40]!a}")


async def read_documents(store: TenantStore, keys: Iterable[Key]) -> dict[Key, Document]:
    """Those of the documents that exist, in one round trip."""
    documents = await store.get_many(list(keys))
    return {(found.collection, found.id): found for found in documents if found is not None}


async def read_projection(store: TenantStore) -> dict[Key, Document]:
    """Every document of the projection."""
    return {
        (collection, document.id): document
        for collection in PROJECTED
        async for document in store.find_all(collection)
    }


def write_document(batch: Batch, key: Key, seen: Seen, fields: Fields) -> None:
    """Writes the new document, provided that the old one is unchanged."""
    if key in seen:
        batch.replace(seen[key], fields)
    else:
        batch.create(*key, fields)


def count_in(batch: Batch, shard: Key, change: Mapping[str, int]) -> None:
    """Adds to a shard or to a precedent's counts without a condition, so that concurrent commits do
    not wait."""
    fields = {name: AtLeast(n) if is_time(name) else Add(n) for name, n in change.items()}
    batch.merge(*shard, fields)
