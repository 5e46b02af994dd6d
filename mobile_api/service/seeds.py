"""Precedents: read from the projection, written by the function that owns them."""

from collections.abc import Sequence
from uuid import uuid4

from events.precedents import PrecedentBody, PrecedentSeed, with_matches
from mobile_api.approvals import post
from mobile_api.rules.counters import COMPARED, MATCHED
from mobile_api.rules.documents import SEED_COUNTS, SEEDS
from mobile_api.store import read_documents, require_document
from mobile_api.views import SeedPage
from shared.kit.callers import Caller
from shared.kit.errors import NotFound
from shared.kit.ids import is_id
from shared.kit.workspaces import within
from shared.storage.batches import Document
from shared.storage.firestore import TenantStore

PATH = "/v1/precedent-seeds"


async def list_seeds(caller: Caller, limit: int, cursor: str | None) -> SeedPage:
    """Precedents, newest first. Reads two documents for each, so it does not look whether a next
    page is empty."""
    store = TenantStore(caller.tenant_id)
    page = await store.find_page(
        SEEDS,
        select=("seed",),
        where=within(caller.workspace_id),
        order_by=("created_at",),
        limit=limit,
        cursor=cursor,
        looks_ahead=False,
    )
    return SeedPage(items=await _seeds(store, page.items), next_cursor=page.next_cursor)


async def read_seed(caller: Caller, seed_id: str) -> PrecedentSeed:
    """One precedent. Raises NotFound."""
    document = await require_document(caller, SEEDS, "pre", seed_id)
    return (await _seeds(TenantStore(caller.tenant_id), [document]))[0]


async def post_seed(caller: Caller, body: PrecedentBody, key: str | None) -> PrecedentSeed:
    """The precedent with Genesis' verdict on it. Raises the owner's refusals, Unavailable."""
    return await _put(caller, PATH, body.model_dump_json().encode(), key)


async def change_seed(caller: Caller, seed_id: str, verb: str, key: str | None) -> PrecedentSeed:
    """The precedent, activated or suspended. Raises NotFound, the owner's refusals, Unavailable."""
    if not is_id("pre", seed_id):
        raise NotFound(f"nothing here has the id {seed_id[:40]!a}")
    return await _put(caller, f"{PATH}/{seed_id}/{verb}", b"", key)


async def _put(caller: Caller, path: str, body: bytes, key: str | None) -> PrecedentSeed:
    # Our own retries need a key even where the caller has none.
    headers = {"Idempotency-Key": key or str(uuid4())}
    return await post(path, body, PrecedentSeed, caller=caller, headers=headers)


async def _seeds(store: TenantStore, documents: Sequence[Document]) -> tuple[PrecedentSeed, ...]:
    found = await read_documents(store, [(SEED_COUNTS, each.id) for each in documents])
    counts = {id: document.data for (_, id), document in found.items()}
    return tuple(
        with_matches(seed, matched=known.get(MATCHED, 0), compared=known.get(COMPARED, 0))
        for each in documents
        for seed in (PrecedentSeed.model_validate_json(each.data["seed"]),)
        for known in (counts.get(each.id, {}),)
    )
