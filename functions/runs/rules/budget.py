"""Budgets: what is held and spent in a period, and what that stops."""

from datetime import datetime
from typing import Any, get_args

from pydantic import Field

from events.budgets import BudgetChanged, BudgetReached, BudgetState, BudgetStateName, Threshold
from events.effects import HARMLESS
from events.plan_content import Call, PlanContent, all_steps
from events.plans import Prediction
from functions.runs.rules.run import Hold, Run
from shared.kit.errors import VersionConflict
from shared.kit.models import Model
from shared.kit.transitions import Transition

Steps = tuple[Transition[Any], ...]
TENANT = "tenant"
TENANTS_MONTH_USD_MICROS = 100_000_000
TRIAL_DAY_USD_MICROS = 5_000_000
TRIAL_RUNS_A_DAY = 10
_STATES: dict[Threshold, BudgetStateName] = {80: "warning", 95: "critical", 100: "exhausted"}
_THRESHOLDS: tuple[Threshold, ...] = get_args(Threshold)


class BudgetExhausted(VersionConflict):
    """The budget allows no more in this period."""

    code = "budget_exhausted"
    title = "The budget allows no more now"


class Budget(BudgetState):
    """A budget in one period. `told` are the thresholds that were told of, `calls` the calls of
    operations whose number a day is limited, and `runs` those that were started."""

    told: tuple[int, ...] = ()
    calls: dict[str, int] = Field(default_factory=dict)
    runs: int = 0

    @property
    def state(self) -> BudgetStateName:
        """What it stops."""
        reached = [each for each in _THRESHOLDS if self._has_reached(each)]
        return _STATES[reached[-1]] if reached else "active"

    def _has_reached(self, threshold: Threshold) -> bool:
        return self.spent_usd_micros * 100 >= self.limit_usd_micros * threshold

    @property
    def newly_reached(self) -> tuple[Threshold, ...]:
        """The thresholds that nobody was told of yet."""
        return tuple(
            each for each in _THRESHOLDS if each not in self.told and self._has_reached(each)
        )


class BudgetLimit(Model):
    """What a governor set for every period from then on."""

    scope: str
    limit_usd_micros: int
    set_by: str


def budget_id(scope: str, period: str) -> str:
    """The id of its document."""
    return f"{scope}.{period}"


def hold_for(plan: PlanContent, prediction: Prediction | None, estimate: int, at: datetime) -> Hold:
    """What a run of the plan holds: its estimate, and the calls whose number a day is limited, as
    many as its rehearsal predicted; None stands for all that is left of the day."""
    calls: dict[str, int | None] = {}
    predicted = {each.step: each.calls for each in (prediction.steps if prediction else ())}
    for step in all_steps(plan.steps):
        if isinstance(step.does, Call) and step.does.limits.per_day is not None:
            more, before = predicted.get(step.id), calls.get(step.does.operation, 0)
            calls[step.does.operation] = None if more is None or before is None else before + more
    return Hold(day=f"{at:%Y-%m-%d}", month=f"{at:%Y-%m}", usd_micros=estimate, calls=calls)


def take(agents: Budget, tenants: Budget, plan: PlanContent, hold: Hold) -> tuple[Hold, Steps]:
    """What the run gets of what it asks to hold, and both budgets after that; unchanged where it
    asks for nothing. Raises BudgetExhausted where one of them allows no more."""
    for budget in (tenants, agents):
        _refuse_exhausted(budget, hold.usd_micros)
    is_trial = plan.agent.mode == "trial"
    if is_trial:
        _refuse_beyond_trial(agents, plan)
    calls = {
        operation: _calls(agents, operation, wanted, _per_day(plan, operation))
        for operation, wanted in hold.calls.items()
    }
    if not hold.usd_micros and not calls and not is_trial:
        return hold, ()
    counted = {name: agents.calls.get(name, 0) + more for name, more in calls.items()}
    after = agents.but(
        held_usd_micros=agents.held_usd_micros + hold.usd_micros,
        calls={**agents.calls, **counted},
        runs=agents.runs + 1,
    )
    steps: Steps = (Transition(after),)
    if hold.usd_micros:
        held = tenants.held_usd_micros + hold.usd_micros
        steps = (*steps, Transition(tenants.but(held_usd_micros=held)))
    return hold.but(calls=calls, counted=True), steps


