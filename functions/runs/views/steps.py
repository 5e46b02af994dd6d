"""What the steps of runs gave, and where runs stood between them."""

from typing import Self

from events.invocations import Labelled
from functions.runs.rules.questions import receipt_id_of_question
from functions.runs.rules.step_result import Divergence, StepResult
from functions.runs.rules.thinking import Turn
from shared.kit.instants import Instant
from shared.kit.models import Data, Page, part_of


class TurnView(Data):
    """What a model answered, without its words: the operations that it chose, in their order, of
    which null is none of those that exist. `tokens_in` and `tokens_out` are null where its server
    does not say them."""

    number: int
    model: str
    chosen: tuple[str | None, ...]
    tokens_in: int | None
    tokens_out: int | None
    receipt_id: str | None

    @classmethod
    def of(cls, turn: Turn) -> Self:
        """The turn as it is shown."""
        usage, asked = turn.answer.usage, turn.asked
        receipt_id = None
        if asked is not None:
            receipt_id = receipt_id_of_question(turn.id, asked.asker or "", "confirmed")
        return cls(
            number=turn.turn,
            model=turn.model,
            chosen=turn.operations,
            tokens_in=usage.tokens_in if usage is not None else None,
            tokens_out=usage.tokens_out if usage is not None else None,
            receipt_id=receipt_id,
        )


class StepView(Data):
    """What became of a step, or of one iteration of it, beside what its rehearsal predicted. Where
    a model chose, each of the step's calls is an iteration, and it answered after so many `turns`,
    each of which stands before them: with the number `turn`, the model, what it chose and cost, and
    its receipt, but without what it was told and wrote. `prompt` is the version of a prompt that
    the model was asked with, as `name@version`."""

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
    prompt: str | None
    turn: TurnView | None = None

    @classmethod
    def of(cls, result: StepResult) -> Self:
        """The result as it is shown."""
        return part_of(cls, result)

    @classmethod
    def of_turn(cls, turn: Turn) -> Self:
        """A turn of the model of a step."""
        result = StepResult(
            run_id=turn.run_id,
            number=turn.number,
            step=turn.step,
            status="answered",
            at=turn.at,
            cost_usd_micros=turn.cost_usd_micros,
            predicted_usd_micros=turn.asked.reserved_usd_micros if turn.asked is not None else 0,
            prompt=turn.prompt,
        )
        return part_of(cls, result, turn=TurnView.of(turn))


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
