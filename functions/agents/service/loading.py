"""Reading aggregates for a caller: what is not there is reported, then refused."""

from functions.agents.rules.agent import Agent
from functions.agents.rules.case import CreationCase
from functions.agents.store import AGENTS, CASES, Kept, read_agent, read_case
from shared.kit.callers import Caller
from shared.kit.errors import NotFound
from shared.kit.ids import is_id
from shared.messaging.misses import report_miss
from shared.messaging.outbox import Outbox
from shared.storage.firestore import TenantStore


async def load_agent(store: TenantStore, outbox: Outbox, caller: Caller, id: str) -> Kept[Agent]:
    """The agent. Raises NotFound; one that has the shape of an id is audited."""
    agent = read_agent(await store.get(AGENTS, id)) if is_id("agt", id) else None
    if agent is None:
        await _missed(outbox, caller, "agt", id)
        raise NotFound(f"there is no agent {id[:40]!r}")
    return agent


async def load_case(
    store: TenantStore, outbox: Outbox, caller: Caller, id: str
) -> Kept[CreationCase]:
    """The creation case. Raises NotFound; one that has the shape of an id is audited."""
    case = read_case(await store.get(CASES, id)) if is_id("cas", id) else None
    if case is None:
        await _missed(outbox, caller, "cas", id)
        raise NotFound(f"there is no creation case {id[:40]!r}")
    return case


async def agent_of(store: TenantStore, case: CreationCase) -> Kept[Agent]:
    """The agent a case is about; they are created together."""
    agent = read_agent(await store.get(AGENTS, case.agent_id))
    if agent is None:
        raise RuntimeError(f"case {case.case_id} has lost its agent {case.agent_id}")
    return agent


async def _missed(outbox: Outbox, caller: Caller, prefix: str, id: str) -> None:
    if is_id(prefix, id):
        await report_miss(outbox, caller, id)
