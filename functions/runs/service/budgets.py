"""Holds what runs may spend, and charges what they spent."""

from dataclasses import replace
from functools import partial
from typing import Any

from functions.runs.rules import budget as rules
from functions.runs.rules.budget_raise import ask
from functions.runs.rules.charges import charge, is_due
from functions.runs.rules.quota import Quota
from functions.runs.rules.run import Hold, Run, Steps
from functions.runs.service.agents import why_stopped
from functions.runs.service.plans import Plan, read_plan
from functions.runs.service.platform import covered
from functions.runs.service.retention import keep_from_first
from shared.agents import KnownAgent, read_agent_alone
from shared.aggregates.aggregate import Aggregate
from shared.aggregates.unit_of_work import UnitOfWork
from shared.budgets.aggregates import BUDGETS, LIMITS
from shared.budgets.budget import Budget
from shared.budgets.limits import TENANT, budget_id, limit_of
from shared.kit.errors import VersionConflict

Budgets = tuple[Budget, Budget]


async def take_hold(
    work: UnitOfWork,
    plan: Plan,
    agent: KnownAgent,
    *,
    is_part: bool = False,
    quota: Quota | None = None,
) -> tuple[Hold, Steps]:
    """What a run of the plan holds, and the budgets with it, in this commit. One read. A part of
    another run holds calls of the day only: its money is held with that one. What starts anew is
    one more of the `quota`. Raises BudgetExhausted, QuotaExhausted."""
    content = plan.content
    estimate = 0 if is_part else plan.state.estimate_usd_micros
    wanted = rules.hold_for(content, plan.prediction, estimate, work.at)
    wanted = _for_agent(wanted, agent)
    agents, tenants = await budgets_of(work, content.agent.agent_id, wanted)
    hold, steps = rules.take(agents, tenants, content, wanted, quota)
    return hold, (*await covered(work, steps), *await keep_from_first(work))


async def enlarge_hold(work: UnitOfWork, payer: Run, more: int) -> dict[str, Any]:
    """The fields of the run whose hold is spent, with so much more in that; saves the budgets,
    which hold it from this commit on. Four reads. Raises BudgetExhausted."""
    assert payer.hold is not None
    budgets = await budgets_of(work, payer.agent_id, payer.hold)
    hold, steps = rules.hold_more(*budgets, payer.hold, more)
    await work.save(*await covered(work, steps))
    return {"hold": hold, "held_usd_micros": hold.usd_micros}


async def hold_again(work: UnitOfWork, run: Run) -> tuple[Run, Steps]:
    """The failed run with a hold for what is left of it. Raises BudgetExhausted, NotFound,
    VersionConflict where its agent does not serve."""
    plan = await read_plan(work.store, run.plan_hash)
    agent = await read_agent_alone(work.store, run.agent_id)
    why = why_stopped(agent, plan.content, work.at)
    if agent is None or why is not None:
        raise VersionConflict(why or "its agent is not there any more")
    hold, steps = await take_hold(work, plan, agent, is_part=bool(run.above))
    hold = hold.but(settled=run.spent_usd_micros, settled_tokens=run.tokens, made=run.calls)
    return run.but(hold=hold, held_usd_micros=hold.usd_micros), steps


def _for_agent(hold: Hold, agent: KnownAgent) -> Hold:
    per_day = agent.state.budget.per_day_usd_micros
    return hold.but(per_day_usd_micros=per_day, is_trial=agent.state.mode == "trial")


async def budgets_of(work: UnitOfWork, agent_id: str, hold: Hold) -> Budgets:
    """The agent's budget of the day and the tenant's of the month, with the limits of now."""
    places = places_of(agent_id, hold)
    await work.prefetch(*places)
    agents, tenants, own, whole = [await work.find(*each) for each in places]
    trial = hold.is_trial
    limit = limit_of(own, hold.per_day_usd_micros, is_trial=trial)
    return (
        _known(agents, agent_id, hold.day).limited(limit, is_trial=trial),
        _known(tenants, TENANT, hold.month).limited(limit_of(whole, None), is_trial=False),
    )


def places_of(agent_id: str, hold: Hold) -> tuple[tuple[Aggregate[Any], str], ...]:
    """Where those two budgets are, and their limits."""
    return (
        (BUDGETS, budget_id(agent_id, hold.day)),
        (BUDGETS, budget_id(TENANT, hold.month)),
        (LIMITS, agent_id),
        (LIMITS, TENANT),
    )


def _known(budget: Budget | None, scope: str, period: str) -> Budget:
    return budget or Budget(scope=scope, period=period, limit_usd_micros=0)


async def save_charged(work: UnitOfWork, steps: Steps, budgets: Budgets | None = None) -> list[Any]:
    """Saves the steps; where the run has spent something since the last time, or holds something
    that it needs no more, the budgets say so in the same commit. They are read where the caller
    does not have them."""
    last = next((each.state for each in reversed(steps) if isinstance(each.state, Run)), None)
    if last is None or last.hold is None or not is_due(last):
        return await work.save(*steps)
    agents, tenants = budgets or await budgets_of(work, last.agent_id, last.hold)
    charged, charges = charge(last, agents, tenants, partial(ask, at=work.at))
    charges = await covered(work, charges, is_spent=True)
    shown = (replace(each, state=charged) if each.state is last else each for each in steps)
    saved = await work.save(*shown)
    await work.save(*charges)
    return saved
