"""What `agents` publishes about creation cases."""

from typing import Literal

from events.agents import AgentStatus, CaseKind
from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import Data, EventData
from shared.kit.personal import PersonalText
from shared.kit.quoting import Sentence
from shared.kit.workspaces import InWorkspace

TOPIC = "agents"

CaseStatus = Literal[
    "specified",
    "way_of_working",
    "certified",
    "architecture_approved",
    "ethics_cleared",
    "escalated",
    "returned",
    "blocked",
    "approved",
    "deploying",
    "live",
    "rolled_back",
    "rollback_failed",
    "rejected",
    "cancelled",
]
StageStatus = Literal["pending", "running", "waiting", "passed", "failed", "escalated", "skipped"]
Verdict = Literal["pass", "fail", "escalate", "concern"]
Cause = Literal["veto", "overturned", "health"]


class Finding(Data):
    """One named check's verdict. `path` is a JSON Pointer into the spec as its author sent it, of a
    concern into its normal form; `evidence` says what is there, `remedy` what to write instead, or
    `none`. A `concern` is a doubt about a text: it fails nothing."""

    check: str
    verdict: Verdict
    evidence: Sentence
    path: str
    remedy: Sentence


class StageState(Data):
    """One of the seven stages of one case. `found` is how many findings it has."""

    number: int
    name: str
    status: StageStatus
    started_at: Instant | None = None
    finished_at: Instant | None = None
    found: int = 0
    certification_id: str | None = None
    approval_id: str | None = None


class Withdrawal(Data):
    """Who cancelled a case, and what came of it: None while the case waits for what approvals makes
    of it, then `cancelled`, or `too_late` where another decision came first."""

    by: str
    at: Instant
    outcome: Literal["cancelled", "too_late"] | None = None


class CreationCaseState(EventData):
    """A creation case after the event.

    `agent_status` is the status that the case gave its agent (`draft` until stage 5 is passed).
    `version` is the agent's version once this case is live. `approval_id` is the approval that the
    case requested last. `why` gives the reason for the kind, proposal or evolution. `authors` are
    all whose text is in the spec, in order, each once: those of the version that it changes, the
    requester, everyone who revised the case, and who sent exactly this spec before. `spec_hash`
    names the content with the spec, `findings_hash` the one with the findings of stages 1 to 5, in
    their order; `checks` are the findings of stage 7. `ended_at` is set once the case is over: from
    then on only a reversal changes it. `workspace_id` is its agent's."""

    case_id: str
    agent_id: str
    agent_name: str
    agent_status: AgentStatus
    kind: CaseKind
    why: tuple[str, ...] = ()
    revision: int
    status: CaseStatus
    stages: tuple[StageState, ...]
    version: str
    spec_hash: str
    findings_hash: str
    checks: tuple[Finding, ...] = ()
    approval_id: str | None = None
    reason: PersonalText | None = None
    requested_by: str
    requested_at: Instant
    ended_at: Instant | None = None
    authors: tuple[str, ...] = ()
    withdrawal: Withdrawal | None = None
    workspace_id: InWorkspace = None


@event("assent.creation_case.judged.v1")
class CreationCaseJudged(CreationCaseState):
    """Stages 1 to 5 judged a submitted or revised spec: `ethics_cleared`, `escalated`,
    `returned` or `blocked`; the case is over where it was blocked for what the agent does, and
    waits for a revision where it was for how the spec declares it. A new agent's first event."""


@event("assent.creation_case.review_needed.v1")
class CreationCaseReviewNeeded(CreationCaseState):
    """The rules found nothing, and a configured reader looks at the texts too: stage 5 runs until
    it has answered. `judged` follows then."""


@event("assent.creation_case.returned.v1")
class CreationCaseReturned(CreationCaseState):
    """The governor asked for changes; the case waits for a revision."""


@event("assent.creation_case.rejected.v1")
class CreationCaseRejected(CreationCaseState):
    """The case ended: its approval was rejected or expired."""


@event("assent.creation_case.withdrawal_requested.v1")
class CreationCaseWithdrawalRequested(CreationCaseState):
    """Somebody cancelled a case that waits for an approval. The approval is cancelled unless
    another decision came first, and the case follows the approval."""


@event("assent.creation_case.cancelled.v1")
class CreationCaseCancelled(CreationCaseState):
    """The case ended: it was cancelled, or nobody revised it in time. Its approval is cancelled too
    or, where it was approved and not carried out yet, reversed."""


@event("assent.creation_case.approved.v1")
class CreationCaseApproved(CreationCaseState):
    """The case was approved, and waits for deployment because the pipeline is paused."""


class Reversal(CreationCaseState):
    """What a veto, an overturned decision or a failed health check led to. `approval_id` is the
    approval that was reversed or, where `caused_by` is `health`, that could not be carried out.

    `ends_approval_id` is the approval that the case asked for after that one and that ends with it:
    stage 6, where what was reversed is the approval of its escalation.

    `agent_status` and `agent_version` are the agent's after the commit that reverses.
    `agent_sequence` is the sequence of the agent's latest event at that commit: it orders the
    reversal among the agent's events. Of reversals with the same `agent_sequence`, the one with
    the lower version came last."""

    caused_by: Cause
    agent_version: str
    agent_sequence: int = 0
    ends_approval_id: str | None = None


@event("assent.creation_case.rolled_back.v1")
class CreationCaseRolledBack(Reversal):
    """The case was rolled back: the agent serves `agent_version` again, or nothing."""


@event("assent.creation_case.rollback_failed.v1")
class CreationCaseRollbackFailed(Reversal):
    """The previous version could not be restored: the agent is suspended, and a human must act."""


@event("assent.creation_case.reversal_unneeded.v1")
class CreationCaseReversalUnneeded(CreationCaseState):
    """The approval `approval_id`, of the escalation of an earlier revision, was overturned: a
    revision has replaced what it was about, and nothing is rolled back."""
