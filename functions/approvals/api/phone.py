"""Decisions from a governor's phone; the answer is the phone's card."""

from typing import Annotated

from fastapi import Depends

from events.approvals import Card
from functions.approvals.api.actions import decides
from functions.approvals.rules.commands import (
    ApproveBody,
    DecisionBody,
    GovernorVetoBody,
    RequestChangesBody,
)
from functions.approvals.service.decisions import take_decision, take_veto
from shared.kit.callers import Caller
from shared.kit.models import part_of
from shared.runtime.auth import requires
from shared.runtime.routes import Router
from shared.runtime.tier_limits import beyond_tier

ROUTER = Router(
    prefix="/v1/mobile/approvals/{approval_id}",
    tag="approvals",
    write=("governance:write",),
    narrows=True,
)

Vetoer = Annotated[Caller, Depends(requires("veto:execute"))]


@ROUTER.post("/approve")
@decides("approve")
@beyond_tier
async def approve(caller: Caller, approval_id: str, body: ApproveBody) -> Card:
    """Approves exactly the content with that hash."""
    decision = part_of(DecisionBody, body, decision="approve")
    return part_of(Card, await take_decision(caller, approval_id, decision))


@ROUTER.post("/request-changes")
@decides("request_changes")
@beyond_tier
async def request_changes(caller: Caller, approval_id: str, body: RequestChangesBody) -> Card:
    """Returns the request with the changes that it needs."""
    decision = part_of(DecisionBody, body, decision="request_changes")
    return part_of(Card, await take_decision(caller, approval_id, decision))


@ROUTER.post("/veto")
@decides("veto")
@beyond_tier
async def veto(caller: Vetoer, approval_id: str, body: GovernorVetoBody) -> Card:
    """Rejects a pending approval; reverses a precedent's approval inside its veto window."""
    return part_of(Card, await take_veto(caller, approval_id, body))
