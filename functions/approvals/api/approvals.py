"""Requests for assent, decisions, reviews and vetoes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from functions.approvals.bodies import (
    ApprovalVetoBody,
    DecisionBody,
    RequestBody,
    ReviewBody,
    approval_named,
    decision_of,
    request_of,
    review_of,
    veto_of,
)
from functions.approvals.service import reading
from functions.approvals.service.asking import ask
from functions.approvals.service.deciding import Sent, decision_rule, take, veto_rule
from functions.approvals.service.reviewing import give_review
from functions.approvals.views import ApprovalCard, ApprovalDetail, ApprovalPage
from shared.kit.callers import Caller
from shared.kit.ids import new_id
from shared.runtime.auth import requires
from shared.runtime.bodies import UncheckedBody, body_of
from shared.runtime.idempotency import idempotency_key
from shared.storage.idempotency import IdempotencyKey

ROUTER = APIRouter(prefix="/v1", tags=["approvals"])

Reader = Annotated[Caller, Depends(requires("approvals:read", "governance:read"))]
Writer = Annotated[Caller, Depends(requires("approvals:write", "governance:write"))]
Vetoer = Annotated[Caller, Depends(requires("veto:execute", "approvals:write"))]
Key = Annotated[IdempotencyKey, Depends(idempotency_key)]
Requested = Annotated[UncheckedBody[RequestBody], Depends(body_of(RequestBody))]
Decided = Annotated[UncheckedBody[DecisionBody], Depends(body_of(DecisionBody))]
Reviewed = Annotated[UncheckedBody[ReviewBody], Depends(body_of(ReviewBody))]
Vetoed = Annotated[UncheckedBody[ApprovalVetoBody], Depends(body_of(ApprovalVetoBody))]


@ROUTER.get("/approvals", response_model=ApprovalPage)
async def list_approvals(
    caller: Reader,
    status: Annotated[reading.Bucket | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> ApprovalPage:
    """Lists approvals with their contents, newest first; `status` is a bucket."""
    return await reading.list_approvals(caller, status, limit, cursor)


@ROUTER.get("/approvals/{approval_id}", response_model=ApprovalDetail)
async def get_approval(caller: Reader, approval_id: str) -> ApprovalDetail:
    """Shows one approval with its content."""
    return await reading.show_approval(caller, approval_id)


@ROUTER.post("/approvals", status_code=201, response_model=ApprovalDetail)
async def request_approval(caller: Writer, key: Key, body: Requested) -> ApprovalDetail:
    """Asks for assent to exactly `content`; a precedent may assent at once."""
    request = request_of(body.check(), new_id("apr", caller.received_at), caller.principal)
    return await ask(caller, key, request)


@ROUTER.post("/approvals/{approval_id}/decisions", response_model=ApprovalCard)
async def decide(caller: Writer, approval_id: str, body: Decided) -> ApprovalCard:
    """Decides. The same `client_decision_id` and body answer the same, for ever."""

    def read() -> Sent:
        sent = body.check()
        return Sent(
            approval_id=approval_id,
            client_decision_id=str(sent.client_decision_id),
            verb=sent.decision,
            body=sent.model_dump(mode="json", exclude_defaults=True),
            decide=decision_rule(decision_of(sent)),
        )

    return await take(caller, approval_id, read)


@ROUTER.post("/approvals/{approval_id}/review", response_model=ApprovalCard)
async def review(caller: Writer, key: Key, approval_id: str, body: Reviewed) -> ApprovalCard:
    """Reviews a broken glass or a deputy's decision."""
    return await give_review(caller, key, approval_id, lambda: review_of(body.check()))


@ROUTER.post("/vetoes", tags=["vetoes"], response_model=ApprovalCard)
async def veto(caller: Vetoer, body: Vetoed) -> ApprovalCard:
    """Vetoes: rejects what is pending, reverses what a precedent assented to."""

    def read() -> Sent:
        sent = body.check()
        return Sent(
            approval_id=sent.approval_id,
            client_decision_id=str(sent.client_decision_id),
            verb=None,
            body=sent.model_dump(mode="json", exclude_defaults=True),
            decide=veto_rule(veto_of(sent)),
        )

    named = approval_named(body.raw)
    return await take(caller, read().approval_id if named is None else named, read)
