"""Holds what runs may spend, and settles it once they end."""

from dataclasses import replace
from typing import Any

from functions.runs.aggregates import BUDGETS, LIMITS
from functions.runs.rules import budget as rules
from functions.runs.rules.budget import TENANT, Budget, budget_id, limit_of
from functions.runs.rules.run import Hold, Run, Steps
from functions.runs.service.agents import why_stopped
from functions.runs.service.plans import Plan, read_plan
from shared.agents import KnownAgent, read_agent
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.errors import VersionConflict
from shared.kit.transitions import Transition


async def take_hold(
    work: UnitOfWork, plan: Plan, agent: KnownAgent, *, is_part: bool = False
) -> tuple[Hold, Steps]:
    """What a run of the plan holds, and the budgets with it, in this commit. One read. A part of
    another run holds calls of the day only: its money is held with that one. Raises
    BudgetExhausted."""
    content = plan.content
    estimate = 0 if is_part else plan.state.estimate_usd_micros
    wanted = rules.hold_for(content, plan.prediction, estimate, work.at)
    agents, tenants = await budgets_of(work, content.agent.agent_id, wanted, agent)
    return rules.take(agents, tenants, content, wanted)


async def hold_again(work: UnitOfWork, run: Run) -> tuple[Run, Steps]:
    """The failed run with a hold for what is left of it. Raises BudgetExhausted, NotFound,
    VersionConflict where its agent does not serve."""
    plan = await read_plan(work.store, run.plan_hash)
    agent = await read_agent(work.store, run.agent_id)
    why = why_stopped(agent, plan.content, work.at)
    if agent is None or why is not None:
        raise VersionConflict(why or "its agent is not there any more")
    hold, steps = await take_hold(work, plan, agent, is_part=bool(run.above))
    hold = hold.but(settled=run.spent_usd_micros)
    return run.but(hold=hold, held_usd_micros=hold.usd_micros), steps


async def budgets_of(
    work: UnitOfWork, agent_id: str, hold: Hold, agent: KnownAgent | None
) -> tuple[Budget, Budget]:
    """The agent's budget of the day and the tenant's of the month, with the limits of now."""
    ids = budget_id(agent_id, hold.day), budget_id(TENANT, hold.month)
    await work.prefetch((BUDGETS, ids[0]), (BUDGETS, ids[1]), (LIMITS, agent_id), (LIMITS, TENANT))
    known = [await work.find(BUDGETS, id) for id in ids]
    own, whole = await work.find(LIMITS, agent_id), await work.find(LIMITS, TENANT)
    per_day = agent.state.budget.per_day_usd_micros if agent is not None else 0
    is_trial = agent is not None and agent.state.mode == "trial"
    agents_limit = limit_of(agent_id, own, per_day, is_trial=is_trial)
    if agent is None and known[0] is not None:
        agents_limit = known[0].limit_usd_micros
    return (
        _with(known[0], agent_id, hold.day, agents_limit),
        _with(known[1], TENANT, hold.month, limit_of(TENANT, whole, None)),
    )


def _with(known: Budget | None, scope: str, period: str, limit: int) -> Budget:
    if known is None:
        return Budget(scope=scope, period=period, limit_usd_micros=limit)
    return known.but(limit_usd_micros=limit)


async def save_settled(work: UnitOfWork, steps: Steps) -> list[Any]:
    """Saves the steps; where they end a run that holds something, settles that in the same
    commit."""
    ended = next((each.state for each in reversed(steps) if _holds_and_ended(each.state)), None)
    if ended is None:
        return await work.save(*steps)
    hold = ended.hold
    agents, tenants = await budgets_of(work, ended.agent_id, hold, None)
    freed = tuple(_freed(each) for each in steps)
    saved = await work.save(*freed)
    await work.save(*rules.settle(ended, hold, agents, tenants))
    return saved


def _holds_and_ended(state: Any) -> bool:
    return (
        isinstance(state, Run) and state.has_ended and state.hold is not None and state.hold.counted
    )


def _freed(step: Transition[Any]) -> Transition[Any]:
    if not _holds_and_ended(step.state):
        return step
    run = step.state
    hold = run.hold.but(usd_micros=0, calls={}, counted=False, settled=run.spent_usd_micros)
    return replace(step, state=run.but(hold=hold, held_usd_micros=0))
