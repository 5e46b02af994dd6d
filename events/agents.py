"""What `agents` publishes: creation cases, agents, and the pipeline they pass through."""

from typing import Literal

from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import Data, EventData

TOPIC = "agents"

CaseKind = Literal["creation", "proposal", "evolution"]
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
Verdict = Literal["pass", "fail", "escalate"]
AgentStatus = Literal[
    "draft",
    "certified",
    "trial",
    "go_live_pending",
    "active",
    "paused",
    "suspended",
    "probation",
    "deprecated",
]
Mode = Literal["production", "trial"]
Health = Literal["unknown", "healthy", "degraded", "critical"]
Purpose = Literal["creation", "proposal", "evolution", "ethics_escalation"]
Risk = Literal["low", "medium", "high", "critical"]
Trigger = Literal[
    "by_hand",
    "dependency",
    "execution_bypass",
    "scope_drift",
    "evidence_gap",
    "ethics_violation",
    "health",
    "rollback_failed",
]
Cause = Literal["veto", "overturned", "health"]


class Finding(Data):
    """One named check's verdict. `evidence` quotes the spec; `path` is a JSON Pointer into it."""

    check: str
    verdict: Verdict
    evidence: str
    path: str


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
    their order; `checks` are the findings of stage 7."""

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
    reason: str | None = None
    requested_by: str
    requested_at: Instant
    authors: tuple[str, ...] = ()
    withdrawal: Withdrawal | None = None


@event("assent.creation_case.judged.v1")
class CreationCaseJudged(CreationCaseState):
    """Stages 1 to 5 judged a submitted or revised spec: `ethics_cleared`, `escalated`,
    `returned` or `blocked`. A new agent's first event."""


@event("assent.creation_case.review_needed.v1")
class CreationCaseReviewNeeded(CreationCaseState):
    """The rules found nothing, and a configured model reviews the spec too: stage 5 runs until
    the model has answered. `judged` follows then."""


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
    """The case ended: it was cancelled. Its approval is cancelled too or, where it was approved and
    not carried out yet, reversed."""


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


class Suspension(Data):
    """Why an agent is suspended. `origin` is the agent whose suspension spread to this one."""

    trigger: Trigger
    reason: str
    by: str
    at: Instant
    origin: str | None = None


class Reactivation(Data):
    """Why an agent was put on probation, and by whom."""

    reason: str
    by: str
    at: Instant


@event("assent.creation_case.reversal_unneeded.v1")
class CreationCaseReversalUnneeded(CreationCaseState):
    """The approval `approval_id`, of the escalation of an earlier revision, was overturned: a
    revision has replaced what it was about, and nothing is rolled back."""


class Violation(Data):
    """A rule of governance that was broken, with what shows it."""

    rule: str
    summary: str
    evidence: tuple[str, ...]


class Limits(Data):
    """What an agent may spend, in micro-dollars."""

    per_run_usd_micros: int
    per_day_usd_micros: int


class AgentState(EventData):
    """An agent after the event. `version` is the deployed version, `0.0.0` before the first
    deployment; `spec_hash` is the hash of that version's spec, or of the newest spec before the
    first deployment. `case_id` is the open case, if there is one."""

    agent_id: str
    name: str
    version: str
    status: AgentStatus
    mode: Mode
    health: Health
    case_id: str | None = None
    spec_hash: str
    industry: str
    depends_on: tuple[str, ...] = ()
    budget: Limits
    requested_by: str
    suspension: Suspension | None = None


class Stage(Data):
    """The stage of its pipeline that the requesting case has reached."""

    number: int
    name: str
    of: int


@event("assent.agent.approval_needed.v1")
class AgentApprovalNeeded(AgentState):
    """A case requests approval of exactly the content that `content_hash` names: the spec's fields
    and, beside them, `case`, `classification` (kind, why, version, data, risk), `changes` and
    `findings`. `evidence_hash` names a list: the findings to see first; `assessment_hash` an
    `events.dossiers.Assessment`.

    `purpose`, `case_id` and `revision` bind the decision to the requesting case.
    `precedents_allowed` is false where only a human may decide: an ethics escalation, the stage 6
    that follows one, and irreversible operations. `authors` are those of the case: everyone whose
    text is in `content`."""

    case_id: str
    revision: int
    stage: Stage
    purpose: Purpose
    kind: Literal["constitutional"] = "constitutional"
    summary: str
    content_hash: str
    evidence_hash: str
    assessment_hash: str
    risk: Risk
    requested_at: Instant
    precedents_allowed: bool
    authors: tuple[str, ...] = ()


class Deployment(AgentState):
    """A case went live. `live_case_id` is that case (its status is `live`), `approval_id` the
    approval that it acted on."""

    live_case_id: str
    live_case_kind: CaseKind
    revision: int
    approval_id: str


@event("assent.agent.activated.v1")
class AgentActivated(Deployment):
    """The agent was deployed and serves."""


@event("assent.agent.trial_started.v1")
class AgentTrialStarted(Deployment):
    """The agent was deployed on trial until `trial_ends_at`: synthetic data, no production
    writes."""

    trial_ends_at: Instant


@event("assent.agent.upgraded.v1")
class AgentUpgraded(Deployment):
    """A new version was deployed; the status did not change (suspended, probation, paused)."""


@event("assent.agent.trial_ended.v1")
class AgentTrialEnded(AgentState):
    """The seven days of the trial ended: the agent does not run until it is approved to go live."""


@event("assent.agent.suspended.v1")
class AgentSuspended(AgentState):
    """The agent was suspended; its dependents are suspended next."""


@event("assent.agent.reactivated.v1")
class AgentReactivated(AgentState):
    """The agent is on probation until `probation_ends_at`."""

    reactivation: Reactivation
    probation_ends_at: Instant


@event("assent.agent.probation_ended.v1")
class AgentProbationEnded(AgentState):
    """The agent returned to its status before the suspension."""


@event("assent.agent.health_changed.v1")
class AgentHealthChanged(AgentState):
    """The agent's health changed."""


@event("assent.agent.violation_reported.v1")
class AgentViolationReported(AgentState):
    """A rule was broken; where that suspends the agent, `suspended` is in the same commit.
    `count` is how many reports of the same trigger the event stands for: the last one, and those
    since the event before it."""

    violation: Violation
    reported_by: str
    count: int = 1
