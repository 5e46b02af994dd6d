"""Cards: what waits for the governor and what was decided, from the projection only."""

from typing import Literal

from events.approvals import Card
from events.dossiers import DossierNames, open_dossier
from mobile_api.rules.cards import as_of, bucket_of
from mobile_api.rules.documents import CARDS
from mobile_api.store import require_document
from mobile_api.views import CardDetail, CardPage
from shared.kit.callers import Caller
from shared.messaging.contents import read_contents
from shared.storage.batches import Document
from shared.storage.firestore import TenantStore

Bucket = Literal["pending", "veto_open", "decided"]


async def list_cards(
    caller: Caller, bucket: Bucket | None, limit: int, cursor: str | None
) -> CardPage:
    """Cards of one bucket or of all, newest first. A card leaves `pending` at its deadline, and
    enters `decided` once its timer has fired."""
    page = await TenantStore(caller.tenant_id).find(
        CARDS,
        where=[("bucket", "==", bucket)] if bucket else [],
        order_by="requested_at",
        descending=True,
        limit=limit,
        cursor=cursor,
    )
    cards = [as_of(card_in(document), caller.received_at) for document in page.items]
    items = tuple(c for c in cards if bucket != "pending" or bucket_of(c.status) == "pending")
    return CardPage(items=items, next_cursor=page.next_cursor)


async def read_card(caller: Caller, approval_id: str) -> CardDetail:
    """A card with all that a decision needs. Raises NotFound."""
    document = await require_document(caller, CARDS, "apr", approval_id)
    card, data = card_in(document), document.data
    names = DossierNames.model_validate({**data, "decision_hash": card.decision_hash})
    contents = await read_contents(TenantStore(caller.tenant_id), names.hashes)
    shown = {**card.model_dump(), **open_dossier(contents, names), "timeline": data["timeline"]}
    return as_of(CardDetail.model_validate(shown), caller.received_at)


def card_in(document: Document) -> Card:
    """The card that a document holds."""
    return Card.model_validate_json(document.data["card"])
