"""Asks `capsules` for the plans of jobs, in the name of whoever asked for them."""

import asyncio
import os
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from events.jobs import LONGEST_LIFE, JobBody, JobOrder, JobPlan, OrderedJob
from functions.runs.aggregates import SIGNING_KEY
from functions.runs.rules.jobs import check_passes
from shared.kit.callers import Caller
from shared.kit.canonical import canonical_json
from shared.kit.errors import Unavailable
from shared.kit.per_loop import PerLoop
from shared.kit.refusal_documents import refusal_in
from shared.kit.signing import sign
from shared.kit.variables import url_variable
from shared.storage.secrets import signing_key

if TYPE_CHECKING:
    import httpx

CAPSULES = "capsules"
# Compiling and rehearsing may take five seconds of a processor each.
TIMEOUT_SECONDS = 14.0


async def plan_of(caller: Caller, job: JobBody, event: dict[str, Any] | None = None) -> str:
    """The hash of the plan of a job, compiled and rehearsed for this caller; `event` is the data of
    the event that starts it. Asking again changes nothing. Raises what `capsules` refuses,
    VersionConflict where the rehearsal does not pass, Unavailable."""
    import httpx

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
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    content = canonical_json(ordered.model_dump(mode="json"))
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            answer = await _clients.here().post("/v1/plans/jobs", content=content, headers=headers)
        if answer.status_code != 200:
            raise refusal_in(answer.json())
        plan = JobPlan.model_validate_json(answer.content)
    except (TimeoutError, httpx.HTTPError) as error:
        raise Unavailable("capsules does not answer now") from error
    except (ValidationError, ValueError, AttributeError) as error:
        detail = f"capsules answered {answer.status_code}: {answer.text[:300]}"
        raise Unavailable(detail) from error
    check_passes(plan)
    return plan.plan_hash


def _made() -> "httpx.AsyncClient":
    import httpx

    return httpx.AsyncClient(base_url=os.environ[url_variable(CAPSULES)], trust_env=False)


_clients = PerLoop(_made)
