"""What `agents` publishes: creation cases, agents, and the pipeline they pass through."""

from typing import Literal

from pydantic import JsonValue

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
    """One of the seven stages of one case."""

    number: int
    name: str
    status: StageStatus
    started_at: Instant | None = None
    finished_at: Instant | None = None
    findings: tuple[Finding, ...] = ()
    certification_id: str | None = None
    approval_id: str | None = None


class CreationCaseState(EventData):
    """A creation case as it is after the event.

    `agent_status` is what the case made of its agent (`draft` until stage 5 is passed). `version`
    is the version the agent has once this case is live. `approval_id` is the approval that is or
    was asked for last. `why` says what decided between proposal and evolution."""

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
    approval_id: str | None = None
    reason: str | None = None
    requested_by: str
    requested_at: Instant


@event("assent.creation_case.judged.v1")
class CreationCaseJudged(CreationCaseState):
    """A spec was submitted or revised and stages 1 to 5 have spoken: `ethics_cleared`,
    `escalated`, `returned` or `blocked`. Also the first news of a new agent."""


@event("assent.creation_case.review_needed.v1")
class CreationCaseReviewNeeded(CreationCaseState):
    """The rules have nothing against it, and a model is configured to review it too: stage 5 runs
    until it has answered. In place of `judged`, which follows."""


@event("assent.creation_case.returned.v1")
class CreationCaseReturned(CreationCaseState):
    """The governor asked for changes: the case waits for a revision."""


@event("assent.creation_case.rejected.v1")
class CreationCaseRejected(CreationCaseState):
    """Ended: its approval was rejected or expired."""


@event("assent.creation_case.cancelled.v1")
class CreationCaseCancelled(CreationCaseState):
    """Ended: whoever wanted it no longer does. An approval still open is moot."""


@event("assent.creation_case.approved.v1")
class CreationCaseApproved(CreationCaseState):
    """Assented to, and held before deployment because the pipeline is paused."""


class Reversal(CreationCaseState):
    """What a veto, an overturned decision or a failed health check led to. `approval_id` is the
    assent that is taken back or, where `caused_by` is `health`, that could not be acted on.

    `agent_status` and `agent_version` are the agent's after the commit that reverses, and
    `agent_sequence` is then the sequence of the agent's own latest event: the agent's events up to
    it came before, later ones after. Of reversals with the same one, the lower version came
    last."""

    caused_by: Cause
    agent_version: str
    agent_sequence: int = 0


@event("assent.creation_case.rolled_back.v1")
class CreationCaseRolledBack(Reversal):
    """Ended: nothing of it is live any more; the agent runs `agent_version` or nothing."""


@event("assent.creation_case.rollback_failed.v1")
class CreationCaseRollbackFailed(Reversal):
    """The previous version could not be restored: the agent is suspended, and a human must act."""


class Suspension(Data):
    """Why an agent stands still. `origin` is the agent whose suspension reached this one."""

    trigger: Trigger
    reason: str
    by: str
    at: Instant
    origin: str | None = None


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
    """An agent as it is after the event. `version` is what is deployed, `0.0.0` before anything
    was; `spec_hash` is of the spec of that version, or of the newest while there is none.
    `case_id` is the open case, if there is one."""

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
    """Where in its pipeline the asking case stands."""

    number: int
    name: str
    of: int


@event("assent.agent.approval_needed.v1")
class AgentApprovalNeeded(AgentState):
    """A case asks for assent to exactly `content`: the spec's fields with, beside them, `case`,
    `classification` (kind, why, version, data, risk), `changes` and `findings`.

    `purpose`, `case_id` and `revision` bind the decision to the asking case.
    `precedents_allowed` is false where only a human may decide: an ethics escalation, the stage 6
    that follows one, and irreversible operations."""

    case_id: str
    revision: int
    stage: Stage
    purpose: Purpose
    kind: Literal["constitutional"] = "constitutional"
    summary: str
    content: dict[str, JsonValue]
    risk: Risk
    risk_reasons: tuple[str, ...]
    evidence: tuple[JsonValue, ...]
    rollback_plan: str
    requested_at: Instant
    precedents_allowed: bool


class Deployment(AgentState):
    """A case went live. `live_case_id` is that case (its status is `live`), `approval_id` the
    assent it acted on."""

    live_case_id: str
    live_case_kind: CaseKind
    revision: int
    approval_id: str


@event("assent.agent.activated.v1")
class AgentActivated(Deployment):
    """Deployed and serving."""


@event("assent.agent.trial_started.v1")
class AgentTrialStarted(Deployment):
    """Deployed on trial until `trial_ends_at`: synthetic data, no production writes."""

    trial_ends_at: Instant


@event("assent.agent.upgraded.v1")
class AgentUpgraded(Deployment):
    """A new version was deployed and the status stayed as it was (suspended, probation, paused)."""


@event("assent.agent.trial_ended.v1")
class AgentTrialEnded(AgentState):
    """Seven days are over: it runs no more until it is assented to go live."""


@event("assent.agent.suspended.v1")
class AgentSuspended(AgentState):
    """It stands still, and so will its dependents."""


@event("assent.agent.reactivated.v1")
class AgentReactivated(AgentState):
    """On probation until `probation_ends_at`."""

    probation_ends_at: Instant


@event("assent.agent.probation_ended.v1")
class AgentProbationEnded(AgentState):
    """Back to what it was before it was suspended."""


@event("assent.agent.health_changed.v1")
class AgentHealthChanged(AgentState):
    """A reading differs from the one before."""


@event("assent.agent.violation_reported.v1")
class AgentViolationReported(AgentState):
    """A rule was broken; where that suspends, `suspended` follows in the same commit."""

    violation: Violation
    reported_by: str
