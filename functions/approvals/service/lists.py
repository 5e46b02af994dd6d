"""Reads approvals and precedents without changing anything."""

import asyncio
from typing import Literal

from events.dossiers import DossierNames
from events.precedents import PrecedentSeed
from functions.approvals.aggregates import APPROVALS, PRECEDENTS, RUN
from functions.approvals.rules.approval import OPEN
from functions.approvals.rules.silence import as_of
from functions.approvals.service.precedents import shown
from functions.approvals.views import ApprovalCard, ApprovalDetail, ApprovalPage, PrecedentSeedPage
from shared.kit.callers import Caller
from shared.kit.models import part_of
from shared.messaging.contents import read_contents
from shared.storage.firestore import TenantStore

Bucket = Literal["pending", "veto_open", "decided"]

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
    approval = await RUN.read(caller, APPROVALS, approval_id)
    names = part_of(DossierNames, approval)
    contents = await read_contents(TenantStore(caller.tenant_id), names.hashes)
    return ApprovalDetail.showing(as_of(approval, caller.received_at), contents)


async def list_approvals(
    caller: Caller, bucket: Bucket | None, limit: int, cursor: str | None
) -> ApprovalPage:
    """Cards without their contents, newest first. Fewer than `limit` where deadlines have just
    passed: such cards leave `pending` at the deadline, and enter `decided` once their timer has
    fired. Raises Invalid for a cursor that no list gave."""
    page = await RUN.page(
        caller,
        APPROVALS,
        where=[("status", "in", _BUCKETS[bucket])] if bucket else [],
        order_by="requested_at",
        limit=limit,
        cursor=cursor,
    )
    current = [as_of(approval, caller.received_at) for approval in page.items]
    items = (ApprovalCard.of(each) for each in current if bucket != "pending" or each.is_open)
    return ApprovalPage(items=tuple(items), next_cursor=page.next_cursor)


async def show_precedent(caller: Caller, precedent_id: str) -> PrecedentSeed:
    """The precedent with its rates. Raises NotFound."""
    precedent = await RUN.read(caller, PRECEDENTS, precedent_id)
    return await shown(TenantStore(caller.tenant_id), precedent)


async def list_precedents(caller: Caller, limit: int, cursor: str | None) -> PrecedentSeedPage:
    """Precedents with their rates, newest first. Raises Invalid for a cursor that no list gave."""
    page = await RUN.page(caller, PRECEDENTS, order_by="created_at", limit=limit, cursor=cursor)
    store = TenantStore(caller.tenant_id)
    items = await asyncio.gather(*(shown(store, each) for each in page.items))
    return PrecedentSeedPage(items=tuple(items), next_cursor=page.next_cursor)
