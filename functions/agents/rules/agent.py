"""An agent: its states, and the transitions between them (docs/domain.md, States)."""

from datetime import datetime, timedelta

from events.agents import (
    AgentHealthChanged,
    AgentProbationEnded,
    AgentReactivated,
    AgentState,
    AgentStatus,
    AgentSuspended,
    AgentTrialEnded,
    AgentViolationReported,
    Health,
    Limits,
    Mode,
    Suspension,
    Trigger,
    Violation,
)
from functions.agents.rules.versions import NEVER_DEPLOYED
from shared.kit.errors import Forbidden, SeparationOfDuties, VersionConflict
from shared.kit.instants import Instant
from shared.kit.models import Model
from shared.kit.transitions import Transition

PROBATION_DUE = "assent.probation.due.v1"
TRIAL_DUE = "assent.trial.due.v1"
TRIAL = timedelta(days=7)
# As long as a trial: a reactivated agent is on probation for this time.
PROBATION = timedelta(days=7)
CRITICAL_READINGS = 3
# How many versions can be rolled back one after the other.
UNDONE = 5

SUSPENDABLE = frozenset({"active", "trial", "probation", "go_live_pending", "paused"})
SERVING = frozenset({"active", "probation"})
MAY_REACTIVATE = frozenset({"governor", "genesis"})


class Version(Model):
    """One version of an agent: the hash of its spec, and its published fields."""

    version: str
    spec_hash: str
    mode: Mode
    budget: Limits
    depends_on: tuple[str, ...]
    industry: str
    case_id: str


class Timer(Model):
    """The timer that the agent waits for."""

    type: str
    at: Instant


class Undo(Model):
    """The version that a rollback of the live case restores; `below` is the one that a rollback of
    that version restores."""

    case_id: str
    deployed: Version | None
    status: AgentStatus
    timer: Timer | None = None
    below: "Undo | None" = None

    def forgetting(self, case_id: str) -> "Undo":
        """The same without the version that the case deployed, so that no rollback restores it."""
        if self.deployed is None or self.deployed.case_id != case_id:
            below = self.below.forgetting(case_id) if self.below else None
            return self.model_copy(update={"below": below})
        if self.below is None:
            return self.model_copy(update={"deployed": None, "status": "certified"})
        return self.below.model_copy(update={"case_id": self.case_id})

    def cut(self, depth: int = UNDONE) -> "Undo":
        """The same with at most `depth` versions."""
        below = self.below.cut(depth - 1) if self.below and depth > 1 else None
        return self.model_copy(update={"below": below})


class Agent(AgentState):
    """The fields that events publish, and below them private ones. `newest` is the spec of the open
    or latest case, `deployed` the spec that serves."""

    created_at: Instant
    newest: Version
    deployed: Version | None = None
    undo: Undo | None = None
    suspended_from: AgentStatus | None = None
    critical_readings: int = 0
    timer: Timer | None = None

    @property
    def current(self) -> Version:
        """The deployed version, or the newest one before the first deployment."""
        return self.deployed or self.newest


Steps = tuple[Transition[Agent], ...]


def draft(newest: Version, *, agent_id: str, name: str, by: str, at: datetime) -> Agent:
    """A requested agent, whose first case is open."""
    return Agent(
        agent_id=agent_id,
        name=name,
        version=NEVER_DEPLOYED,
        status="draft",
        mode=newest.mode,
        health="unknown",
        case_id=newest.case_id,
        spec_hash=newest.spec_hash,
        industry=newest.industry,
        depends_on=newest.depends_on,
        budget=newest.budget,
        requested_by=by,
        created_at=at,
        newest=newest,
    )


def described_by(agent: Agent, version: Version) -> Agent:
    """The agent with the published fields of a version; its version number stays."""
    return agent.model_copy(
        update={
            "mode": version.mode,
            "spec_hash": version.spec_hash,
            "industry": version.industry,
            "depends_on": version.depends_on,
            "budget": version.budget,
        }
    )


