"""What the function answers."""

from datetime import datetime
from typing import Self

from events.budgets import BudgetStateName
from events.invocations import Labelled
from events.runs import Failure, RunStatus, Waiting
from functions.runs.rules.budget import Budget
from functions.runs.rules.retention import DEFAULT_DAYS, Retention
from functions.runs.rules.run import Divergence, Run, StepResult
from shared.budgets.limits import BudgetLimit
from shared.kit.instants import Instant
from shared.kit.models import Data, Page, part_of
from shared.kit.workspaces import InWorkspace

__all__ = [
    "BudgetPage",
    "BudgetView",
    "LimitView",
    "RetentionView",
    "RunPage",
    "RunView",
    "SnapshotPage",
    "SnapshotView",
    "StepPage",
    "StepView",
]


class RunView(Data):
    """A run: where it stands, what it waits for, what it holds and spent. `stopping` is what
    somebody asked for and happens once it is known what the run has begun."""

    run_id: str
    plan_hash: str
    capsule: str
    capsule_version: str
    agent_id: str
    agent_version: str
    status: RunStatus
    started_by: str
    started_at: Instant
    ended_at: Instant | None
    done: int
    steps: int
    waiting: Waiting | None
    stopping: str | None
    failure: Failure | None
    approval_id: str | None
    held_usd_micros: int
    spent_usd_micros: int
    outputs_hash: str | None
    is_undone: bool
    replay_of: str | None
    parent_run_id: str | None
    depth: int
    divergences: int
    workspace_id: InWorkspace = None

    @classmethod
    def of(cls, run: Run) -> Self:
        """The run as it is shown."""
        return part_of(cls, run)


class BudgetView(Data):
    """A budget in one period: an agent's in a day, or the tenant's in a month."""

    scope: str
    period: str
    limit_usd_micros: int
    held_usd_micros: int
    spent_usd_micros: int
    state: BudgetStateName = "active"

    @classmethod
    def of(cls, budget: Budget) -> Self:
        """The budget as it is shown."""
        return part_of(cls, budget).but(state=budget.state)


class BudgetPage(Page[BudgetView]):
    """Some budgets, those of the newest periods first."""


class LimitView(Data):
    """A limit that a governor set."""

    scope: str
    limit_usd_micros: int
    set_by: str

    @classmethod
    def of(cls, limit: BudgetLimit) -> Self:
        """The limit as it is shown."""
        return part_of(cls, limit)


class RetentionView(Data):
    """For how many days runs are kept after they ended; where that was made shorter lately, the
    longer time that still holds, and until when."""

    days: int
    set_by: str | None = None
    longer_days: int | None = None
    longer_until: Instant | None = None

    @classmethod
    def of(cls, retention: Retention | None, at: datetime) -> Self:
        """The time as it is shown."""
        if retention is None:
            return cls(days=DEFAULT_DAYS)
        now = retention.days_at(at)
        longer = {} if now == retention.days else {"longer_days": now}
        until = retention.longer_until if longer else None
        return cls(days=retention.days, set_by=retention.set_by, longer_until=until, **longer)


class RunPage(Page[RunView]):
    """Some runs, newest first."""


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
