"""What a run has done is undone, in reverse order, as far as anything undoes it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from events.effects import HARMLESS
from events.operations import OPERATIONS
from events.plan_content import Call
from events.receipts import Receipt
from events.runs import Failure, RunUndone, RunWentOn
from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.order import Placed, units_of
from functions.runs.rules.progress import Progress
from functions.runs.rules.run import LOST_AFTER, Run, Steps, Stop, result_id
from shared.kit.errors import VersionConflict
from shared.kit.templates import filled
from shared.kit.transitions import Transition


class Undoing(NamedTuple):
    """The calls that undo what was done, in the order in which they are made, and the steps that
    left behind what nothing undoes."""

    calls: tuple[ConcreteCall, ...]
    kept: tuple[str, ...]


def begin(run: Run, by: str, at: datetime) -> Steps:
    """The run is undone from now on. Raises VersionConflict for one that still acts or waits, or
    was undone."""
    if run.undoing is not None:
        return ()
    if run.is_undone:
        raise VersionConflict("the run was undone before")
    if not run.has_ended and run.status != "paused":
        detail = f"the run is {run.status}: pause or cancel it, and then undo what it did"
        raise VersionConflict(detail)
    stop = Stop(kind="undo", by=by, at=at)
    return (Transition(run.but(undoing=stop, due_at=at + LOST_AFTER)),)


def undoing_of(progress: Progress) -> Undoing:
    """What undoes all that the run has done. Raises Rejected."""
    units = min(progress.run.cursor.unit + 1, len(units_of(progress.plan)))
    calls: list[ConcreteCall] = []
    kept: list[str] = []
    for unit in reversed(range(units)):
        for call in reversed(progress.made_in(unit)):
            inverse = _inverse(progress, call)
            if inverse is not None:
                calls.append(inverse)
            elif call.call.effect not in HARMLESS and call.step not in kept:
                kept.append(call.step)
    return Undoing(tuple(calls), tuple(kept))


def _inverse(progress: Progress, call: ConcreteCall) -> ConcreteCall | None:
    undo = call.call.undo
    if undo is None:
        return None
    # It is an operation of the same system, which it may leave out.
    system = call.call.operation.partition("/")[0]
    operation = undo.operation if "/" in undo.operation else f"{system}/{undo.operation}"
    definition = OPERATIONS.get(operation)
    if definition is None:
        return None
    id = result_id(progress.run.run_id, call.placed.number, call.iteration)
    read = {"arguments": call.arguments, "output": progress.results[id].output.value}
    arguments: dict[str, Any] = filled(dict(undo.arguments), read)
    inverse = Call(
        operation=operation,
        arguments=arguments,
        effect=definition.effect,
        idempotent=definition.idempotent,
        pin=definition.pin,
    )
    # Undoing is in what was assented to, and needs no further assent.
    step = call.placed.step.but(id=f"undo:{call.step}", assent="none")
    return ConcreteCall(Placed(call.placed.number, step), inverse, call.iteration, arguments)


def undone(run: Run, receipts: Sequence[Receipt], kept: tuple[str, ...]) -> Steps:
    """All that could be undone is undone."""
    after = run.but(undoing=None, is_undone=True, due_at=None, **_spent(run, receipts))
    said = {"receipts": tuple(receipts), "kept": kept}
    return (Transition(after, RunUndone, said),)


def part_undone(
    run: Run, receipts: Sequence[Receipt], calls: int, due_at: datetime | None, why: str | None
) -> Steps:
    """Some of it is undone: the rest follows then or, where one call was not made, once somebody
    asks again."""
    failure = Failure(code="undo_failed", detail=why) if why is not None else run.failure
    after = run.but(
        undone=run.undone + calls,
        undoing=run.undoing if why is None else None,
        due_at=due_at,
        failure=failure,
        **_spent(run, receipts),
    )
    return (Transition(after, RunWentOn, {"receipts": tuple(receipts)}),)


def _spent(run: Run, receipts: Sequence[Receipt]) -> dict[str, int]:
    """What undoing costs is spent too, though no budget stops it."""
    return {"spent_usd_micros": run.spent_usd_micros + sum(r.cost_usd_micros for r in receipts)}
