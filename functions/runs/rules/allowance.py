"""Whether calls may be made now, within the limits of the agent's rights and what the run may
spend."""

from collections.abc import Iterable

from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.limits import breach
from functions.runs.rules.moves import Halt, HoldMore, Move, cost_of, failed, paused
from functions.runs.rules.run import Run


def why_not(
    run: Run, calls: Iterable[ConcreteCall], most_usd_micros: int, no_more: str | None = None
) -> Halt | None:
    """Why the calls may not be made: a limit of the agent's right, or a budget. The run may have
    spent `most_usd_micros`; `no_more` says why nothing more is held for it."""
    counted = dict(run.calls)
    spent = run.spent_usd_micros
    for each in calls:
        operation = each.call.operation
        before = counted.get(operation, 0)
        if problem := breach(each.call.limits, each.arguments, before):
            return failed(each.step, "limit_reached", f"{operation}: {problem}")
        if each.call.limits.per_day is not None and before >= _held(run, operation):
            detail = f"{operation}: the run holds no more of the calls of the day"
            return failed(each.step, "limit_reached", detail)
        counted[operation] = counted.get(operation, 0) + 1
        spent += each.call.price_usd_micros
        if spent > most_usd_micros:
            return paused(each.step, "budget_exhausted", no_more or "the run may spend no more")
    return None


def held_first(run: Run, move: Move, held_usd_micros: int | None) -> Move:
    """The move, where the run holds what it costs; otherwise the move that holds more first. A hold
    of None is always enough."""
    more = run.spent_usd_micros + cost_of(move)
    if held_usd_micros is None or more <= held_usd_micros:
        return move
    return HoldMore(more - held_usd_micros)


def _held(run: Run, operation: str) -> int:
    return run.hold.may_make(operation) if run.hold is not None else 0
