"""Recalls, with what they stopped, and single tokens that are dead."""

from typing import Any, Self

from events.agents import AgentStatus
from events.recalls import RecallStatus
from events.runs import RunStatus
from functions.runs.rules.recalls import Recall, can_be_undone
from functions.runs.rules.run import Run
from shared.kit.instants import Instant
from shared.kit.models import Data, Page, part_of
from shared.kit.workspaces import InWorkspace


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
