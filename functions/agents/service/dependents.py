"""Suspends the agents that depend on a suspended agent."""

from collections import deque
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from events.agents import AgentSuspended
from functions.agents.aggregates import AGENTS, RUN
from functions.agents.rules.agent import SUSPENDABLE, suspend
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.workspaces import WORKSPACE
from shared.messaging.envelope import Envelope
from shared.storage.firestore import TenantStore

# Agents of one commit: one message can tell of all of them.
MOST_AT_ONCE = 30


class Dependent(NamedTuple):
    """A running agent, and the id and the name of the suspended one that it depends on."""

    agent_id: str
    origin: str
    on: str


async def suspend_dependents(event: Envelope) -> None:
    """Suspends every running agent that depends on the suspended one, and in the same commit those
    that depend on these; the events of those suspend what a commit has no room for. Does nothing
    if the agent is no longer suspended."""
    suspended = event.payload(AgentSuspended)
    store = TenantStore(event.tenantid)
    origin = await store.get(AGENTS.collection, suspended.agent_id)
    if origin is None or origin.data["status"] != "suspended":
        return
    found = await _dependents(store, suspended)
    for start in range(0, len(found), MOST_AT_ONCE):
        suspend_some = partial(_suspend, found[start : start + MOST_AT_ONCE])
        await RUN.reaction(event, suspend_some, is_one_of_several=True)


async def _dependents(store: TenantStore, suspended: AgentSuspended) -> Sequence[Dependent]:
    """All that depend on it directly, then those that depend on these while one commit has room for
    more. Each once."""
    found: dict[str, Dependent] = {}
    spreading = deque([(suspended.agent_id, suspended.name)])
    while spreading and len(found) < MOST_AT_ONCE:
        origin, on = spreading.popleft()
        where = [("depends_on", "array_contains", on)]
        async for document in store.find_all(AGENTS.collection, where=where):
            is_new = document.id != suspended.agent_id and document.id not in found
            # Another workspace has agents of the same names.
            is_near = document.data.get(WORKSPACE) == suspended.workspace_id
            if is_new and is_near and document.data["status"] in SUSPENDABLE:
                found[document.id] = Dependent(document.id, origin, on)
                spreading.append((document.id, document.data["name"]))
    return [*found.values()]


async def _suspend(dependents: Sequence[Dependent], work: UnitOfWork) -> None:
    by = f"service:{RUN.function}"
    agents = await work.find_all(AGENTS, (each.agent_id for each in dependents))
    for agent, dependent in zip(agents, dependents, strict=True):
        if agent is not None and agent.status in SUSPENDABLE:
            reason = f"{dependent.on}, which it depends on, is suspended"
            origin = dependent.origin
            await work.save(*suspend(agent, "dependency", reason, by, work.at, origin=origin))
