"""Why a run may not make its next calls."""

from collections.abc import Sequence

from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.limits import breach
from functions.runs.rules.moves import Halt, failed, paused
from functions.runs.rules.run import Run


def why_not(run: Run, calls: Sequence[ConcreteCall], most_usd_micros: int) -> Halt | None:
    """Why the calls may not be made together: a limit of the agent's right, or a budget, where the
    run may have spent so much at most."""
    counted = dict(run.calls)
    spent = run.spent_usd_micros
    for each in calls:
        operation, limits = each.call.operation, each.call.limits
        before = counted.get(operation, 0)
        if problem := breach(limits, each.arguments, before):
            return failed(each.step, "limit_reached", f"{operation}: {problem}")
        held = run.hold.may_make(operation) if run.hold is not None else 0
        if limits.per_day is not None and before >= held:
            detail = f"{operation}: the run holds no more of the calls of the day"
            return failed(each.step, "limit_reached", detail)
        counted[operation] = before + 1
        spent += each.call.price_usd_micros
        if spent > most_usd_micros:
            return paused(each.step, "budget_exhausted", "the run may spend no more")
    return None
