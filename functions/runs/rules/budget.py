"""Budgets: what runs may hold of them, and what they stop."""

from collections.abc import Iterator
from datetime import datetime

from events.budgets import BudgetChanged
from events.effects import HARMLESS
from events.plan_content import Call, PlanContent, PlanStep, all_steps, calls_in
from events.plans import Prediction
from functions.runs.rules.quota import Quota
from functions.runs.rules.run import Hold, Steps
from shared.budgets.budget import Budget
from shared.budgets.limits import ANY_AGENT, TENANT, BudgetLimit
from shared.kit.errors import VersionConflict
from shared.kit.transitions import Transition

TRIAL_RUNS_A_DAY = 10


class BudgetExhausted(VersionConflict):
    """The budget allows no more in this period."""

    code = "budget_exhausted"
    title = "The budget allows no more now"


def hold_for(plan: PlanContent, prediction: Prediction | None, estimate: int, at: datetime) -> Hold:
    """What a run of the plan holds: its estimate, and the calls whose number a day is limited, as
    many as its rehearsal predicted; None stands for all that is left of the day."""
    calls: dict[str, int | None] = {}
    predicted = {each.step: each.calls for each in (prediction.steps if prediction else ())}
    for step, call in _every_call(plan):
        if call.limits.per_day is not None:
            more, before = predicted.get(step.id), calls.get(call.operation, 0)
            calls[call.operation] = None if more is None or before is None else before + more
    return Hold(day=f"{at:%Y-%m-%d}", month=f"{at:%Y-%m}", usd_micros=estimate, calls=calls)


def take(
    agents: Budget,
    tenants: Budget,
    plan: PlanContent,
    hold: Hold,
    quota: Quota | None = None,
) -> tuple[Hold, Steps]:
    """What the run gets of what it asks to hold, and both budgets after that; unchanged where it
    asks for nothing, and is none of the `quota`. Raises BudgetExhausted where one of them allows no
    more, QuotaExhausted where the tenant's plan does not."""
    if quota is not None:
        tenants = quota.counted(tenants, plan)
    for budget in (tenants, agents):
        _refuse_exhausted(budget, hold.usd_micros, "the plan's estimate")
    is_trial = plan.agent.mode == "trial"
    if is_trial:
        _refuse_beyond_trial(agents, plan)
    calls = {
        operation: _calls(agents, operation, wanted, _per_day(plan, operation))
        for operation, wanted in hold.calls.items()
    }
    month = tenants.but(held_usd_micros=tenants.held_usd_micros + hold.usd_micros)
    of_month: Steps = (Transition(month),) if hold.usd_micros else ()
    if quota is not None:
        of_month = quota.told(month)
    if not hold.usd_micros and not calls and not is_trial:
        return hold, of_month
    counted = {name: agents.calls.get(name, 0) + more for name, more in calls.items()}
    after = agents.but(
        held_usd_micros=agents.held_usd_micros + hold.usd_micros,
        calls={**agents.calls, **counted},
        runs=agents.runs + 1,
    )
    return hold.but(calls=calls, counted=True), (Transition(after), *of_month)


def _refuse_exhausted(budget: Budget, more: int, what: str) -> None:
    named = "the tenant's month" if budget.scope == TENANT else "the agent's day"
    remedy = f"a governor raises it by PUT /v1/budgets/{budget.scope}"
    if budget.state in ("critical", "exhausted"):
        raise BudgetExhausted(f"the budget of {named} is {budget.state}: {remedy}")
    if budget.used_usd_micros + more > budget.limit_usd_micros:
        raise BudgetExhausted(f"the budget of {named} does not hold {what}: {remedy}")


def hold_more(agents: Budget, tenants: Budget, hold: Hold, more: int) -> tuple[Hold, Steps]:
    """The hold of a run that needs so much more than it holds, and both budgets after that. Raises
    BudgetExhausted where one of them allows no more."""
    for budget in (tenants, agents):
        _refuse_exhausted(budget, more, "what its next calls cost")
    steps = tuple(
        Transition(each.but(held_usd_micros=each.held_usd_micros + more))
        for each in (agents, tenants)
    )
    return hold.but(usd_micros=hold.usd_micros + more, counted=True), steps


def _refuse_beyond_trial(agents: Budget, plan: PlanContent) -> None:
    if agents.runs >= TRIAL_RUNS_A_DAY:
        raise BudgetExhausted(f"an agent on trial runs {TRIAL_RUNS_A_DAY} times a day")
    for step, call in _every_call(plan):
        if call.effect not in HARMLESS:
            detail = f"step {step.id} would {call.effect}: an agent on trial reads and drafts"
            raise BudgetExhausted(detail)


def _per_day(plan: PlanContent, operation: str) -> int:
    limits = (each.limits.per_day for _, each in _every_call(plan) if each.operation == operation)
    return min(each for each in limits if each is not None)


def _every_call(plan: PlanContent) -> Iterator[tuple[PlanStep, Call]]:
    """Those that steps make, and those that models may choose in them."""
    return ((step, each) for step in all_steps(plan.steps) for each in calls_in(step))


def _calls(agents: Budget, operation: str, wanted: int | None, per_day: int) -> int:
    left = per_day - agents.calls.get(operation, 0)
    if left <= 0 or (wanted is not None and wanted > left):
        detail = (
            f"{operation}: the agent may call it {per_day} times a day, {max(left, 0)} are left"
        )
        raise BudgetExhausted(detail)
    return left if wanted is None else wanted


def note_limits(by: str) -> Steps:
    """The limit of some agent is set: others look for that of each only then."""
    return (Transition(BudgetLimit(scope=ANY_AGENT, limit_usd_micros=0, set_by=by)),)


def set_limit(scope: str, limit_usd_micros: int, by: str) -> Steps:
    """The limit from now on."""
    limit = BudgetLimit(scope=scope, limit_usd_micros=limit_usd_micros, set_by=by)
    return (Transition(limit, BudgetChanged),)
