"""An offline queue: its decisions, in their order, each with an answer of its own."""

import asyncio
import json
import logging
from typing import Any

from pydantic import JsonValue

from mobile_api.approvals import PER_ATTEMPT_SECONDS
from mobile_api.bodies import SyncBody
from mobile_api.service.deciding import CALLS, decide
from mobile_api.views import SyncAccepted, SyncRefused, SyncResult, SyncResults
from shared.kit.callers import Caller
from shared.kit.errors import AssentError, FieldError, Invalid, Unavailable
from shared.runtime.bodies import JSON, UncheckedBody
from shared.runtime.problems import as_assent_error, problem_response
from shared.runtime.tracing import current_trace_id

# The function is given 30 seconds; an answer must still get out.
WITHIN_SECONDS = 25.0
LEAST_SECONDS = 0.5

_log = logging.getLogger(__name__)


async def synchronise(caller: Caller, body: SyncBody) -> SyncResults:
    """Decides one after the other; one that fails does not stop the rest. Only what might already
    have been done, or may be later, holds back the decisions about the same approval that follow
    it: they are answered as unavailable, to be sent again in the same order."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + WITHIN_SECONDS
    unsettled: set[JsonValue] = set()
    results: list[SyncResult] = []
    for item in body.decisions:
        approval_id = item.get("approval_id")
        try:
            if isinstance(approval_id, str) and approval_id in unsettled:
                raise Unavailable("an earlier decision about this approval is not settled yet")
            left = min(PER_ATTEMPT_SECONDS, deadline - loop.time())
            results.append(await _decide_one(caller, item, left))
        except Exception as error:  # noqa: BLE001 - it must not stop the rest
            refusal = as_assent_error(error)
            if refusal.http_status >= 500:
                _log.warning("a queued decision is not settled", exc_info=error)
            if isinstance(approval_id, str) and (refusal.retriable or refusal.http_status >= 500):
                unsettled.add(approval_id)
            results.append(_refused(item, refusal))
    return SyncResults(results=tuple(results))


async def _decide_one(caller: Caller, item: dict[str, JsonValue], left: float) -> SyncAccepted:
    if left < LEAST_SECONDS:
        raise Unavailable("the queue is too long for one call; send the rest again")
    approval_id, action = item.get("approval_id"), item.get("action")
    if not isinstance(approval_id, str):
        raise Invalid(FieldError("approval_id", "must be the id of an approval"))
    known = next((name for name in CALLS if name == action), None)
    if known is None:
        raise Invalid(FieldError("action", f"must be one of {', '.join(CALLS)}"))
    rest = {name: value for name, value in item.items() if name not in ("approval_id", "action")}
    body: UncheckedBody[Any] = UncheckedBody(json.dumps(rest).encode(), JSON, CALLS[known].body)
    card = await decide(caller, known, approval_id, body, within=left)
    return SyncAccepted(client_decision_id=_client_decision_id(item), status=200, card=card)


def _refused(item: dict[str, JsonValue], refusal: AssentError) -> SyncRefused:
    problem = json.loads(bytes(problem_response(refusal, current_trace_id()).body))
    return SyncRefused(
        client_decision_id=_client_decision_id(item), status=refusal.http_status, problem=problem
    )


def _client_decision_id(item: dict[str, JsonValue]) -> str | None:
    named = item.get("client_decision_id")
    return named if isinstance(named, str) else None
