"""Reads an agent's document and its spec, by name or id; writes nothing."""

from datetime import datetime

from shared.agents.known import SERVING, KnownAgent, StoredAgent
from shared.agents.stops import STOPS, AgentStops
from shared.messaging.contents import read_contents
from shared.storage.firestore import TenantStore
from shared.storage.states import state_in

__all__ = [
    "AGENTS",
    "KnownAgent",
    "StoredAgent",
    "find_serving",
    "is_there",
    "read_agent",
    "read_agent_alone",
    "read_agent_named",
]

# `functions/agents` alone writes them.
AGENTS = "agents"
NAMES = "agent_names"


async def find_serving(store: TenantStore, at: datetime, most: int) -> list[KnownAgent]:
    """Those of the `most` newest agents that serve at that instant, newest first, with their specs.
    Three round trips. Raises ContentInvalid, Unavailable."""
    page = await store.find(AGENTS, order_by="created_at", descending=True, limit=most)
    known = (StoredAgent.model_validate_json(each.data["state"]) for each in page.items)
    states = [each for each in known if each.status in SERVING]
    stops = await store.get_many([(STOPS, each.agent_id) for each in states])
    specs = await read_contents(store, [each.spec_hash for each in states])
    found = (
        KnownAgent(state, specs.shown(state.spec_hash), state_in(stop, AgentStops))
        for state, stop in zip(states, stops, strict=True)
    )
    return [each for each in found if each.why_not(at) is None]


async def is_there(store: TenantStore, agent_id: str) -> bool:
    """Whether the tenant has an agent with that id. One read. Raises Unavailable."""
    document = await store.get(AGENTS, agent_id)
    return document is not None and "state" in document.data


async def read_agent(store: TenantStore, agent_id: str) -> KnownAgent | None:
    """The agent with that id. Two round trips. Raises ContentInvalid, Unavailable."""
    agent = await read_agent_alone(store, agent_id)
    if agent is None:
        return None
    contents = await read_contents(store, [agent.state.spec_hash])
    return KnownAgent(agent.state, contents.shown(agent.state.spec_hash), agent.stops)


async def read_agent_alone(store: TenantStore, agent_id: str) -> KnownAgent | None:
    """The agent with that id, without its spec. One round trip. Raises Unavailable."""
    document, stops = await store.get_many([(AGENTS, agent_id), (STOPS, agent_id)])
    state = state_in(document, StoredAgent)
    if state is None:
        return None
    return KnownAgent(state, {}, state_in(stops, AgentStops))


async def read_agent_named(
    store: TenantStore, name: str, workspace_id: str | None
) -> KnownAgent | None:
    """The agent that has the name in the workspace or, for None, among those in none. Three round
    trips. Raises ContentInvalid, Unavailable."""
    claim = await store.get(NAMES, name if workspace_id is None else f"{workspace_id}.{name}")
    return None if claim is None else await read_agent(store, claim.data["agent_id"])
