"""Whether a call may act now: what is recorded of it, what the policies say, whether its agent
serves."""

import json
from typing import NamedTuple

from functions.tools.aggregates import INVOCATIONS
from functions.tools.rules.invocation import Invocation
from shared.agents.reading import AGENTS, KnownAgent, StoredAgent
from shared.agents.stops import STOPS, AgentStops, why_stopped
from shared.aggregates import Command
from shared.capabilities.grants import Grant
from shared.capabilities.stopped import acting
from shared.kit.errors import Forbidden
from shared.policy.authorization import answer_again, last_asked
from shared.policy.record import slice_text
from shared.policy.slices import keep, note_stored, slice_key
from shared.storage.batches import Document
from shared.storage.firestore import TenantStore
from shared.storage.states import state_in

# The documents that decide about a call, in the order of `read_before`.
Before = tuple[Document | None, ...]


class Refusal(NamedTuple):
    """Why a call does not act, in words of ours; `detail` may hold words of others, which no
    receipt keeps. Where it `may_be_repeated`, another token may try it later."""

    reason: str
    detail: str | None = None
    may_be_repeated: bool = False


class Admitted(NamedTuple):
    """What was recorded of the call before; why it may not act; and what the policies decided."""

    known: Invocation | None
    refusal: Refusal | None
    decision: str


async def read_before(store: TenantStore, grant: Grant, invocation_id: str) -> Before:
    """The record of the call, the agent, and what stops it or those above it, in one round trip.
    Raises Unavailable."""
    keys = [
        (INVOCATIONS.collection, invocation_id),
        (AGENTS, grant.right.agent_id),
        *((STOPS, each) for each in acting(grant)),
    ]
    return tuple(await store.get_many(keys))


async def admit(
    work: Command,
    call: Invocation,
    grant: Grant,
    before: Before | None = None,
    *,
    goes_on: bool = False,
) -> Admitted:
    """Asks the policies about what is not recorded, and about what waits for an answer where it
    `goes_on`; what they decide lies in the same commit. `before` is what was read for the call's
    first try. Raises Unavailable."""
    if before is None or work.attempt > 0:
        before = await read_before(work.store, grant, call.invocation_id)
    recorded, agent, *found = before
    known = await work.take(INVOCATIONS, call.invocation_id, recorded)
    is_tried = known is None or known.status == "refused" or (known.waits and goes_on)
    if known is not None and not is_tried:
        answer_again()
        return Admitted(known, None, known.decision)
    stops = [state_in(each, AgentStops) for each in found]
    stopped = why_stopped(stops, grant, work.at)
    refusal = _of_the_agent(call, agent, work) if stopped is None else Refusal(stopped)
    denied, decision = await ask_policies(work, call)
    return Admitted(known, denied or refusal, decision)


async def ask_policies(work: Command, call: Invocation) -> tuple[Refusal | None, str]:
    """Why the policies do not allow the call, and what they decided, which lies in the same
    commit. Raises Unavailable."""
    refusal = None
    try:
        work.ask(INVOCATIONS, call.invocation_id, call)
    except Forbidden as denied:
        refusal = Refusal(_denial(), denied.detail, may_be_repeated=True)
    return refusal, await _recorded(work)


def _denial() -> str:
    """That the policies do not allow it, with the names of those that forbid it."""
    asked = last_asked()
    named = ", ".join(asked.decision.determining) if asked is not None else ""
    said = "the policies do not allow it"
    return f"{said}: {named} forbids it"[:500] if named else said


def note_recorded(tenant_id: str, decision: str) -> None:
    """Remembers that who asked is stored with that decision, which was committed."""
    if decision:
        note_stored(TenantStore(tenant_id), json.loads(decision).get("s", ""))


def _of_the_agent(call: Invocation, agent: Document | None, work: Command) -> Refusal | None:
    """Why the agent's rights do not give the call. What only undoes needs no agent that serves:
    people undo what it did because it stopped."""
    state = state_in(agent, StoredAgent)
    if state is None:
        return Refusal("there is no such agent")
    if state.workspace_id != call.workspace_id:
        return Refusal("the agent belongs to another workspace")
    if call.undoes:
        return None
    why_not = KnownAgent(state, {}).why_not(work.at)
    if why_not is not None:
        return Refusal("the agent does not serve", why_not, may_be_repeated=True)
    if state.version != call.agent_version:
        return Refusal(f"the agent serves as {state.version}, not as {call.agent_version}")
    return None


async def _recorded(work: Command) -> str:
    """What the policies decided, as text; the commit stores who asked. What was asked about is the
    invocation itself."""
    asked = last_asked()
    assert asked is not None
    key = await slice_key(work.store, asked.at)
    assert key is not None
    name = keep(work.store, work.change, key, slice_text(asked.who))
    return asked.compact(work.store.tenant_id, name)
