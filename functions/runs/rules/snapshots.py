"""Snapshots: where a run stood after each of its steps. They follow from what its steps gave, and
nothing is stored for them."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from events.plan_content import PlanContent
from functions.runs.rules.order import units_of
from functions.runs.rules.run import Run
from functions.runs.rules.step_result import StepResult, result_id
from shared.kit.errors import VersionConflict
from shared.kit.instants import Instant

_NAME = re.compile(r"u([0-9]{1,6})\Z", re.ASCII)


class Snapshot(NamedTuple):
    """Where a run stood: before the unit of its plan with this number, after `done` of its steps,
    since `at`. `next_steps` are those of the unit. `is_newest`: it stands there now."""

    snapshot: str
    unit: int
    done: int
    next_steps: tuple[str, ...]
    at: Instant
    is_newest: bool


def name_of(unit: int) -> str:
    """The name of the snapshot before that unit."""
    return f"u{unit}"


def unit_in(name: str) -> int | None:
    """The unit of a snapshot by its name; None for what is no name."""
    found = _NAME.match(name)
    return int(found.group(1)) if found else None


def ids_to_read(run: Run, plan: PlanContent, first: int, count: int) -> list[str]:
    """The ids of the results that say since when the run stood at so many snapshots."""
    units = units_of(plan)
    last = min(first + count, run.cursor.unit + 1)
    before = (units[unit - 1][-1].number for unit in range(max(first, 1), last))
    return [result_id(run.run_id, number) for number in before]


def snapshots(
    run: Run, plan: PlanContent, results: Mapping[str, StepResult], first: int, count: int
) -> list[Snapshot]:
    """So many snapshots of the run from one on, in the order of its plan. A replay has none before
    the step at which it began."""
    units = units_of(plan)
    found: list[Snapshot] = []
    for unit in range(first, min(first + count, run.cursor.unit + 1)):
        last = units[unit - 1][-1].number if unit else None
        result = results.get(result_id(run.run_id, last)) if last is not None else None
        if unit > run.first_unit and result is None:
            continue
        if unit < run.first_unit:
            continue
        found.append(
            Snapshot(
                snapshot=name_of(unit),
                unit=unit,
                done=sum(map(len, units[:unit])),
                next_steps=tuple(each.step.id for each in units[unit]) if unit < len(units) else (),
                at=result.at if result is not None else run.started_at,
                is_newest=unit == run.cursor.unit,
            )
        )
    return found


def refuse_earlier(run: Run, name: str | None) -> None:
    """Raises VersionConflict unless the run stands at the snapshot. Each call that was made after
    an earlier one has an id that follows from the run, its step and its arguments, and would be
    answered what is recorded: from there the run would come to where it stands, and nowhere
    else."""
    if name is None or unit_in(name) == run.cursor.unit:
        return
    unit = unit_in(name)
    if unit is None or unit > run.cursor.unit:
        raise VersionConflict(f"the run never stood at {name[:20]!r}: see its snapshots")
    raise VersionConflict(
        f"the run stands at {name_of(run.cursor.unit)}: what it did since {name} is recorded and is"
        " not done again. Resume it from there, undo it, or replay it from a step"
    )
