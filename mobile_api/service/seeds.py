"""Precedents: read from the projection, written by the function that owns them."""

import asyncio
from uuid import uuid4

from events.precedents import PrecedentBody, PrecedentSeed
from mobile_api.approvals import post
from mobile_api.rules.documents import CARDS, SEEDS
from mobile_api.rules.seeds import with_matches
from mobile_api.store import require_document
from mobile_api.views import SeedPage
from shared.kit.callers import Caller
from shared.kit.errors import NotFound
from shared.kit.ids import is_id
from shared.storage.batches import Document
from shared.storage.firestore import TenantStore

PATH = "/v1/precedent-seeds"


async def list_seeds(caller: Caller, limit: int, cursor: str | None) -> SeedPage:
    """Precedents, newest first."""
    store = TenantStore(caller.tenant_id)
    page = await store.find(
        SEEDS, order_by="created_at", descending=True, limit=limit, cursor=cursor
    )
    seeds = await asyncio.gather(*(_seed(store, document) for document in page.items))
    return SeedPage(items=tuple(seeds), next_cursor=page.next_cursor)


async def read_seed(caller: Caller, seed_id: str) -> PrecedentSeed:
    """One precedent. Raises NotFound."""
    document = await require_document(caller, SEEDS, "pre", seed_id)
    return await _seed(TenantStore(caller.tenant_id), document)


async def post_seed(caller: Caller, body: PrecedentBody, key: str | None) -> PrecedentSeed:
    """The precedent with Genesis' verdict on it. Raises the owner's refusals, Unavailable."""
    return await _put(caller, PATH, body.model_dump_json().encode(), key)


async def change_seed(caller: Caller, seed_id: str, verb: str, key: str | None) -> PrecedentSeed:
    """The precedent, activated or suspended. Raises NotFound, the owner's refusals, Unavailable."""
    if not is_id("pre", seed_id):
        raise NotFound()
    return await _put(caller, f"{PATH}/{seed_id}/{verb}", b"", key)


async def _put(caller: Caller, path: str, body: bytes, key: str | None) -> PrecedentSeed:
    # Our own retries need a key even where the caller has none.
    headers = {"Idempotency-Key": key or str(uuid4())}
    return await post(path, body, PrecedentSeed, caller=caller, headers=headers)


async def _seed(store: TenantStore, document: Document) -> PrecedentSeed:
    matched, compared = await asyncio.gather(
        store.count(CARDS, where=[("precedent_id", "==", document.id)]),
        store.count(CARDS, where=[("compared_with", "array_contains", document.id)]),
    )
    seed = PrecedentSeed.model_validate_json(document.data["seed"])
    return with_matches(seed, matched=matched, compared=compared)
