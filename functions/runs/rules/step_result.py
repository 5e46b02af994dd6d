"""What became of a step: what it gave, as it is kept."""

from datetime import datetime
from typing import Any

from pydantic import Field, JsonValue

from events.invocations import Labelled
from functions.runs.rules.order import Placed
from functions.runs.rules.run import Run
from functions.runs.rules.thinking import ChosenCall
from shared.kit.instants import Instant
from shared.kit.models import Model

# A result is a document.
LONGEST_OUTPUT = 512 * 1024


class Divergence(Model):
    """What a replay found to differ from the run that it repeats, and what each of them has there:
    a value, or of a long one its hash and its size."""

    step: str
    iteration: int | None = None
    field: str
    was: JsonValue = None
    now: JsonValue = None


class StepResult(Model):
    """What became of one step, or of one of its iterations; it never changes. The result of a step
    with iterations says only how many there were. Where a model chooses, each call of the step is
    an iteration, which keeps what was `chosen`, and the step's result says after how many `turns`
    it answered what. `prompt` is the version of a prompt that the model was asked with, as
    `name@version`."""

    run_id: str
    number: int
    step: str
    iteration: int | None = None
    iterations: int | None = None
    turns: int | None = None
    status: str
    at: Instant
    operation: str | None = None
    invocation_id: str | None = None
    arguments_sha256: str | None = None
    output: Labelled = Labelled()
    cost_usd_micros: int = 0
    predicted_usd_micros: int = 0
    decision: str | None = None
    approval_id: str | None = None
    assented_by: str | None = None
    settled_by: str | None = None
    chosen: ChosenCall | None = None
    sub_run_id: str | None = None
    divergences: tuple[Divergence, ...] = ()
    prompt: str | None = Field(default=None, exclude_if=lambda named: named is None)
    # So many calls of its run were undone already when it was noted.
    undone_before: int = 0

    @property
    def id(self) -> str:
        """The id of its document."""
        return result_id(self.run_id, self.number, self.iteration)


def result_in(run: Run, placed: Placed, at: datetime, **fields: Any) -> StepResult:
    """The result of a step in this run, with these further fields."""
    id, number = placed.step.id, placed.number
    return StepResult(run_id=run.run_id, number=number, step=id, at=at, **fields)


def result_id(run_id: str, number: int, iteration: int | None = None) -> str:
    """The id of the document of what a step, or one iteration of it, gave."""
    return f"{run_id}.{number}" if iteration is None else f"{run_id}.{number}.{iteration}"
