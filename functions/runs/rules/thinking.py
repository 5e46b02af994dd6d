"""Where a step stands in which a model chooses, and what is kept of each of its turns."""

from typing import Any

from pydantic import Field

from events.plan_content import Call
from shared.kit.instants import Instant
from shared.kit.models import Model
from shared.models.messages import Answer


class Thinking(Model):
    """A step under way in which a model chooses: so many `turns` are kept. `asked` counts the calls
    of the model for the next one of which nobody noted an answer; `asker` made the last of these,
    at `asked_at`, with what has the hash `asked_sha256`, which may cost `reserved_usd_micros`.
    `spent_usd_micros` is what the model's calls cost, with all that was reserved for those whose
    answer is lost. The receipts of the first `told` turns are reported."""

    turns: int = 0
    asked: int = 0
    asker: str | None = None
    asked_at: Instant | None = None
    asked_sha256: str = ""
    reserved_usd_micros: int = 0
    spent_usd_micros: int = 0
    told: int = 0

    def asked_anew(self) -> "Thinking":
        """The same, once a person wants the model to be asked again."""
        return self.but(asked=0, asker=None, reserved_usd_micros=0)


class ChosenCall(Model):
    """A call that a model chose, as it was made: what undoes it follows from it."""

    call: Call
    arguments: dict[str, Any]


class Turn(Model):
    """What a model answered once; it is kept before anything follows from it, and never changes.
    `asked` says who had asked what, and what that might have cost; turns that were kept before
    questions had receipts lack it. `prompt` is the version of a prompt that said it, as
    `name@version`. `operations` are those that it chose, in their order, of which
    None is none that exists."""

    run_id: str
    number: int
    turn: int
    step: str = ""
    at: Instant
    model: str
    answer: Answer
    cost_usd_micros: int
    operations: tuple[str | None, ...] = ()
    asked: Thinking | None = None
    prompt: str | None = Field(default=None, exclude_if=lambda named: named is None)

    @property
    def id(self) -> str:
        """The id of its document."""
        return turn_id(self.run_id, self.number, self.turn)


def turn_id(run_id: str, number: int, turn: int) -> str:
    """The id of the document of a turn: by its run, its step and its place among the turns."""
    return f"{run_id}.{number}.{turn}"
