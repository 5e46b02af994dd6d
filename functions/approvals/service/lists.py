"""Reads approvals and precedents without changing anything."""

import asyncio

from events.buckets import NEWEST_FIRST, Bucket, as_of, in_bucket
from events.dossiers import DossierNames
from events.precedents import PrecedentSeed
from functions.approvals.aggregates import APPROVALS, FILES, PRECEDENTS, RUN
from functions.approvals.rules.files import named_by
from functions.approvals.service.precedents import shown, shown_one
from functions.approvals.views import ApprovalCard, ApprovalDetail, ApprovalPage, PrecedentSeedPage
from shared.artifacts.addresses import files_of
from shared.kit.callers import Caller
from shared.kit.models import part_of
from shared.receipts.approval_receipts import receipts_of
from shared.storage.firestore import TenantStore


async def show_approval(caller: Caller, approval_id: str) -> ApprovalDetail:
    """The card with its content, as of the caller's clock. Raises NotFound."""
    approval, contents, _ = await RUN.read_whole(
        caller, APPROVALS, approval_id, lambda approval: part_of(DossierNames, approval).hashes
    )
    shown = ApprovalDetail.showing(as_of(approval, caller.received_at), contents)
    led_to, files = await asyncio.gather(
        receipts_of(TenantStore(caller.tenant_id), [(shown.id, shown)]),
        files_of(caller, FILES, named_by(approval, shown.content)),
    )
    return shown.but(receipt_id=led_to.get(shown.id), files=files)


async def list_approvals(
    caller: Caller, bucket: Bucket | None, limit: int, cursor: str | None
) -> ApprovalPage:
    """The cards in a bucket as of the caller's clock, or all cards, newest first, without their
    contents. Raises Invalid for a cursor that no list gave."""
    page = await RUN.page(
        caller,
        APPROVALS,
        where=in_bucket(bucket, caller.received_at),
        order_by=NEWEST_FIRST,
        limit=limit,
        cursor=cursor,
    )
    shown = page.shown(ApprovalPage, lambda each: ApprovalCard.of(as_of(each, caller.received_at)))
    led_to = await receipts_of(
        TenantStore(caller.tenant_id), [(each.id, each) for each in shown.items]
    )
    return shown.but(items=tuple(e.but(receipt_id=led_to.get(e.id)) for e in shown.items))


async def show_precedent(caller: Caller, precedent_id: str) -> PrecedentSeed:
    """The precedent with its rates. Raises NotFound."""
    precedent = await RUN.read(caller, PRECEDENTS, precedent_id)
    return await shown_one(TenantStore(caller.tenant_id), precedent)


async def list_precedents(caller: Caller, limit: int, cursor: str | None) -> PrecedentSeedPage:
    """Precedents with their rates, newest first. Reads two documents for each, so it does not look
    whether a next page is empty. Raises Invalid for a cursor that no list gave."""
    page = await RUN.page(
        caller,
        PRECEDENTS,
        order_by=("created_at",),
        limit=limit,
        cursor=cursor,
        looks_ahead=False,
    )
    items = await shown(TenantStore(caller.tenant_id), page.items)
    return PrecedentSeedPage(items=items, next_cursor=page.next_cursor)
