"""Runs, and what happened to them."""

from typing import Self

from pydantic import ConfigDict

from events.runs import Failure, RunStatus, RunSummary, Waiting
from functions.runs.rules.run import Run
from shared.kit.instants import Instant
from shared.kit.models import Data, Page, part_of


class RunView(RunSummary):
    """A run: where it stands, what it waits for, what it holds and spent. `stopping` is what
    somebody asked for and happens once it is known what the run has begun. `token_id` is the token
    that it asked assent for last: `POST /v1/tokens/{id}/revoke` takes it back."""

    # Whoever reads it is promised every field.
    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    outputs_hash: str | None
    is_undone: bool
    token_id: str | None
    divergences: int

    @classmethod
    def of(cls, run: Run) -> Self:
        """The run as it is shown."""
        return part_of(cls, run)


class RunPage(Page[RunView]):
    """Some runs, newest first."""


class ReceiptName(Data):
    """A receipt that an event reports, which `GET /v1/receipts/{id}` shows whole."""

    receipt_id: str
    step: str | None = None
    iteration: int | None = None
    outcome: str


class RunEvent(Data):
    """One event of a run: who or what caused it, and where the run stood after it."""

    sequence: int
    id: str
    type: str
    at: Instant
    actor: str
    status: RunStatus
    done: int
    steps: int
    waiting: Waiting | None = None
    stopping: str | None = None
    failure: Failure | None = None
    approval_id: str | None = None
    held_usd_micros: int
    spent_usd_micros: int
    outputs_hash: str | None = None
    receipts: tuple[ReceiptName, ...] = ()


class RunEvents(Data):
    """Some events of a run in their order. Whoever asks again with `after` misses none; once it
    `is_over`, nothing follows by itself."""

    items: tuple[RunEvent, ...]
    after: int
    is_over: bool
