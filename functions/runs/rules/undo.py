"""What a run has done is undone, in reverse order, as far as anything undoes it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from events.effects import HARMLESS
from events.operations import OPERATIONS
from events.plan_content import Call, PlanContent, SubRun
from events.receipts import Receipt
from events.runs import Failure, RunUndone, RunWentOn
from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.order import Placed, units_of
from functions.runs.rules.progress import Progress
from functions.runs.rules.run import LOST_AFTER, Run, Steps, Stop
from functions.runs.rules.step_result import result_id
from functions.runs.rules.subruns import sub_run_id
from shared.kit.errors import VersionConflict
from shared.kit.templates import filled
from shared.kit.transitions import Transition

# By the id of the run whose call each reports.
Receipts = Mapping[str, tuple[Receipt, ...]]
Runs = Sequence[Run]


class Undoing(NamedTuple):
    """The calls that undo what was done, in the order in which they are made, each of its run, and
    the steps of each run that left behind what nothing undoes. What was noted once some calls were
    undone comes after all that was noted before, so that their number says which they are."""

    calls: tuple[tuple[Run, ConcreteCall], ...]
    kept: Mapping[str, tuple[str, ...]]


def refuse_acting(run: Run) -> None:
    """Raises VersionConflict for a run that still acts or waits, or does not know what it did."""
    if not run.has_ended and run.status != "paused":
        detail = f"the run is {run.status}: pause or cancel it, and then undo what it did"
        raise VersionConflict(detail)
    if run.rests_in_doubt:
        detail = "what became of its last call is not known: cancel the run, which asks for that, "
        raise VersionConflict(f"{detail}and then undo what it did")


def begin(run: Run, settled: Sequence[Progress], by: str, at: datetime) -> Steps:
    """The run is undone from now on, and with it what is `settled` of it and of those below it:
    calls that were in doubt, and did happen. Raises VersionConflict for one that was undone and has
    nothing of that."""
    if run.undoing is None and run.is_undone and not settled:
        raise VersionConflict("the run was undone before")
    undoing = run.undoing or Stop(kind="undo", by=by, at=at)
    spent = sum(each.cost_usd_micros for noted in settled for each in noted.made)
    fields: dict[str, Any] = {"undoing": undoing, "is_undone": False, "due_at": at + LOST_AFTER}
    fields["spent_usd_micros"] = run.spent_usd_micros + spent
    own = next((each for each in settled if each.run.run_id == run.run_id), None)
    first: Steps = ()
    if own is not None:
        first = _noted(own, own.run.but(**fields), run.undone)
    elif run.undoing is None or settled:
        first = (Transition(run.but(**fields)),)
    below = (each for each in settled if each is not own)
    # The run's own state is the last: what is charged is what it says.
    return (*(step for each in below for step in _of_below(each, run.undone)), *first)


def _of_below(noted: Progress, undone: int) -> Steps:
    cost = sum(each.cost_usd_micros for each in noted.made)
    counted = noted.run.counted_usd_micros + cost
    return _noted(noted, noted.run.but(counted_usd_micros=counted), undone)


def _noted(noted: Progress, run: Run, undone: int) -> Steps:
    results = (Transition(each.but(undone_before=undone)) for each in noted.made)
    return (*results, Transition(run, RunWentOn, {"receipts": tuple(noted.receipts)}))


def sub_runs_of(run: Run, plan: PlanContent) -> list[str]:
    """The ids of the runs that its steps may have started so far."""
    units = units_of(plan)[: run.cursor.unit + 1]
    placed = (each for unit in units for each in unit if isinstance(each.step.does, SubRun))
    return [sub_run_id(run, each.number) for each in placed]


def undoing_of(progress: Progress, below: Mapping[str, Progress]) -> Undoing:
    """What undoes all that the run has done, and those `below` it, by their ids, where it started
    them. Raises Rejected."""
    whole = _undoing_of(progress, below)
    known = {**below, progress.run.run_id: progress}

    def undone_before(each: tuple[Run, ConcreteCall]) -> int:
        run, call = each
        id = result_id(run.run_id, call.placed.number, call.iteration)
        return known[run.run_id].results[id].undone_before

    return Undoing(tuple(sorted(whole.calls, key=undone_before)), whole.kept)


def _undoing_of(progress: Progress, below: Mapping[str, Progress]) -> Undoing:
    run, units = progress.run, units_of(progress.plan)[: progress.run.cursor.unit + 1]
    calls: list[tuple[Run, ConcreteCall]] = []
    kept: dict[str, tuple[str, ...]] = {run.run_id: ()}
    for number, unit in reversed(list(enumerate(units))):
        for placed in unit:
            inner = below.get(sub_run_id(run, placed.number))
            if inner is not None:
                whole = _undoing_of(inner, below)
                calls += whole.calls
                kept |= whole.kept
        for call in reversed(progress.made_in(number)):
            inverse = _inverse(progress, call)
            if inverse is not None:
                calls.append((run, inverse))
            elif call.call.effect not in HARMLESS and call.step not in kept[run.run_id]:
                kept[run.run_id] = (*kept[run.run_id], call.step)
    return Undoing(tuple(calls), kept)


def _inverse(progress: Progress, call: ConcreteCall) -> ConcreteCall | None:
    undo = call.call.undo
    if undo is None:
        return None
    # It is an operation of the same system, which it may leave out.
    system = call.call.operation.partition("/")[0]
    operation = undo.operation if "/" in undo.operation else f"{system}/{undo.operation}"
    definition = OPERATIONS.get(operation)
    if definition is None and not operation.startswith(f"{system}/"):
        return None
    id = result_id(progress.run.run_id, call.placed.number, call.iteration)
    read = {"arguments": call.arguments, "output": progress.results[id].output.value}
    arguments: dict[str, Any] = filled(dict(undo.arguments), read)
    # A connector undoes by what is pinned with it; `tools` knows whether it takes a key.
    inverse = Call(
        operation=operation,
        arguments=arguments,
        effect=definition.effect if definition is not None else call.call.effect,
        idempotent=definition.idempotent if definition is not None else False,
        pin=definition.pin if definition is not None else call.call.pin,
    )
    # Undoing is in what was assented to, and needs no further assent.
    step = call.placed.step.but(id=f"undo:{call.step}", assent="none")
    labels = progress.results[id].output.labels
    placed = Placed(call.placed.number, step)
    return ConcreteCall(placed, inverse, call.iteration, arguments, labels)


def undone(run: Run, receipts: Receipts, kept: Mapping[str, tuple[str, ...]], runs: Runs) -> Steps:
    """All that could be undone of the run, and of the `runs` below it, is undone."""
    fields = {"undone": _number(run, receipts), **_spent(run, receipts)}
    after = run.but(undoing=None, is_undone=True, due_at=None, **fields)
    below = (each.but(is_undone=True) for each in runs if each.run_id != run.run_id)
    return tuple(
        Transition(
            each,
            RunUndone,
            {"receipts": receipts.get(each.run_id, ()), "kept": kept.get(each.run_id, ())},
        )
        for each in (*below, after)
    )


def part_undone(
    run: Run, receipts: Receipts, runs: Runs, due_at: datetime | None, why: str | None
) -> Steps:
    """Some of it is undone: the rest follows then or, where one call was not made, once somebody
    asks again."""
    failure = Failure(code="undo_failed", detail=why) if why is not None else run.failure
    after = run.but(
        undone=_number(run, receipts),
        undoing=run.undoing if why is None else None,
        due_at=due_at,
        failure=failure,
        **_spent(run, receipts),
    )
    below = (each for each in runs if each.run_id != run.run_id and each.run_id in receipts)
    return tuple(
        Transition(each, RunWentOn, {"receipts": receipts.get(each.run_id, ())})
        for each in (*below, after)
    )


def _number(run: Run, receipts: Receipts) -> int:
    return run.undone + sum(map(len, receipts.values()))


def _spent(run: Run, receipts: Receipts) -> dict[str, int]:
    """What undoing costs is spent too, though no budget stops it."""
    costs = (each.cost_usd_micros for of in receipts.values() for each in of)
    return {"spent_usd_micros": run.spent_usd_micros + sum(costs)}
