"""What `agents` publishes about agents."""

from typing import Literal

from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import Data, EventData
from shared.kit.personal import PersonalText, RequestersText
from shared.kit.workspaces import InWorkspace

TOPIC = "agents"
# The version of an agent that serves none.
NEVER_DEPLOYED = "0.0.0"

CaseKind = Literal["creation", "proposal", "evolution"]
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
    "recalled",
]


class Suspension(Data):
    """Why an agent is suspended. `origin` is the agent whose suspension spread to this one."""

    trigger: Trigger
    reason: PersonalText
    by: str
    at: Instant
    origin: str | None = None


class Reactivation(Data):
    """Why an agent was put on probation, and by whom."""

    reason: PersonalText
    by: str
    at: Instant


class Violation(Data):
    """A rule of governance that was broken, with what shows it."""

    rule: str
    summary: str
    evidence: tuple[PersonalText, ...]


class Limits(Data):
    """What an agent may spend, in micro-dollars."""

    per_run_usd_micros: int
    per_day_usd_micros: int


class AgentState(EventData):
    """An agent after the event. `version` is the deployed version, `0.0.0` before the first
    deployment; `spec_hash` is the hash of that version's spec, or of the newest spec before the
    first deployment. `case_id` is the open case, if there is one. `workspace_id` is there for an
    agent of a workspace."""

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
    workspace_id: InWorkspace = None


class Stage(Data):
    """The stage of its pipeline that the requesting case has reached."""

    number: int
    name: str
    of: int


@event("assent.agent.approval_needed.v1")
class AgentApprovalNeeded(AgentState):
    """A case requests approval of exactly the content that `content_hash` names: the normal form of
    the spec and, beside its fields, `case`, `classification` (kind, why, version, data, risk),
    `changes` and `findings`. `evidence_hash` names a list: the findings to see first;
    `assessment_hash` an `events.dossiers.Assessment`.

    `purpose`, `case_id` and `revision` bind the decision to the requesting case.
    `precedents_allowed` is false where only a human may decide: an ethics escalation, the stage 6
    that follows one, a concern, and what the agent does alone though nothing undoes it or no
    connector confirms it. `authors` are those of the case: everyone whose
    text is in `content`."""

    case_id: str
    revision: int
    stage: Stage
    purpose: Purpose
    kind: Literal["constitutional"] = "constitutional"
    summary: RequestersText
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
