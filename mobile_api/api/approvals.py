"""Cards, and what the governor decides about them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from mobile_api.api.parameters import Cursor, Limit, Reader, Vetoer, Writer
from mobile_api.bodies import ApproveBody, GovernorVetoBody, RequestChangesBody
from mobile_api.service import deciding, reading
from mobile_api.service.reading import Bucket
from mobile_api.views import Card, CardDetail, CardPage
from shared.runtime.bodies import UncheckedBody, body_of

ROUTER = APIRouter(prefix="/v1/mobile/approvals", tags=["approvals"])


@ROUTER.get("")
async def list_cards(
    caller: Reader,
    status: Annotated[Bucket | None, Query()] = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> CardPage:
    """Cards, newest first; `status` is a bucket of the domain's states."""
    return await reading.list_cards(caller, status, limit, cursor)


@ROUTER.get("/{approval_id}")
async def get_card(caller: Reader, approval_id: str) -> CardDetail:
    """A card with everything a decision needs."""
    return await reading.read_card(caller, approval_id)


@ROUTER.post("/{approval_id}/approve")
async def approve(
    caller: Writer,
    approval_id: str,
    body: Annotated[UncheckedBody[ApproveBody], Depends(body_of(ApproveBody))],
) -> Card:
    """Assents to exactly the content with that hash."""
    return await deciding.decide(caller, "approve", approval_id, body)


@ROUTER.post("/{approval_id}/request-changes")
async def request_changes(
    caller: Writer,
    approval_id: str,
    body: Annotated[UncheckedBody[RequestChangesBody], Depends(body_of(RequestChangesBody))],
) -> Card:
    """Sends it back, with what must change."""
    return await deciding.decide(caller, "request-changes", approval_id, body)


@ROUTER.post("/{approval_id}/veto")
async def veto(
    caller: Vetoer,
    approval_id: str,
    body: Annotated[UncheckedBody[GovernorVetoBody], Depends(body_of(GovernorVetoBody))],
) -> Card:
    """Rejects what is pending; reverses, inside its veto window, what a precedent assented to."""
    return await deciding.decide(caller, "veto", approval_id, body)
