"""What the function answers."""

from typing import Any, Self

from events.agents import AgentStatus
from events.budgets import BudgetStateName
from events.invocations import Labelled
from events.recalls import RecallStatus
from events.runs import Failure, RunStatus, Waiting
from functions.runs.rules.budget import Budget, BudgetLimit
from functions.runs.rules.recalls import Recall, can_be_undone
from functions.runs.rules.run import Run, StepResult
from shared.kit.instants import Instant
from shared.kit.models import Data, Page, part_of
from shared.kit.workspaces import InWorkspace

__all__ = [
    "BudgetPage",
    "BudgetView",
    "LimitView",
    "RecallDetail",
    "RecallPage",
    "RecallView",
    "RecalledRun",
    "RunPage",
    "RunView",
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
    recall_id: str | None
    token_id: str | None
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


class RunPage(Page[RunView]):
    """Some runs, newest first."""


class StepView(Data):
    """What became of a step, or of one iteration of it, beside what its rehearsal predicted."""

    number: int
    step: str
    iteration: int | None
    iterations: int | None
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

    @classmethod
    def of(cls, result: StepResult) -> Self:
        """The result as it is shown."""
        return part_of(cls, result)


class StepPage(Page[StepView]):
    """Some results of a run's steps, in the order of its plan."""


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
