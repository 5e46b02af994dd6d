"""A call that an agent elsewhere makes by itself: let through, asked about, or refused."""

from typing import Any

from events.direct_calls import direct_call_id
from events.invocations import InvocationBody
from events.operations import OperationDefinition
from functions.tools.aggregates import DIRECT_CALLS, INVOCATIONS, RUN
from functions.tools.rules.direct_call import DirectCall, ended, report, withdraw
from functions.tools.rules.elicitation import unanswered
from functions.tools.rules.envelope import Within
from functions.tools.rules.invocation import doubtful
from functions.tools.service.admission import note_recorded
from functions.tools.service.direct_answers import DirectCallView
from functions.tools.service.direct_attempt import DirectAttempt
from functions.tools.service.served_operations import ServedOperation, find_served
from shared.agents import KnownAgent
from shared.aggregates import Command
from shared.aggregates.unit_of_work import UnitOfWork
from shared.capabilities.grants import LONGEST_LIFE, Deed, Grant, Right
from shared.kit.callers import Caller
from shared.kit.canonical import content_hash
from shared.kit.transitions import Transition
from shared.storage.firestore import TenantStore


async def call_directly(
    caller: Caller, agent: KnownAgent, operation: str, arguments: dict[str, Any]
) -> DirectCallView:
    """Does the call where the agent may, asks where a person has to assent, and otherwise refuses.
    Raises SignatureInvalid for an approval that `approvals` did not sign, Unavailable."""
    by, digest, id = await _placed(caller, agent, operation, arguments)
    body = InvocationBody(invocation_id="", operation=operation, arguments=arguments)
    grant = _grant(caller, agent, operation, digest, by.definition)
    direct = DirectAttempt(caller, grant, body, by, agent, id)
    verdict = direct.judged(0)
    is_read = verdict == Within("read") and not (by.asks and await _waits_for_answer(caller, id))
    view = await (direct.at_once() if is_read else direct.guarded())
    if view.invocation is not None:
        note_recorded(caller.tenant_id, view.invocation.decision)
    return view


async def withdraw_call(
    caller: Caller, agent: KnownAgent, operation: str, arguments: dict[str, Any]
) -> DirectCallView:
    """Takes back the request for an approval of the call, if one stands. Raises Unavailable."""
    *_, id = await _placed(caller, agent, operation, arguments)

    async def use_case(work: Command) -> DirectCallView:
        known = await work.find(DIRECT_CALLS, id)
        if known is not None and known.status == "answering":
            await _give_up(work, known, caller.principal, "whoever called withdrew it")
        else:
            await work.save(*withdraw(known, caller.principal))
        return DirectCallView(status="withdrawn", approval_id=known.approval_id if known else None)

    return await RUN.command(caller, use_case, DirectCallView)


async def note_lost(work: UnitOfWork, call: DirectCall) -> None:
    """Nobody knows what became of a call whose process died. One whose server asked ends where
    nobody has come back for the answer."""
    assert call.invocation_id is not None
    if call.status == "answering":
        told = "nobody called again with the answer that its server asked for"
        await _give_up(work, call, call.agent_id, told)
        return
    known = await work.find(INVOCATIONS, call.invocation_id)
    if known is None:
        await work.save(Transition(call.but(status="over", began_at=None)))
        return
    if known.status == "intended":
        known = doubtful(known, "whoever acted died before it had an answer", work.at)
        await work.save(report(known))
    await work.save(*ended(call, known))


async def _give_up(work: UnitOfWork, call: DirectCall, by: str, why: str) -> None:
    """Nobody answers the call's server, and nobody is to be asked any more."""
    assert call.invocation_id is not None
    known = await work.find(INVOCATIONS, call.invocation_id)
    steps = withdraw(call, by)
    await work.save(*steps)
    if known is not None and known.waits:
        over = unanswered(known, why, work.at)
        await work.save(*ended(steps[0].state, over), report(over))


async def _waits_for_answer(caller: Caller, id: str) -> bool:
    """Whether the call's server asked a person before. One read. Raises Unavailable."""
    document = await TenantStore(caller.tenant_id).get(DIRECT_CALLS.collection, id)
    return document is not None and DIRECT_CALLS.state_in(document.data).status == "answering"


async def _placed(
    caller: Caller, agent: KnownAgent, operation: str, arguments: dict[str, Any]
) -> tuple[ServedOperation, str, str]:
    """Who serves the operation now, the hash of the arguments, and the direct call's id."""
    store = TenantStore(caller.tenant_id)
    by = await find_served(store, caller.workspace_id, operation, None)
    digest = content_hash(arguments)
    whose = caller.on_behalf_of
    id = direct_call_id(agent.state.agent_id, by.definition.pin, operation, digest, whose)
    return by, digest, id


def _grant(
    caller: Caller,
    agent: KnownAgent,
    operation: str,
    arguments_sha256: str,
    definition: OperationDefinition,
) -> Grant:
    """What the caller's key, or a person's sign-in, stands for, as if a token said it."""
    right = Right(
        tenant_id=caller.tenant_id,
        workspace_id=caller.workspace_id,
        run_id="",
        plan_hash="",
        agent_id=agent.state.agent_id,
        agent_version=agent.state.version,
    )
    deed = Deed(
        step="",
        operation=operation,
        invocation_id="",
        arguments_sha256=arguments_sha256,
        expires_at=caller.received_at + LONGEST_LIFE,
        pin=definition.pinned or "",
    )
    return Grant(token_id=caller.session_id or "", right=right, deed=deed)
