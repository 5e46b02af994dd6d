"""Looking, without changing anything."""

import asyncio
from typing import Literal

from functions.approvals.rules.approval import OPEN
from functions.approvals.rules.precedent import Precedent
from functions.approvals.rules.silence import as_of
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
from shared.storage.batches import Document
from shared.storage.firestore import TenantStore

Bucket = Literal["pending", "veto_open", "decided"]

# A hundred of the largest contents are more than an answer, or an instance, should hold.
READ_AT_ONCE = 25
ENOUGH_BYTES = 2_000_000

_BUCKETS: dict[Bucket, list[str]] = {
    "pending": sorted(OPEN),
    "veto_open": ["auto_approved"],
    "decided": [
        *("approved", "rejected", "changes_requested", "expired", "cancelled"),
        *("confirmed", "vetoed", "reversed", "reversal_failed"),
    ],
}


async def show_approval(caller: Caller, approval_id: str) -> ApprovalDetail:
    """The card with its content, as of the caller's clock. Raises NotFound."""
    approval = (await require_approval(caller, approval_id)).value
    return detail_of(as_of(approval, caller.received_at))


async def list_approvals(
    caller: Caller, bucket: Bucket | None, limit: int, cursor: str | None
) -> ApprovalPage:
    """Cards with their contents, newest first; fewer than `limit` where their contents are large,
    or silence has just spoken: those leave `pending` by the clock, and enter `decided` once their
    timer has run. Raises Invalid for a cursor that is not one of ours."""
    store = TenantStore(caller.tenant_id)
    where = [("status", "in", _BUCKETS[bucket])] if bucket else []
    found: list[Document] = []
    while True:
        wanted = min(limit - len(found), READ_AT_ONCE)
        page = await store.find(
            APPROVALS,
            where=where,
            order_by="requested_at",
            descending=True,
            limit=wanted,
            cursor=cursor,
        )
        found += page.items
        cursor = page.next_cursor
        size = sum(len(document.data["state"]) for document in found)
        if cursor is None or len(found) == limit or size > ENOUGH_BYTES:
            break
    kept = [read_approval(document) for document in found]
    shown = [as_of(each.value, caller.received_at) for each in kept if each is not None]
    items = tuple(detail_of(each) for each in shown if bucket != "pending" or each.is_open)
    return ApprovalPage(items=items, next_cursor=cursor)


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
