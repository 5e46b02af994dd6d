"""Decisions: put to the function that owns approvals, in the governor's own name."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from pydantic import ValidationError

from mobile_api.approvals import ApprovalsApi, Refused
from mobile_api.bodies import (
    Action,
    ApproveBody,
    DecisionBody,
    GovernorVetoBody,
    RequestChangesBody,
    SeedBody,
)
from mobile_api.service.reading import not_found, require_card
from mobile_api.settings import MobileSettings
from mobile_api.views import Card, Seed
from shared.kit.callers import Caller
from shared.kit.errors import Invalid, ScopeMissing, Unavailable, UnsupportedMediaType
from shared.kit.ids import is_id
from shared.runtime.bodies import UncheckedBody


@dataclass(frozen=True)
class Call:
    """How one action is put: what may be sent, which scope it needs, and its owner's word for it
    (None where the owner has a call of its own)."""

    body: type[DecisionBody]
    scope: str
    decision: str | None = None


CALLS: Mapping[Action, Call] = {
    "approve": Call(ApproveBody, "governance:write", "approve"),
    "request-changes": Call(RequestChangesBody, "governance:write", "request_changes"),
    "veto": Call(GovernorVetoBody, "veto:execute"),
}


async def decide(
    caller: Caller,
    action: Action,
    approval_id: str,
    body: UncheckedBody[Any],
    *,
    within: float | None = None,
) -> Card:
    """The card after the decision. The same decision again, by its `client_decision_id`, answers
    the same.

    Raises, in this order: ScopeMissing, NotFound, SeparationOfDuties, Forbidden, Invalid, then the
    owner's other refusals or Unavailable."""
    call = CALLS[action]
    if call.scope not in caller.scopes:
        raise ScopeMissing(f"this call needs the scope {call.scope}")
    if not is_id("apr", approval_id):
        raise await not_found(caller, "apr", approval_id)
    try:
        decision = body.check()
    except (Invalid, UnsupportedMediaType):
        await require_card(caller, approval_id)
        await _admit(caller, call, approval_id, within)
        raise
    sent = decision.model_dump(mode="json", exclude_none=True)
    return _as_card(await _put(caller, call, approval_id, sent, within))


async def _admit(caller: Caller, call: Call, approval_id: str, within: float | None) -> None:
    """Raises NotFound, SeparationOfDuties, Forbidden, Unavailable: what the owner tells before it
    reads a body. Nothing is decided: no decision is in what it gets."""
    try:
        await _put(caller, call, approval_id, {}, within)
    except Refused as refusal:
        if refusal.http_status != Invalid.http_status:
            raise


async def _put(
    caller: Caller, call: Call, approval_id: str, sent: dict[str, Any], within: float | None
) -> Any:
    if call.decision is None:
        path, named = "/v1/vetoes", {"approval_id": approval_id}
    else:
        path, named = f"/v1/approvals/{approval_id}/decisions", {"decision": call.decision}
    body = json.dumps({**sent, **named}).encode()
    return await _owner().post(path, body, caller=caller, within=within)


async def post_seed(
    caller: Caller, body: UncheckedBody[SeedBody], idempotency_key: str | None
) -> Seed:
    """The precedent with Genesis' verdict on it. Its owner judges the body, as it was sent."""
    headers = _repeatable(idempotency_key)
    if body.media_type:
        headers["Content-Type"] = body.media_type
    return _as_seed(
        await _owner().post("/v1/precedent-seeds", body.raw, caller=caller, headers=headers)
    )


async def change_seed(caller: Caller, seed_id: str, verb: str, idempotency_key: str | None) -> Seed:
    """The precedent, activated or suspended. Raises NotFound and the owner's refusals."""
    if not is_id("pre", seed_id):
        raise await not_found(caller, "pre", seed_id)
    path = f"/v1/precedent-seeds/{seed_id}/{verb}"
    headers = _repeatable(idempotency_key)
    return _as_seed(await _owner().post(path, b"", caller=caller, headers=headers))


def _repeatable(idempotency_key: str | None) -> dict[str, str]:
    # Our own repetitions need a key even where the caller has none.
    return {"Idempotency-Key": idempotency_key or str(uuid4())}


def _owner() -> ApprovalsApi:
    return ApprovalsApi(MobileSettings.from_environment().url_approvals)


def _as_card(answer: Any) -> Card:
    try:
        return Card.model_validate(answer)
    except ValidationError as error:
        raise Unavailable("approvals gave an answer that is no card") from error


def _as_seed(answer: Any) -> Seed:
    try:
        return Seed.model_validate(answer)
    except ValidationError as error:
        raise Unavailable("approvals gave an answer that is no precedent") from error
