"""An offline queue: its decisions in order, each with its own result."""

import asyncio
import json
import logging
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from events.approvals import Card
from mobile_api.approvals import PER_ATTEMPT_SECONDS, post
from shared.kit.callers import Caller
from shared.kit.errors import (
    WHOLE_BODY,
    FieldError,
    Invalid,
    NotFound,
    TooManyRequests,
    Unavailable,
)
from shared.kit.ids import is_id
from shared.kit.models import Data, Model
from shared.kit.parsing import is_text, refuse_part
from shared.kit.refusal_documents import problem_document
from shared.kit.wording import one_of
from shared.runtime.bodies import Accepts
from shared.runtime.openapi import Problem
from shared.runtime.problems import as_assent_error
from shared.runtime.tracing import current_trace_id

MOST_SYNCED = 50
ACTIONS = ("approve", "request-changes", "veto")
# The function has 30 seconds, and the answer must be sent within them.
WITHIN_SECONDS = 25.0
LEAST_SECONDS = 0.5

# Each item is read and judged for itself.
Item = Annotated[Any, WithJsonSchema({"type": "object"})]

_log = logging.getLogger(__name__)


class SyncBody(Model):
    """Decisions queued offline, oldest first. Each is `{approval_id, action, …its body}`, with
    `action` one of approve, request-changes and veto; an invalid one does not affect the others."""

    decisions: Annotated[list[Item], Field(max_length=MOST_SYNCED)]


SyncedBody = Annotated[SyncBody, Accepts(is_judged_apart=True)]


class SyncAccepted(Data):
    """A queued decision that was accepted."""

    client_decision_id: str | None
    status: int
    card: Card


class SyncRefused(Data):
    """A queued decision that was refused, or that could not be delivered; `status` says which. When
    that is 429, it is taken after `retry_after` seconds, the `Retry-After` of a call of its own."""

    client_decision_id: str | None
    status: int
    retry_after: int | None = None
    problem: Problem


class SyncResults(Data):
    """One result per queued decision, in the queue's order."""

    results: tuple[SyncAccepted | SyncRefused, ...]


async def synchronise(caller: Caller, body: SyncBody) -> SyncResults:
    """Sends one decision after the other to the owner of approvals, in the caller's own name; a
    failed one does not stop the rest. Only where a decision may have been taken, or may still be
    taken, the later decisions about the same approval are not sent: they are answered as
    unavailable, to be sent again in the same order."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + WITHIN_SECONDS
    unsettled: set[str] = set()
    results: list[SyncAccepted | SyncRefused] = []
    for item in body.decisions:
        approval_id, id = _text_in(item, "approval_id"), _text_in(item, "client_decision_id")
        try:
            if approval_id in unsettled:
                raise Unavailable("an earlier decision about this approval is not settled yet")
            left = min(PER_ATTEMPT_SECONDS, deadline - loop.time())
            card = await _decide(caller, item, left)
            results.append(SyncAccepted(client_decision_id=id, status=200, card=card))
        except Exception as error:  # noqa: BLE001 - it must not stop the rest
            refusal = as_assent_error(error)
            if refusal.http_status >= 500:
                _log.warning("a queued decision is not settled", exc_info=error)
            if approval_id is not None and (refusal.retriable or refusal.http_status >= 500):
                unsettled.add(approval_id)
            problem = Problem.model_validate(problem_document(refusal, current_trace_id()))
            after = refusal.retry_after if isinstance(refusal, TooManyRequests) else None
            results.append(
                SyncRefused(
                    client_decision_id=id,
                    status=refusal.http_status,
                    retry_after=after,
                    problem=problem,
                )
            )
    return SyncResults(results=tuple(results))


async def _decide(caller: Caller, item: Item, left: float) -> Card:
    if left < LEAST_SECONDS:
        raise Unavailable("the queue is too long for one call; send the rest again")
    if not isinstance(item, dict):
        raise Invalid(FieldError(WHOLE_BODY, "must be an object with approval_id and action"))
    refuse_part(item)
    approval_id, action = item.get("approval_id"), item.get("action")
    if not isinstance(approval_id, str):
        raise Invalid(FieldError("approval_id", "must be the id of an approval"))
    if action not in ACTIONS:
        raise Invalid(FieldError("action", f"must be {one_of(ACTIONS)}"))
    if not is_id("apr", approval_id):
        raise NotFound(f"nothing here has the id {approval_id[:40]!a}")
    rest = {name: value for name, value in item.items() if name not in ("approval_id", "action")}
    path = f"/v1/mobile/approvals/{approval_id}/{action}"
    return await post(path, json.dumps(rest).encode(), Card, caller=caller, within=left)


def _text_in(item: Any, name: str) -> str | None:
    """A text of an item that may be of any shape. None for one that no answer could repeat."""
    text = item.get(name) if isinstance(item, dict) else None
    return text if isinstance(text, str) and is_text(text) else None
