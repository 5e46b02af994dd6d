"""What the function answers."""

from datetime import datetime
from typing import Any, Self

from events.agents import AgentStatus
from events.budgets import BudgetStateName
from events.invocations import Labelled
from events.recalls import RecallStatus
from events.runs import Failure, RunStatus, Waiting
from events.schedules import Problem, ScheduleStatus, Trigger
from functions.runs.rules.budget import Budget
from functions.runs.rules.recalls import Recall, can_be_undone
from functions.runs.rules.retention import DEFAULT_DAYS, Retention
from functions.runs.rules.run import Divergence, Run, StepResult
from functions.runs.rules.schedule import Schedule
from shared.budgets.limits import BudgetLimit
from shared.kit.instants import Instant
from shared.kit.models import Data, Page, part_of
from shared.kit.personal import PersonalText
from shared.kit.workspaces import InWorkspace

__all__ = [
    "BudgetPage",
    "BudgetView",
    "LimitView",
    "RetentionView",
    "RecallDetail",
    "RecallPage",
    "RecallView",
    "RecalledRun",
    "RunPage",
    "RunView",
    "SnapshotPage",
    "SnapshotView",
    "StepPage",
    "StepView",
    "TokenView",
]


class RunView(Data):
    """A run: where it stands, what it waits for, what it holds and spent. `stopping` is what
    somebody asked for and happens once it is known what the run has begun. `token_id` is the token
    that it asked assent for last: `POST /v1/tokens/{id}/revoke` takes it back."""

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
    recall_id: str | None
    token_id: str | None
    workspace_id: InWorkspace = None

    @classmethod
    def of(cls, run: Run) -> Self:
        """The run as it is shown."""
        return part_of(cls, run)


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


class ScheduleView(Data):
    """A schedule: when it fires, and what came of its last firing. `failures` are those in a row;
    `rests_because` says why it rests."""

    schedule_id: str
    capsule: str
    version: str | None
    cron: str | None
    event: Trigger | None
    status: ScheduleStatus
    inputs_hash: str
    created_by: str
    created_at: Instant
    next_at: Instant | None
    last_at: Instant | None
    last_run_id: str | None
    last_problem: Problem | None
    failures: int
    rests_because: PersonalText | None
    workspace_id: InWorkspace = None

    @classmethod
    def of(cls, schedule: Schedule) -> Self:
        """The schedule as it is shown."""
        return part_of(cls, schedule)


class SchedulePage(Page[ScheduleView]):
    """Some schedules, newest first."""


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


class RecallView(Data):
    """A recall: which agent it stops, and whether it holds. `halting`: runs may still be found that
    move or wait; none of them acts."""

    recall_id: str
    agent_id: str
    name: str
    version: str | None
    reason: str
    recalled_by: str
    recalled_at: Instant
    status: RecallStatus
    lifted_by: str | None
    lifted_at: Instant | None
    lifted_for: str | None
    workspace_id: InWorkspace = None

    @classmethod
    def of(cls, recall: Recall) -> Self:
        """The recall as it is shown."""
        return part_of(cls, recall)


class RecallPage(Page[RecallView]):
    """Some recalls, newest first."""


class RecalledRun(Data):
    """A run of a recalled agent. `halted`: this recall stopped it. Where it `can_be_undone`,
    `POST /v1/runs/{id}/undo` does that; `is_undone` says that it was."""

    run_id: str
    capsule: str
    agent_version: str
    status: RunStatus
    stopping: str | None
    started_at: Instant
    halted: bool
    can_be_undone: bool
    is_undone: bool

    @classmethod
    def of(cls, run: Run, recall_id: str) -> Self:
        """The run as a recall shows it."""
        halted = run.recall_id == recall_id
        return part_of(cls, run, halted=halted, can_be_undone=can_be_undone(run))


class RecallDetail(RecallView):
    """A recall with what it stopped: the agent's status now, how many runs it halted, the
    precedents that it suspended (twenty at most), and a page of the agent's runs. Every token
    of it that was not used by `recalled_at` is dead."""

    agent_status: AgentStatus | None
    halted: int
    precedents: tuple[str, ...]
    runs: tuple[RecalledRun, ...]
    next_cursor: str | None

    @classmethod
    def showing(cls, recall: Recall, **fields: Any) -> Self:
        """The recall as it is shown, with what it stopped."""
        return part_of(cls, recall, **fields)


class TokenView(Data):
    """A token that is dead, and the run that it was of: `stopping` or `cancelled` where the run
    acted by it."""

    token_id: str
    run_id: str
    run_status: RunStatus
    stopping: str | None

    @classmethod
    def of(cls, token_id: str, run: Run) -> Self:
        """The token as it is shown."""
        return part_of(cls, run, token_id=token_id, run_status=run.status)
