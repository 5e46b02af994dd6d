"""Whether the agent of a plan may act now."""

from datetime import datetime

from events.plan_content import PlanContent
from shared.agents import KnownAgent


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
