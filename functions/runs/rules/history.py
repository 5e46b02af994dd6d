"""What happened in a run so far, as policies ask about it before each call."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import takewhile
from math import ceil
from typing import Any

from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.run import Happened, Run
from shared.capabilities.grants import History

# No call may move as much.
MOST_USD = 1e12


def counted(run: Run, call: ConcreteCall, cost: int) -> Run:
    """The run after one more call that happened, and what it cost."""
    calls, operation = dict(run.calls), call.call.operation
    if call.call.limits.per_run is not None or call.call.limits.per_day is not None:
        calls[operation] = calls.get(operation, 0) + 1
    spent = run.spent_usd_micros + cost
    return run.but(calls=calls, spent_usd_micros=spent, history=_with(run.history, call))


def history_before(
    run: Run, together: Sequence[ConcreteCall] = (), call: ConcreteCall | None = None
) -> History:
    """What happened before the call, which is one of several that are made together: those that
    stand before it count as if they had happened, so that making calls together escapes no rule."""
    known = run.history
    for each in takewhile(lambda one: one is not call, together):
        known = _with(known, each)
    own = known.get(call.call.operation, Happened()) if call is not None else Happened()
    return History(
        before=tuple(sorted(known)),
        calls=own.calls,
        usd_cents=own.usd_cents,
        spent_usd_micros=run.spent_usd_micros,
    )


def _with(known: dict[str, Happened], call: ConcreteCall) -> dict[str, Happened]:
    operation = call.call.operation
    before = known.get(operation, Happened())
    cents = before.usd_cents + _cents(call)
    return {**known, operation: Happened(calls=before.calls + 1, usd_cents=cents)}


def _cents(call: ConcreteCall) -> int:
    money = call.call.limits.up_to_usd
    amount: Any = call.arguments.get(money.argument) if money is not None else None
    is_amount = isinstance(amount, int | float) and not isinstance(amount, bool)
    if not is_amount or not 0 < amount < MOST_USD:
        return 0
    # Never less than it is, as it was written.
    return ceil(Decimal(str(amount)) * 100)
