"""Whether the agent of a plan may act now, and those of the runs above it."""

from datetime import datetime

from events.plan_content import PlanContent
from functions.runs.rules.run import Run
from shared.agents import KnownAgent
from shared.agents.stops import STOPS, AgentStops
from shared.storage.firestore import TenantStore
from shared.storage.states import state_in


def why_stopped(agent: KnownAgent | None, plan: PlanContent, at: datetime) -> str | None:
    """Why a plan may not run, or not go on, with this agent; None where it may. The plan was
    compiled for one version of the agent: another one has other rights."""
    if agent is None:
        return "its agent is not there any more"
    if (problem := agent.why_not(at)) is not None:
        return problem
    state, part = agent.state, plan.agent
    compiled = (part.version, part.spec_hash, part.mode)
    if (state.version, state.spec_hash, state.mode) != compiled:
        return f"{state.name} is of version {state.version} now: compile the capsule again"
    return None


async def recall_above(store: TenantStore, run: Run) -> str | None:
    """The recall that stops the agent of a run above this one, and with it this one; None where
    none does. One round trip for a sub-run. Raises Unavailable."""
    if not run.above:
        return None
    documents = await store.get_many([(STOPS, each.agent_id) for each in run.above])
    for above, document in zip(run.above, documents, strict=True):
        stops = state_in(document, AgentStops)
        if stops is not None and (found := stops.recall_of(above.agent_version)) is not None:
            return found
    return None
