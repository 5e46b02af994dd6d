"""Calls of `tools`: what the run asks it to do, and what it answers."""

import asyncio
import os
from typing import TYPE_CHECKING

from pydantic import ValidationError

from events.invocations import InvocationBody, InvocationView
from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.run import Run
from functions.runs.service.tokens import invocation_id_of
from shared.kit.canonical import canonical_json
from shared.kit.errors import Unavailable
from shared.kit.per_loop import PerLoop
from shared.kit.variables import url_variable

if TYPE_CHECKING:
    import httpx

TOOLS = "tools"
# A call that takes longer is asked for again; `tools` answers what became of it.
TIMEOUT_SECONDS = 12.0


async def invoke(run: Run, call: ConcreteCall, token: str, *, again: bool) -> InvocationView:
    """What became of the call; the same call again is answered what is recorded. `again`: it may
    have been made before, and nobody noted its outcome. Raises Unavailable where `tools` does not
    answer, or answers no invocation."""
    import httpx

    body = InvocationBody(
        invocation_id=invocation_id_of(run, call),
        operation=call.call.operation,
        arguments=call.arguments,
        again=again,
    )
    limit = min(call.placed.step.timeout_seconds or TIMEOUT_SECONDS, TIMEOUT_SECONDS)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    try:
        async with asyncio.timeout(limit):
            answer = await _clients.here().post(
                "/v1/invocations",
                content=canonical_json(body.model_dump(mode="json")),
                headers=headers,
            )
        return InvocationView.model_validate_json(answer.content)
    except (TimeoutError, httpx.HTTPError) as error:
        raise Unavailable("tools does not answer now") from error
    except ValidationError as error:
        detail = f"tools answered {answer.status_code}: {answer.text[:300]}"
        raise Unavailable(detail) from error


def _made() -> "httpx.AsyncClient":
    import httpx

    return httpx.AsyncClient(base_url=os.environ[url_variable(TOOLS)], trust_env=False)


_clients = PerLoop(_made)
