"""Looking, without changing anything."""

import asyncio
from typing import Literal

from functions.approvals.rules.approval import OPEN
from functions.approvals.rules.precedent import Precedent
from functions.approvals.service.lookups import require_approval, require_precedent
from functions.approvals.store import (
    APPROVALS,
    PRECEDENTS,
    count_compared,
    count_matches,
    read_approval,
    read_precedent,
)
from functions.approvals.views import (
    ApprovalDetail,
    ApprovalPage,
    PrecedentSeed,
    PrecedentSeedPage,
    detail_of,
    seed_of,
)
from shared.kit.callers import Caller
from shared.storage.firestore import TenantStore

Bucket = Literal["pending", "veto_open", "decided"]

# A page of the largest contents would be more than an answer may hold.
LARGEST_PAGE_BYTES = 4_000_000

_BUCKETS: dict[Bucket, list[str]] = {
    "pending": sorted(OPEN),
    "veto_open": ["auto_approved"],
    "decided": [
        *("approved", "rejected", "changes_requested", "expired", "cancelled"),
        *("confirmed", "vetoed", "reversed", "reversal_failed"),
    ],
}


async def show_approval(caller: Caller, approval_id: str) -> ApprovalDetail:
    """The card with its content. Raises NotFound."""
    return detail_of((await require_approval(caller, approval_id)).value)


async def list_approvals(
    caller: Caller, bucket: Bucket | None, limit: int, cursor: str | None
) -> ApprovalPage:
    """Cards with their contents, newest first; fewer than `limit` where their contents are large.
    Raises Invalid for a cursor that is not one of ours."""
    store = TenantStore(caller.tenant_id)
    where = [("status", "in", _BUCKETS[bucket])] if bucket else []
    while True:
        page = await store.find(
            APPROVALS,
            where=where,
            order_by="requested_at",
            descending=True,
            limit=limit,
            cursor=cursor,
        )
        fitting = _fitting([len(document.data["state"]) for document in page.items])
        if fitting == len(page.items):
            break
        limit = fitting
    kept = [read_approval(document) for document in page.items]
    items = tuple(detail_of(each.value) for each in kept if each is not None)
    return ApprovalPage(items=items, next_cursor=page.next_cursor)


async def show_precedent(caller: Caller, precedent_id: str) -> PrecedentSeed:
    """The precedent with its rates. Raises NotFound."""
    precedent = (await require_precedent(caller, precedent_id)).value
    return await shown(TenantStore(caller.tenant_id), precedent)


async def list_precedents(caller: Caller, limit: int, cursor: str | None) -> PrecedentSeedPage:
    """Precedents with their rates, newest first. Raises Invalid for a cursor that is not one of
    ours."""
    store = TenantStore(caller.tenant_id)
    page = await store.find(
        PRECEDENTS, order_by="created_at", descending=True, limit=limit, cursor=cursor
    )
    kept = [read_precedent(document) for document in page.items]
    items = await asyncio.gather(*(shown(store, each.value) for each in kept if each is not None))
    return PrecedentSeedPage(items=tuple(items), next_cursor=page.next_cursor)


async def shown(store: TenantStore, precedent: Precedent) -> PrecedentSeed:
    """The precedent with its rates. Counted when somebody looks, so that a match writes no counter
    that every other match writes too; what never was active is not counted at all."""
    if precedent.activated_at is None:
        return seed_of(precedent, matched=0, compared=0)
    matched, compared = await asyncio.gather(
        count_matches(store, precedent.precedent_id), count_compared(store, precedent.precedent_id)
    )
    return seed_of(precedent, matched=matched, compared=compared)


def _fitting(sizes: list[int]) -> int:
    """How many items from the start fit on a page; at least one."""
    total = 0
    for number, size in enumerate(sizes):
        total += size
        if total > LARGEST_PAGE_BYTES and number > 0:
            return number
    return len(sizes)