def _refuse_exhausted(budget: Budget, more: int) -> None:
    named = "the tenant's month" if budget.scope == TENANT else "the agent's day"
    remedy = f"a governor raises it by PUT /v1/budgets/{budget.scope}"
    if budget.state in ("critical", "exhausted"):
        raise BudgetExhausted(f"the budget of {named} is {budget.state}: {remedy}")
    if budget.spent_usd_micros + budget.held_usd_micros + more > budget.limit_usd_micros:
        raise BudgetExhausted(f"the budget of {named} does not hold the plan's estimate: {remedy}")


def _refuse_beyond_trial(agents: Budget, plan: PlanContent) -> None:
    if agents.runs >= TRIAL_RUNS_A_DAY:
        raise BudgetExhausted(f"an agent on trial runs {TRIAL_RUNS_A_DAY} times a day")
    for step in all_steps(plan.steps):
        if isinstance(step.does, Call) and step.does.effect not in HARMLESS:
            detail = f"step {step.id} would {step.does.effect}: an agent on trial reads and drafts"
            raise BudgetExhausted(detail)


def _per_day(plan: PlanContent, operation: str) -> int:
    limits = (
        each.does.limits.per_day
        for each in all_steps(plan.steps)
        if isinstance(each.does, Call) and each.does.operation == operation
    )
    return min(each for each in limits if each is not None)


def _calls(agents: Budget, operation: str, wanted: int | None, per_day: int) -> int:
    left = per_day - agents.calls.get(operation, 0)
    if left <= 0 or (wanted is not None and wanted > left):
        detail = (
            f"{operation}: the agent may call it {per_day} times a day, {max(left, 0)} are left"
        )
        raise BudgetExhausted(detail)
    return left if wanted is None else wanted


def settle(run: Run, hold: Hold, agents: Budget, tenants: Budget) -> Steps:
    """Both budgets once the run has ended: what it spent is spent, the rest is free again. What a
    sub-run spent, the run above it has spent."""
    spent = 0 if run.above else run.spent_usd_micros - hold.settled
    unused = {name: held - run.calls.get(name, 0) for name, held in hold.calls.items() if held}
    counted = {name: max(agents.calls.get(name, 0) - each, 0) for name, each in unused.items()}
    agents = agents.but(calls={**agents.calls, **counted})
    return tuple(
        step
        for budget in (agents, tenants)
        for step in _told(
            budget.but(
                held_usd_micros=max(budget.held_usd_micros - hold.usd_micros, 0),
                spent_usd_micros=budget.spent_usd_micros + spent,
            )
        )
    )


def _told(budget: Budget) -> Steps:
    """The budget, and each threshold that it has newly reached."""
    reached = budget.newly_reached
    after = budget.but(told=(*budget.told, *reached))
    if not reached:
        return (Transition(after),)
    return tuple(Transition(after, BudgetReached, {"threshold": each}) for each in reached)


def set_limit(scope: str, limit_usd_micros: int, by: str) -> Steps:
    """The limit from now on."""
    limit = BudgetLimit(scope=scope, limit_usd_micros=limit_usd_micros, set_by=by)
    return (Transition(limit, BudgetChanged),)


def limit_of(
    scope: str, set: BudgetLimit | None, per_day_usd_micros: int | None, *, is_trial: bool = False
) -> int:
    """The limit of a period: what a governor set, else what the agent's spec says, else that of
    every tenant; of an agent on trial five dollars a day at most."""
    usual = per_day_usd_micros if per_day_usd_micros is not None else TENANTS_MONTH_USD_MICROS
    limit = set.limit_usd_micros if set is not None else usual
    return min(limit, TRIAL_DAY_USD_MICROS) if is_trial else limit
