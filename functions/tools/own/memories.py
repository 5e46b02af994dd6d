"""`assent/memory.*`: `knowledge`, which keeps memories, remembers, recalls, corrects and forgets by
the token of the call."""

from pydantic import ValidationError

from events.memories import MemoryCallBody, MemoryGiven
from functions.tools.own.act import Act, Done, TargetRefused
from functions.tools.own.by_token import FunctionRoute, ask
from shared.kit.errors import Invalid, NotFound, VersionConflict

# Its first call in a process also loads the model of embeddings.
KEEPS = FunctionRoute(
    "knowledge",
    "/v1/memories/calls",
    "memory",
    within_seconds=8.0,
    plain=(NotFound, VersionConflict, Invalid),
)


async def ask_knowledge(act: Act) -> Done:
    """What the call gives, with the labels of the facts in it. Raises TargetRefused for what its
    agent may not, and for a call without a run; Unanswered."""
    call = act.invocation
    if not act.token:
        raise TargetRefused("only a step of a run remembers and recalls")
    try:
        body = MemoryCallBody.model_validate(
            {
                "invocation_id": call.invocation_id,
                "operation": call.operation,
                "arguments": act.arguments,
            }
        )
    except ValidationError as error:
        raise TargetRefused("the arguments are longer than those of a memory") from error
    given = await ask(act, KEEPS, body, MemoryGiven)
    return Done(given.output, labels=given.labels)
