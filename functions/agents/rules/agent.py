"""An agent: its states, and the transitions between them (docs/domain.md, States)."""

from datetime import datetime, timedelta

from events.agents import (
    NEVER_DEPLOYED,
    AgentProbationEnded,
    AgentReactivated,
    AgentState,
    AgentStatus,
    AgentSuspended,
    AgentTrialEnded,
    Health,
    Limits,
    Mode,
    Reactivation,
    Suspension,
    Trigger,
)
from shared.kit.callers import Actor
from shared.kit.errors import SeparationOfDuties, VersionConflict
from shared.kit.instants import Instant
from shared.kit.models import Model, part_of
from shared.kit.personal import PersonalText
from shared.kit.transitions import Transition
from shared.kit.wording import one_of

PROBATION_DUE = "assent.probation.due.v1"
TRIAL_DUE = "assent.trial.due.v1"
TRIAL = timedelta(days=7)
# As long as a trial: a reactivated agent is on probation for this time.
PROBATION = timedelta(days=7)
# How many versions can be rolled back one after the other.
UNDONE = 5

SUSPENDABLE = frozenset({"active", "trial", "probation", "go_live_pending", "paused"})
SERVING = frozenset({"active", "probation"})


class Version(Model):
    """One version of an agent: the hash of its spec, and its published fields. `authors` are all
    whose text is in the spec, `submitted_by` who submitted the specs of its case."""

    version: str
    spec_hash: str
    mode: Mode
    budget: Limits
    depends_on: tuple[str, ...]
    industry: str
    case_id: str
    authors: tuple[str, ...] = ()
    submitted_by: tuple[str, ...] = ()


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
            return self.but(below=below)
        if self.below is None:
            return self.but(deployed=None, status="certified")
        return self.below.but(case_id=self.case_id)

    def cut(self, depth: int = UNDONE) -> "Undo":
        """The same with at most `depth` versions."""
        below = self.below.cut(depth - 1) if self.below and depth > 1 else None
        return self.but(below=below)


class ReportCount(Model):
    """The reports of one trigger: how many there were, how many of them since the latest event, the
    latest report, and when the latest event was published."""

    trigger: Trigger
    count: int
    since_event: int
    latest_at: Instant
    latest_by: str
    latest_evidence: PersonalText
    published_at: Instant


class HeldReading(Model):
    """A better reading that came soon after a change: it counts if it is repeated after `until`."""

    reading: Health
    until: Instant


class Agent(AgentState):
    """The fields that events publish, and below them private ones. `newest` is the spec of the open
    or latest case, `deployed` the spec that serves. `reactivation` is the latest one."""

    created_at: Instant
    newest: Version
    deployed: Version | None = None
    undo: Undo | None = None
    suspended_from: AgentStatus | None = None
    critical_readings: int = 0
    health_changed_at: Instant | None = None
    held_reading: HeldReading | None = None
    reports: tuple[ReportCount, ...] = ()
    timer: Timer | None = None
    reactivation: Reactivation | None = None

    @property
    def current(self) -> Version:
        """The deployed version, or the newest one before the first deployment."""
        return self.deployed or self.newest

    def authors(self) -> frozenset[str]:
        """Everyone whose text is in the current version, the requester of the agent among them."""
        return frozenset((self.requested_by, *self.current.authors))

    def submitters(self) -> frozenset[str]:
        """Those to whom the agent belongs: its requester, and who submitted its current version."""
        return frozenset((self.requested_by, *self.current.submitted_by))


Steps = tuple[Transition[Agent], ...]


def draft(newest: Version, *, agent_id: str, name: str, by: str, at: datetime) -> Agent:
    """A requested agent, whose first case is open."""
    return part_of(
        Agent,
        newest,
        agent_id=agent_id,
        name=name,
        version=NEVER_DEPLOYED,
        status="draft",
        health="unknown",
        requested_by=by,
        created_at=at,
        newest=newest,
    )


def described_by(agent: Agent, version: Version) -> Agent:
    """The agent with the published fields of a version; its version number stays."""
    described = ("mode", "spec_hash", "industry", "depends_on", "budget")
    return agent.but(**{name: getattr(version, name) for name in described})


def suspend(
    agent: Agent, trigger: Trigger, reason: str, by: str, at: datetime, origin: str | None = None
) -> Steps:
    """The suspended agent; nothing where it is suspended already. Raises VersionConflict for an
    agent that does not run."""
    if agent.status == "suspended":
        return ()
    if agent.status not in SUSPENDABLE:
        raise VersionConflict(
            f"it is {agent.status}; an agent can be suspended while it is {one_of(SUSPENDABLE)}"
        )
    suspension = Suspension(trigger=trigger, reason=reason, by=by, at=at, origin=origin)
    suspended = agent.but(
        status="suspended",
        suspension=suspension,
        # After a failed probation the agent returns to its status before the probation.
        suspended_from=(agent.suspended_from if agent.status == "probation" else agent.status),
        timer=None,
    )
    return (Transition(suspended, AgentSuspended),)


def suspend_by_hand(agent: Agent, reason: str, actor: Actor, at: datetime) -> Steps:
    """As `suspend`."""
    return suspend(agent, "by_hand", reason, actor.principal, at)


def reactivate(agent: Agent, reason: str, actor: Actor, at: datetime) -> Steps:
    """The agent on probation, with who reactivated it and why. Raises SeparationOfDuties for
    everyone whose text is in the serving version, VersionConflict unless it is suspended."""
    if actor.principal in agent.authors():
        raise SeparationOfDuties(
            "you requested this agent or wrote text of the version that serves: somebody else with"
            " the role genesis or governor reactivates it"
        )
    if agent.status != "suspended":
        raise VersionConflict(f"it is {agent.status}; only a suspended agent can be reactivated")
    ends_at = at + PROBATION
    on_probation = agent.but(
        status="probation",
        suspension=None,
        reactivation=Reactivation(reason=reason, by=actor.principal, at=at),
        critical_readings=0,
        health="unknown",
        held_reading=None,
        timer=Timer(type=PROBATION_DUE, at=ends_at),
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
    ended = agent.but(status=status, suspended_from=None, timer=None)
    return (Transition(ended, AgentProbationEnded),)


def end_trial(agent: Agent, at: datetime) -> Steps:
    """The agent waiting to go live; nothing unless its trial is over at `at`."""
    if agent.status != "trial" or agent.timer is None or at < agent.timer.at:
        return ()
    ended = agent.but(status="go_live_pending", timer=None)
    return (Transition(ended, AgentTrialEnded),)
