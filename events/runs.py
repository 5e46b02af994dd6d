"""What `runs` publishes: plans that are executed, from their start to their end."""

from typing import ClassVar, Literal

from events.effects import ApprovalKind, Effect, Risk
from events.questions import Question
from events.receipts import Receipt
from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import Data, EventData
from shared.kit.personal import PersonalText
from shared.kit.workspaces import InWorkspace

TOPIC = "runs"

RunStatus = Literal[
    "pending", "running", "paused", "awaiting_approval", "completed", "failed", "cancelled"
]


class Failure(Data):
    """Why a run failed or halted, and at which step."""

    step: str | None = None
    code: str
    detail: PersonalText


class Waiting(Data):
    """What a run waits for: an approval, an instant, a person's word about a doubtful call, or the
    end of the run that a step started, by its `run_id`. An instant may be the next try of a call
    that failed."""

    kind: Literal["approval", "time", "doubt", "run"]
    step: str | None = None
    approval_id: str | None = None
    content_hash: str | None = None
    until: Instant | None = None
    invocation_id: str | None = None
    run_id: str | None = None


class RunSummary(Data):
    """What everybody is told of a run. `done` is how many of the plan's `steps` have ended.
    `stopping` is what somebody asked for while the run acts, which happens once it knows what
    became of what it has begun. `replay_of` is the run that it repeats, whose tokens cannot act. A
    step of `parent_run_id` started a sub-run, which lies `depth` runs below the one that somebody
    started; what it spends is spent by that one. `recall_id` is the recall that halted it."""

    run_id: str
    plan_hash: str
    capsule: str
    capsule_version: str
    agent_id: str
    agent_version: str
    status: RunStatus
    started_by: str
    started_at: Instant
    ended_at: Instant | None = None
    done: int = 0
    steps: int
    waiting: Waiting | None = None
    stopping: Literal["pause", "cancel", "recall"] | None = None
    failure: Failure | None = None
    approval_id: str | None = None
    held_usd_micros: int = 0
    spent_usd_micros: int = 0
    replay_of: str | None = None
    parent_run_id: str | None = None
    depth: int = 0
    recall_id: str | None = None
    workspace_id: InWorkspace = None


class RunState(RunSummary, EventData):
    """A run after the event. Nothing in it grows: what steps gave lies in documents of their
    own."""


class Burst(RunState):
    """A run after it went on: the receipts of all calls since the event before it."""

    receipts: tuple[Receipt, ...] = ()


@event("assent.run.started.v1")
class RunStarted(Burst):
    """Somebody started a run; its estimate is held."""


@event("assent.run.approval_needed.v1")
class RunApprovalNeeded(Question, Burst):
    """The run waits for assent: to its plan, whose content `content_hash` names (the plan's hash),
    or to the calls of a step: `{plan_hash, run_id, step, operation, effect, calls}`.
    `evidence_hash` names a list with what was predicted and, where this agent ran before, what
    differs from the last approved plan; `assessment_hash` an `events.dossiers.Assessment`.
    `token` is a capability token that acts nowhere until the key of `approvals` adds its assent.
    `needs_answer`: the content has an `elicitation`, and whoever assents answers it."""

    # `approvals` opens an approval.
    reader_clears: ClassVar[frozenset[str]] = frozenset({""})

    kind: ApprovalKind
    effect: Effect
    risk: Risk
    amount_usd_micros: int | None = None
    token: str
    needs_answer: bool = False


@event("assent.run.went_on.v1")
class RunWentOn(Burst):
    """The run waits for a time, was interrupted by the end of its invocation, or went on after a
    wait."""


@event("assent.run.paused.v1")
class RunPaused(Burst):
    """The run rests until somebody resumes it: by hand, for want of budget, because a call is
    doubtful, or because it makes more calls or costs more than was predicted."""


@event("assent.run.completed.v1")
class RunCompleted(Burst):
    """All steps ended, the hold is settled. `outputs_hash` names what the run gave."""

    outputs_hash: str


@event("assent.run.failed.v1")
class RunFailed(Burst):
    """A step failed for good; the run can be resumed from there."""


@event("assent.run.cancelled.v1")
class RunCancelled(Burst):
    """Somebody cancelled the run, or its approval was refused. `ends` is the approval that it gave
    up itself."""

    ends: str | None = None
    cancelled_by: str


@event("assent.run.token_revoked.v1")
class RunTokenRevoked(RunState):
    """Somebody revoked a token of the run, and all that were made of it."""

    token_id: str
    revoked_by: str


@event("assent.run.undone.v1")
class RunUndone(Burst):
    """What could be undone was undone, in reverse order; `kept` are the steps that nothing
    undoes."""

    kept: tuple[str, ...] = ()
