"""What a replay is answered: a value that is computed again, or what is recorded of a call. Nothing
here acts: no operation that reaches anything is known here, and nothing is stored."""

from collections.abc import Mapping

from events.invocations import InvocationBody, InvocationView
from events.operations import CPYTHON, SKILL, OperationDefinition
from functions.tools.aggregates import INVOCATIONS
from functions.tools.own.act import Act, Operation, TargetRefused
from functions.tools.own.transform import apply
from functions.tools.rules.invocation import (
    MOST_OUTPUT_BYTES,
    Invocation,
    confirmed,
    doubtful,
    intended,
    refused,
    view_of,
)
from functions.tools.rules.shapes import wrong_arguments, wrong_output
from functions.tools.skills.run import run
from shared.capabilities.grants import Grant
from shared.kit.callers import Caller
from shared.kit.canonical import canonical_json
from shared.policy.authorization import answer_again
from shared.storage.firestore import TenantStore

# What reads its arguments only.
PURE: Mapping[str, Operation] = {"assent/transform.apply": apply, SKILL: run}


async def replay(
    caller: Caller, grant: Grant, body: InvocationBody, definition: OperationDefinition
) -> InvocationView:
    """What the call gives, or gave; refused where nothing is recorded of it. One read; none for an
    expression, which reads no clock. Raises Unavailable."""
    answer_again()
    call = intended(body, grant, definition, caller.received_at)
    if body.operation in PURE and body.operation != SKILL:
        return view_of(await _computed(caller, call, definition))
    document = await TenantStore(caller.tenant_id).get(INVOCATIONS.collection, call.invocation_id)
    known = None if document is None else INVOCATIONS.state_in(document.data)
    if body.operation in PURE and body.arguments.get("runtime") != CPYTHON:
        # It reads the clock of the call that is repeated.
        at = call.at if known is None else known.at
        return view_of(await _computed(caller, call.but(at=at), definition))
    if known is None:
        return view_of(refused(call, "nothing is recorded of this call", caller.received_at))
    if known.status == "intended":
        known = doubtful(known, "nobody knows whether it acted", known.at)
    return view_of(known).but(cost_usd_micros=0, may_be_repeated=False)


async def _computed(
    caller: Caller, call: Invocation, definition: OperationDefinition
) -> Invocation:
    at = caller.received_at
    wrong = wrong_arguments(definition, call.arguments)
    if wrong is not None:
        return refused(call, "the arguments are not what the operation takes", at, detail=wrong)
    try:
        done = await PURE[call.operation](Act(caller.tenant_id, call, call.at))
    except TargetRefused as error:
        return refused(call, str(error), at, detail=error.detail)
    wrong = wrong_output(definition, done.output)
    if wrong is not None:
        return refused(call, f"it gave what its operation does not: {wrong}", at)
    size = len(canonical_json(done.output))
    if size > MOST_OUTPUT_BYTES:
        return refused(call, f"it gave {size} bytes; a step keeps {MOST_OUTPUT_BYTES}", at)
    return confirmed(call, done.output, 0, at)
