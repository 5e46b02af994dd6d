"""HTTP in, HTTP out: calls of runs, and what became of them."""

from fastapi import Depends, Request

from events.invocations import InvocationBody, InvocationView
from functions.tools.aggregates import INVOCATIONS, RUN
from functions.tools.rules.entity_types import INVOCATION
from functions.tools.rules.invocation import SettlementBody, view_of
from functions.tools.service.invocation import invoke
from functions.tools.service.settlement import settle
from shared.kit.callers import Caller
from shared.runtime.acts import does
from shared.runtime.capability_route import CAPABILITY, calls_router, capability_of
from shared.runtime.idempotency import Key
from shared.runtime.routes import Router

CALLS = calls_router()
PEOPLES = Router(
    read=("runs:read", "governance:read"), write=("runs:write", "governance:write"), narrows=True
)


@CALLS.post("/v1/invocations", dependencies=[Depends(CAPABILITY)])
@does("tools.invoke", about=INVOCATION, within=("execute_tool_call",), deed="this call of a run")
async def post_invocation(request: Request, body: InvocationBody) -> InvocationView:
    """Does one call of a run, once, by a capability token that names exactly it, and says what
    became of it; the same call again gets the same answer. A call that nobody answered is
    `doubtful`, and is never repeated by itself."""
    return await invoke(request.state.caller, capability_of(request), body)


@PEOPLES.get("/v1/invocations/{invocation_id}")
async def get_invocation(caller: Caller, invocation_id: str) -> InvocationView:
    """Shows what became of a call of a run."""
    return view_of(await RUN.read(caller, INVOCATIONS, invocation_id))


@PEOPLES.post("/v1/invocations/{invocation_id}/settle")
@does("invocations.settle", about=INVOCATION, within=("govern",), deed="settling a call")
async def settle_invocation(
    caller: Caller, key: Key, invocation_id: str, body: SettlementBody
) -> InvocationView:
    """Says what became of a doubtful call, as a person found out: that it happened, with what it
    gave, or that it did not, and then its run may try again."""
    return await settle(caller, key, invocation_id, body)
