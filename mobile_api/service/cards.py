"""Cards: what waits for the governor and what was decided, from the projection only."""

import asyncio
from typing import Any

from events.approvals import Card
from events.buckets import NEWEST_FIRST, Bucket, as_of, in_bucket
from events.dossiers import DossierNames, open_dossier
from mobile_api.aggregates import FILES
from mobile_api.rules.documents import CARDS, TIMELINES
from mobile_api.store import require_document
from mobile_api.views import CardDetail, CardPage, TimelineEntry, TimelinePage
from shared.artifacts.addresses import files_of
from shared.artifacts.named_files import Named
from shared.kit.callers import Caller
from shared.kit.workspaces import within
from shared.messaging.contents import read_contents
from shared.receipts.approval_receipts import receipts_of
from shared.storage.batches import Document
from shared.storage.firestore import TenantStore

# What a card shows of its timeline; the rest is a list of its own.
MOST_SHOWN = 50
MOST_SHOWN_BYTES = 200_000


async def list_cards(
    caller: Caller, bucket: Bucket | None, limit: int, cursor: str | None
) -> CardPage:
    """The cards in a bucket as of the caller's clock, or all cards, newest first."""
    page = await TenantStore(caller.tenant_id).find_page(
        CARDS,
        select=("card",),
        where=[*within(caller.workspace_id), *in_bucket(bucket, caller.received_at)],
        order_by=NEWEST_FIRST,
        limit=limit,
        cursor=cursor,
    )
    cards = [as_of(card_in(document), caller.received_at) for document in page.items]
    led_to = await receipts_of(TenantStore(caller.tenant_id), [(each.id, each) for each in cards])
    items = tuple(each.but(receipt_id=led_to.get(each.id)) for each in cards)
    return CardPage(items=items, next_cursor=page.next_cursor)


async def read_card(caller: Caller, approval_id: str) -> CardDetail:
    """A card with all that a decision needs, and the newest part of its timeline. Raises
    NotFound."""
    document = await require_document(caller, CARDS, "apr", approval_id)
    card, data = card_in(document), document.data
    names = DossierNames.model_validate({**data, "decision_hash": card.decision_hash})
    store = TenantStore(caller.tenant_id)
    contents, led_to, newest = await asyncio.gather(
        read_contents(store, names.hashes),
        receipts_of(store, [(approval_id, card)]),
        _timeline(caller, approval_id, limit=MOST_SHOWN, cursor=None, most_bytes=MOST_SHOWN_BYTES),
    )
    timeline = {"timeline": newest.items[::-1], "timeline_cursor": newest.next_cursor}
    shown = {**card.model_dump(), **open_dossier(contents, names), **timeline}
    shown["receipt_id"] = led_to.get(approval_id)
    named = Named(
        card.subject,
        shown["content"],
        # Documents of before have neither.
        evidence=data.get("evidence_files", ()),
        attachments=data.get("attachments", ()),
        workspace_id=card.workspace_id,
    )
    shown["files"] = await files_of(caller, FILES, named)
    return as_of(CardDetail.model_validate(shown), caller.received_at)


async def read_timeline(
    caller: Caller, approval_id: str, limit: int, cursor: str | None
) -> TimelinePage:
    """The timeline of a card, newest first. Reads the card too, so it does not look whether a next
    page is empty. Raises NotFound."""
    await require_document(caller, CARDS, "apr", approval_id)
    return await _timeline(caller, approval_id, limit=limit, cursor=cursor, looks_ahead=False)


def card_in(document: Document) -> Card:
    """The card that a document holds."""
    return Card.model_validate_json(document.data["card"])


async def _timeline(caller: Caller, approval_id: str, **how: Any) -> TimelinePage:
    page = await TenantStore(caller.tenant_id).find_page(
        TIMELINES,
        select=("entry",),
        where=[("approval_id", "==", approval_id)],
        order_by=("sequence",),
        **how,
    )
    entries = (TimelineEntry.model_validate_json(each.data["entry"]) for each in page.items)
    return TimelinePage(items=tuple(entries), next_cursor=page.next_cursor)
