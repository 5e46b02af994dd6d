"""What runs spend moves in the budgets from held to spent, as soon as it is known."""

from collections.abc import Callable
from typing import Any

from events.budgets import BudgetReached
from events.runs import Failure
from functions.runs.rules.run import Hold, Run, Steps
from shared.budgets.budget import Budget
from shared.kit.transitions import Transition

# What follows from a budget whose limit is nearly spent.
Ask = Callable[[Budget], Steps]


def is_charged(run: Run) -> bool:
    """Whether the budgets hold something for the run, or know that it has spent something."""
    return run.hold is not None and (run.hold.counted or bool(run.spent_usd_micros))


def is_due(run: Run) -> bool:
    """Whether the budgets do not say yet what became of what the run holds."""
    hold = run.hold
    if hold is None:
        return False
    newly_made = any(run.calls.get(each) != hold.made.get(each) for each in hold.calls)
    newly_used = run.tokens != hold.settled_tokens
    return (
        newly_used
        or bool(_newly_spent(run, hold))
        or (_is_over(run) and (hold.counted or newly_made))
    )


def _newly_spent(run: Run, hold: Hold) -> int:
    """What the budgets do not say yet: what a sub-run spent, the run above it has spent."""
    return 0 if run.above else run.spent_usd_micros - hold.settled


def _is_over(run: Run) -> bool:
    return run.has_ended or run.is_undone


def charge(run: Run, agents: Budget, tenants: Budget, ask: Ask) -> tuple[Run, Steps]:
    """The run and both budgets once they say what it has spent so far; where it has ended, nothing
    is held for it any more. What the budgets hold is always the sum of what runs hold, and what
    they spent the sum of what runs spent."""
    assert run.hold is not None
    hold = run.hold
    spent, used = _newly_spent(run, hold), run.tokens - hold.settled_tokens
    tenants = tenants.but(tokens=tenants.tokens + used)
    freed = hold.usd_micros if _is_over(run) else min(max(spent, 0), hold.usd_micros)
    left = hold.but(
        usd_micros=hold.usd_micros - freed,
        settled=run.spent_usd_micros,
        settled_tokens=run.tokens,
    )
    if _is_over(run):
        agents = _with_made(agents, run, hold)
        left = left.but(calls=dict.fromkeys(hold.calls, 0), made=run.calls, counted=False)
    steps = tuple(
        step
        for budget in ((agents, tenants) if spent or freed or used else (agents,))
        for step in told(
            budget.but(
                held_usd_micros=max(budget.held_usd_micros - freed, 0),
                spent_usd_micros=budget.spent_usd_micros + spent,
            ),
            ask,
        )
    )
    return run.but(hold=left, held_usd_micros=left.usd_micros), steps


def _with_made(agents: Budget, run: Run, hold: Hold) -> Budget:
    """The agent's budget with the calls that the run made: what it held and did not make is free,
    and what it had begun when it ended counts once its outcome is known."""
    counted = dict(agents.calls)
    for name, held in hold.calls.items():
        made = run.calls.get(name, 0) - hold.made.get(name, 0)
        counted[name] = max(counted.get(name, 0) + made - (held or 0), 0)
    return agents.but(calls=counted)


def told(budget: Budget, ask: Ask) -> Steps:
    """The budget, and each threshold that it has newly reached: 95 % asks a governor."""
    reached = budget.newly_reached
    after = budget.but(told=(*budget.told, *reached))
    if not reached:
        return (Transition(after),)
    said: list[Transition[Any]] = [
        Transition(after, BudgetReached, {"threshold": each}) for each in reached
    ]
    return (*said, *ask(after)) if 95 in reached else tuple(said)


def why_exhausted(*budgets: Budget) -> Failure | None:
    """Why a run may not go on at all: one of its budgets is spent."""
    for budget in budgets:
        if budget.state == "exhausted":
            detail = f"the budget of {budget.scope} for {budget.period} is exhausted"
            return Failure(code="budget_exhausted", detail=detail)
    return None


def most_of(run: Run) -> int | None:
    """The most that the run may have spent with what it holds; None for one that spends nothing."""
    return None if run.hold is None else run.hold.settled + run.hold.usd_micros
