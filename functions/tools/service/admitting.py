"""Whether a call may act now: what is recorded of it, what the policies say, whether its agent
serves."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from functions.tools.aggregates import INVOCATIONS
from functions.tools.rules.invocation import Invocation
from shared.agents.reading import AGENTS, KnownAgent, StoredAgent
from shared.agents.stops import STOPS, AgentStops, stops_in
from shared.aggregates import Command
from shared.kit.errors import Forbidden
from shared.policy.authorization import answer_again, last_asked
from shared.policy.record import slice_text
from shared.policy.slices import keep, note_stored, slice_key
from shared.storage.batches import Document
from shared.storage.firestore import TenantStore


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


async def admit(work: Command, call: Invocation, token_ids: Sequence[str]) -> Admitted:
    """Reads the record, the agent and its recalls in one round trip, and asks the policies about
    what is not recorded. What they decide lies in the same commit. Raises Unavailable."""
    keys = [
        (INVOCATIONS.collection, call.invocation_id),
        (AGENTS, call.agent_id),
        (STOPS, call.agent_id),
    ]
    recorded, agent, stops = await work.store.get_many(keys)
    known = await work.take(INVOCATIONS, call.invocation_id, recorded)
    if known is not None and known.status != "refused":
        answer_again()
        return Admitted(known, None, known.decision)
    stopped = stops_in(stops.data if stops is not None else None)
    if stopped is not None and stopped.are_revoked(token_ids, work.at):
        refusal: Refusal | None = Refusal("the token was revoked")
    else:
        refusal = _of_the_agent(call, agent, stopped, work)
    try:
        work.ask(INVOCATIONS, call.invocation_id, call)
    except Forbidden as denied:
        refusal = Refusal("the policies do not allow it", denied.detail, may_be_repeated=True)
    return Admitted(known, refusal, await _recorded(work))


def note_recorded(tenant_id: str, decision: str) -> None:
    """Remembers that who asked is stored with that decision, which was committed."""
    if decision:
        note_stored(TenantStore(tenant_id), json.loads(decision).get("s", ""))


def _of_the_agent(
    call: Invocation, agent: Document | None, stopped: AgentStops | None, work: Command
) -> Refusal | None:
    """Why the agent's rights do not give the call. What only undoes needs no agent that serves:
    people undo what it did because it stopped."""
    if agent is None or "state" not in agent.data:
        return Refusal("there is no such agent")
    state = StoredAgent.model_validate_json(agent.data["state"])
    if state.workspace_id != call.workspace_id:
        return Refusal("the agent belongs to another workspace")
    if call.undoes:
        return None
    if stopped is not None and stopped.recall_of(call.agent_version) is not None:
        return Refusal("the agent was recalled")
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
