"""What the steps of runs gave, and where runs stood between them."""

from typing import Self

from events.invocations import Labelled
from functions.runs.rules.run import Divergence, StepResult
from shared.kit.instants import Instant
from shared.kit.models import Data, Page, part_of


class StepView(Data):
    """What became of a step, or of one iteration of it, beside what its rehearsal predicted. Of a
    step in which a model chose, each of its calls is an iteration, and it answered after so many
    `turns`."""

    number: int
    step: str
    iteration: int | None
    iterations: int | None
    turns: int | None
    status: str
    at: Instant
    operation: str | None
    invocation_id: str | None
    output: Labelled
    cost_usd_micros: int
    predicted_usd_micros: int
    approval_id: str | None
    assented_by: str | None
    settled_by: str | None
    sub_run_id: str | None
    divergences: tuple[Divergence, ...]

    @classmethod
    def of(cls, result: StepResult) -> Self:
        """The result as it is shown."""
        return part_of(cls, result)


class StepPage(Page[StepView]):
    """Some results of a run's steps, in the order of its plan."""


class SnapshotView(Data):
    """Where a run stood: before the steps `next_steps`, after `done` of them had ended, since `at`.
    `is_newest`: it stands there now, and a paused or failed one goes on from there."""

    snapshot: str
    unit: int
    done: int
    next_steps: tuple[str, ...]
    at: Instant
    is_newest: bool


class SnapshotPage(Page[SnapshotView]):
    """Some snapshots of a run, in the order of its plan."""
