"""Calls of `tools`: what the run asks it to do, and what it answers."""

from pydantic import ValidationError

from events.invocations import InvocationBody, InvocationView
from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.run import Run
from functions.runs.service.tokens import invocation_id_of
from shared.runtime.function_calls import post, unreadable

TOOLS = "tools"
# A call that takes longer is asked for again; `tools` answers what became of it.
TIMEOUT_SECONDS = 12.0


async def invoke(run: Run, call: ConcreteCall, token: str, *, again: bool) -> InvocationView:
    """What became of the call; the same call again is answered what is recorded. `again`: it may
    have been made before, and nobody noted its outcome. Raises Unavailable where `tools` does not
    answer, or answers no invocation."""
    id, answer = invocation_id_of(run, call), run.answer
    is_answered = answer is not None and answer.is_decided and answer.invocation_id == id
    body = InvocationBody(
        invocation_id=id,
        operation=call.call.operation,
        arguments=call.arguments,
        again=again,
        approval_id=answer.approval_id if answer is not None and is_answered else None,
        gives_up=run.stop is not None and run.stop.kind == "cancel",
    )
    limit = min(call.placed.step.timeout_seconds or TIMEOUT_SECONDS, TIMEOUT_SECONDS)
    response = await post(TOOLS, "/v1/invocations", body, token, within_seconds=limit)
    try:
        return InvocationView.model_validate_json(response.content)
    except ValidationError as error:
        raise unreadable(TOOLS, response) from error