def suspend(
    agent: Agent, trigger: Trigger, reason: str, by: str, at: datetime, origin: str | None = None
) -> Steps:
    """The suspended agent; nothing where it is suspended already. Raises VersionConflict for an
    agent that does not run."""
    if agent.status == "suspended":
        return ()
    if agent.status not in SUSPENDABLE:
        raise VersionConflict(f"an agent that is {agent.status} cannot be suspended")
    suspension = Suspension(trigger=trigger, reason=reason, by=by, at=at, origin=origin)
    suspended = agent.model_copy(
        update={
            "status": "suspended",
            "suspension": suspension,
            # After a failed probation the agent returns to its status before the probation.
            "suspended_from": (
                agent.suspended_from if agent.status == "probation" else agent.status
            ),
            "timer": None,
        }
    )
    return (Transition(suspended, AgentSuspended),)


def reactivate(agent: Agent, by: str, roles: frozenset[str], at: datetime) -> Steps:
    """The agent on probation. Raises Forbidden without the role governor or genesis,
    SeparationOfDuties for the requester of the agent, VersionConflict unless it is suspended."""
    if not roles & MAY_REACTIVATE:
        raise Forbidden("reactivation needs the role governor or genesis")
    if agent.requested_by == by:
        raise SeparationOfDuties("the requester of an agent may not reactivate it")
    if agent.status != "suspended":
        raise VersionConflict(f"an agent that is {agent.status} cannot be reactivated")
    ends_at = at + PROBATION
    on_probation = agent.model_copy(
        update={
            "status": "probation",
            "suspension": None,
            "critical_readings": 0,
            "health": "unknown",
            "timer": Timer(type=PROBATION_DUE, at=ends_at),
        }
    )
    return (Transition(on_probation, AgentReactivated, {"probation_ends_at": ends_at}),)


def end_probation(agent: Agent, at: datetime) -> Steps:
    """The agent after its probation, with the status that its deployed version allows; nothing
    unless the probation is over at `at`."""
    if agent.status != "probation" or agent.timer is None or at < agent.timer.at:
        return ()
    # The deployed version decides, not the earlier status: neither a suspension nor a deployment or
    # rollback meanwhile turns a trial agent into an active one. A trial's seven days ended while
    # the agent was suspended.
    running: AgentStatus = "paused" if agent.suspended_from == "paused" else "active"
    status: AgentStatus = "go_live_pending" if agent.mode == "trial" else running
    ended = agent.model_copy(update={"status": status, "suspended_from": None, "timer": None})
    return (Transition(ended, AgentProbationEnded),)


def end_trial(agent: Agent, at: datetime) -> Steps:
    """The agent waiting to go live; nothing unless its trial is over at `at`."""
    if agent.status != "trial" or agent.timer is None or at < agent.timer.at:
        return ()
    ended = agent.model_copy(update={"status": "go_live_pending", "timer": None})
    return (Transition(ended, AgentTrialEnded),)


def report(
    agent: Agent, trigger: Trigger, reading: Health | None, evidence: str, by: str, at: datetime
) -> Steps:
    """The agent after a report of a violation or, with a `reading`, of its health."""
    if reading is not None:
        return read_health(agent, reading, evidence, by, at)
    return report_violation(agent, trigger, evidence, by, at)


def report_violation(agent: Agent, trigger: Trigger, evidence: str, by: str, at: datetime) -> Steps:
    """The violation and, where the agent runs, its suspension."""
    violation = Violation(
        rule=trigger,
        summary=f"{agent.name}: {trigger.replace('_', ' ')}",
        evidence=(evidence,),
    )
    fields = {"violation": violation, "reported_by": by}
    reported = Transition(agent, AgentViolationReported, fields)
    if agent.status not in SUSPENDABLE:
        return (reported,)
    return (reported, *suspend(agent, trigger, violation.summary, by, at))


def read_health(agent: Agent, reading: Health, evidence: str, by: str, at: datetime) -> Steps:
    """The agent with one more reading; the third critical reading in a row suspends it."""
    critical = agent.critical_readings + 1 if reading == "critical" else 0
    read = agent.model_copy(update={"health": reading, "critical_readings": critical})
    if critical >= CRITICAL_READINGS and read.status in SUSPENDABLE:
        return report_violation(read, "health", evidence, by, at)
    return (Transition(read, AgentHealthChanged if reading != agent.health else None),)
