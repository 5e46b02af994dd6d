"""Asks `capsules` for the plans of jobs, in the name of whoever asked for them."""

from typing import Any

from pydantic import ValidationError

from events.jobs import LONGEST_LIFE, JobBody, JobOrder, JobPlan, OrderedJob
from functions.runs.aggregates import SIGNING_KEY
from functions.runs.rules.jobs import check_passes
from shared.kit.callers import Caller
from shared.kit.refusal_documents import refusal_in
from shared.kit.signing import sign
from shared.runtime.function_calls import post, unreadable
from shared.storage.secrets import signing_key

CAPSULES = "capsules"
# Compiling and rehearsing may take five seconds of a processor each.
TIMEOUT_SECONDS = 14.0


async def plan_hash_of(
    caller: Caller,
    job: JobBody,
    event: dict[str, Any] | None = None,
    *,
    within_seconds: float = TIMEOUT_SECONDS,
) -> str:
    """The hash of the plan of a job, compiled and rehearsed for this caller; `event` is the data of
    the event that starts it. Asking again changes nothing. Raises what `capsules` refuses,
    VersionConflict where the rehearsal does not pass, Unavailable."""
    ordered = OrderedJob(**job.model_dump(), event=event)
    order = JobOrder(
        tenant_id=caller.tenant_id,
        workspace_id=caller.workspace_id,
        principal=caller.principal,
        roles=tuple(sorted(caller.roles)),
        job=ordered.digest,
        expires_at=caller.received_at + LONGEST_LIFE,
    )
    token = sign(order.model_dump(mode="json"), await signing_key(SIGNING_KEY))
    answer = await post(CAPSULES, "/v1/plans/jobs", ordered, token, within_seconds=within_seconds)
    try:
        if answer.status_code != 200:
            raise refusal_in(answer.json())
        plan = JobPlan.model_validate_json(answer.content)
    except (ValidationError, ValueError, AttributeError) as error:
        raise unreadable(CAPSULES, answer) from error
    check_passes(plan)
    return plan.plan_hash
