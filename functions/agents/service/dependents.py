"""Suspends the agents that depend on a suspended agent."""

from events.agents import AgentSuspended
from functions.agents.aggregates import AGENTS, RUN
from functions.agents.rules.agent import SUSPENDABLE, suspend
from shared.aggregates.unit_of_work import UnitOfWork
from shared.messaging.envelope import Envelope
from shared.storage.firestore import TenantStore


async def suspend_dependents(event: Envelope) -> None:
    """Suspends every running agent that depends on the suspended one; the events of those suspend
    their own dependents. Does nothing if the agent is no longer suspended."""
    suspended = event.payload(AgentSuspended)
    store = TenantStore(event.tenantid)
    origin = await store.get(AGENTS.collection, suspended.agent_id)
    if origin is None or origin.data["status"] != "suspended":
        return
    where = [("depends_on", "array_contains", suspended.name)]
    async for document in store.find_all(AGENTS.collection, where=where):
        await _suspend(event, suspended, document.id)


async def _suspend(event: Envelope, suspended: AgentSuspended, agent_id: str) -> None:
    async def use_case(work: UnitOfWork) -> None:
        agent = await work.find(AGENTS, agent_id)
        if agent is None or agent.status not in SUSPENDABLE:
            return
        reason = f"{suspended.name}, which it depends on, is suspended"
        by, origin = f"service:{RUN.function}", suspended.agent_id
        await work.save(*suspend(agent, "dependency", reason, by, work.at, origin=origin))

    await RUN.reaction(event, use_case, is_one_of_several=True)
