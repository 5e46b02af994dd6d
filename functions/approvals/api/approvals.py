"""Requests for approval, decisions, reviews and vetoes."""

from typing import Annotated, Any

from fastapi import Depends

from events.approval_policies import PolicyRecord
from events.buckets import Bucket
from functions.approvals.api.actions import VERBS, decides
from functions.approvals.rules.commands import DecisionBody, ReviewBody, VetoBody
from functions.approvals.rules.proposals import PolicyBody
from functions.approvals.rules.requests import RequestBody
from functions.approvals.service import approval_policy, decisions, lists, requests
from functions.approvals.views import ApprovalCard, ApprovalDetail, ApprovalPage, SignedCard
from shared.kit.callers import Caller
from shared.runtime.acts import does
from shared.runtime.auth import requires
from shared.runtime.idempotency import Key
from shared.runtime.routes import Cursor, Limit, Router
from shared.runtime.tier_limits import beyond_quota, beyond_tier

_TAKES: dict[str, Any] = {
    "prefix": "/v1",
    "tag": "approvals",
    "read": ("approvals:read", "governance:read"),
    "write": ("approvals:write", "governance:write"),
}
_APPROVALS = Router(narrows=True, **_TAKES)
# One for the whole tenant.
_POLICY = Router(**_TAKES)

Requester = Annotated[
    Caller, Depends(requires("approvals:request", "approvals:write", "governance:write"))
]
Vetoer = Annotated[Caller, Depends(requires("veto:execute", "approvals:write"))]


@_APPROVALS.get("/approvals")
@beyond_quota
async def list_approvals(
    caller: Caller,
    status: Bucket | None = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> ApprovalPage:
    """Lists approvals without their contents, newest first; `status` is a bucket."""
    return await lists.list_approvals(caller, status, limit, cursor)


@_POLICY.get("/approvals/policy")
@does("approvals.policy.read")
async def get_policy(caller: Caller) -> PolicyRecord:
    """Shows the approval policy: who decides what, by when, and for whom silence approves."""
    return await approval_policy.show_policy(caller)


@_POLICY.put("/approvals/policy", status_code=202)
@does("approvals.policy.propose", within=("submit_conversation",), deed="proposing a policy")
async def propose_policy(caller: Caller, key: Key, body: PolicyBody) -> SignedCard:
    """Proposes another approval policy, which holds once a governor who did not propose it
    approves."""
    return await approval_policy.propose_policy(caller, key, body)


@_APPROVALS.get("/approvals/{approval_id}")
@beyond_quota
async def get_approval(caller: Caller, approval_id: str) -> ApprovalDetail:
    """Shows one approval with its content."""
    return await lists.show_approval(caller, approval_id)


@_APPROVALS.post("/approvals", status_code=201)
@does(within=("submit_conversation",), deed="requesting an approval")
async def request_approval(caller: Requester, key: Key, body: RequestBody) -> SignedCard:
    """Requests approval of exactly `content`; a precedent may approve at once."""
    return await requests.request_approval(caller, key, body)


@_APPROVALS.post("/approvals/{approval_id}/decisions")
@decides(*VERBS)
@beyond_tier
async def decide(caller: Caller, approval_id: str, body: DecisionBody) -> ApprovalCard:
    """Decides. The same `client_decision_id` and body always give the same answer."""
    return await decisions.take_decision(caller, approval_id, body)


@_APPROVALS.post("/approvals/{approval_id}/review")
@decides("review")
@beyond_tier
async def review(caller: Caller, key: Key, approval_id: str, body: ReviewBody) -> ApprovalCard:
    """Reviews a break-glass or a deputy's decision."""
    return await decisions.give_review(caller, key, approval_id, body)


@_APPROVALS.post("/vetoes", tags=["vetoes"])
@decides("veto")
@beyond_tier
async def veto(caller: Vetoer, body: VetoBody) -> ApprovalCard:
    """Vetoes: rejects a pending approval, reverses a precedent's approval."""
    return await decisions.take_veto(caller, body.approval_id, body)


# A policy is no approval's id.
ROUTER = Router.joining(_POLICY, _APPROVALS)
