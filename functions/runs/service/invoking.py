"""Calls of `tools`: what the run asks it to do, and what it answers."""

from pydantic import ValidationError

from events.invocations import InvocationBody, InvocationView
from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.run import Run
from functions.runs.service.calling import post, unreadable
from functions.runs.service.tokens import invocation_id_of

TOOLS = "tools"
# A call that takes longer is asked for again; `tools` answers what became of it.
TIMEOUT_SECONDS = 12.0


async def invoke(run: Run, call: ConcreteCall, token: str, *, again: bool) -> InvocationView:
    """What became of the call; the same call again is answered what is recorded. `again`: it may
    have been made before, and nobody noted its outcome. Raises Unavailable where `tools` does not
    answer, or answers no invocation."""
    body = InvocationBody(
        invocation_id=invocation_id_of(run, call),
        operation=call.call.operation,
        arguments=call.arguments,
        again=again,
    )
    limit = min(call.placed.step.timeout_seconds or TIMEOUT_SECONDS, TIMEOUT_SECONDS)
    answer = await post(TOOLS, "/v1/invocations", body, token, within_seconds=limit)
    try:
        return InvocationView.model_validate_json(answer.content)
    except ValidationError as error:
        raise unreadable(TOOLS, answer) from error
