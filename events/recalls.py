"""What `runs` publishes about recalls: an agent, or one version of it, is stopped everywhere."""

from typing import Annotated, Literal

from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import EventData
from shared.kit.personal import Personal
from shared.kit.workspaces import InWorkspace

# Events of runs are many, and most readers of recalls read no other of them.
TOPIC = "runs.recalls"

RecallStatus = Literal["halting", "in_force", "lifted"]


class RecallState(EventData):
    """A recall after the event. It holds from its first event until it is `lifted`: `halting` says
    that runs may still be found that move or wait. `version` is None where it stops every version
    of the agent. `name` is the agent's, and `workspace_id` the one that the agent belongs to."""

    recall_id: str
    agent_id: str
    name: str
    version: str | None = None
    reason: Annotated[str, Personal(of="recalled_by")]
    recalled_by: str
    recalled_at: Instant
    status: RecallStatus
    lifted_by: str | None = None
    lifted_at: Instant | None = None
    lifted_for: Annotated[str | None, Personal(of="lifted_by")] = None
    workspace_id: InWorkspace = None


@event("assent.recall.started.v1")
class RecallStarted(RecallState):
    """From this commit on no token of it acts, and nothing of it starts or compiles. `agents`
    suspends it, `approvals` the precedents that were learned from it."""


@event("assent.recall.completed.v1")
class RecallCompleted(RecallState):
    """No run of it is left that moves, or waits for a time or for assent."""


@event("assent.recall.lifted.v1")
class RecallLifted(RecallState):
    """A governor lifted the recall; the agent stays suspended until it is reactivated."""
