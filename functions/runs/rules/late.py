"""What a burst did that lost its race: another one, or a person, has let the run rest or end
meanwhile. Nothing of it is lost."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from events.effects import HARMLESS
from events.runs import RunWentOn
from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.progress import Progress
from functions.runs.rules.run import Run, Steps
from functions.runs.rules.step_result import StepResult
from shared.kit.transitions import Transition


def may_go_on(run: Run, at: datetime) -> bool:
    """Whether the run acts by itself: nobody has to decide, and no time has to come."""
    if run.is_moving:
        return True
    waits = run.waiting is not None and run.waiting.kind == "time"
    return run.status == "running" and waits and run.due_at is not None and run.due_at <= at


def may_have_acted(calls: Iterable[ConcreteCall]) -> bool:
    """Whether one of the calls that somebody began may have left something behind though `tools`
    has recorded nothing: of those whose target takes a key, it keeps the outcome alone."""
    return any(each.call.idempotent and each.call.effect not in HARMLESS for each in calls)


def report_late(run: Run, made: Progress, noted: Collection[str]) -> Steps:
    """The run with what the burst made of it, but for the results that are `noted` already. Where
    two bursts began at the same place, the one that got further says where the run stands: a result
    is there only of what its cursor has passed, so that nothing is noted again once it goes on."""
    new = [each for each in made.made if each.id not in noted]
    fields: dict[str, Any] = {"spent_usd_micros": run.spent_usd_micros + sum(map(_cost, new))}
    if _place(made.run) > _place(run):
        # What was undone before is not all of it any more.
        fields |= {"cursor": made.run.cursor, "done": made.run.done, "calls": made.run.calls}
        fields |= {"thinking": made.run.thinking, "history": made.run.history}
        fields |= {"undone": 0, "is_undone": False}
    said = {"receipts": tuple(made.receipts)}
    return (*map(Transition, new), Transition(run.but(**fields), RunWentOn, said))


def _cost(result: StepResult) -> int:
    """What it cost that the run has not counted: a model's turns are, each with its own commit."""
    return result.cost_usd_micros if result.turns is None else 0


def _place(run: Run) -> tuple[int, int]:
    return run.cursor.unit, run.cursor.call
