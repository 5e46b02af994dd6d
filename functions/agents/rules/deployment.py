"""Stage 7: what a deployment changes, and what its rollback restores."""

from datetime import datetime
from typing import NamedTuple

from events.agents import (
    NEVER_DEPLOYED,
    AgentActivated,
    AgentStatus,
    AgentTrialStarted,
    AgentUpgraded,
)
from events.cases import Cause, CreationCaseRollbackFailed, CreationCaseRolledBack, Finding
from functions.agents.rules.agent import (
    SUSPENDABLE,
    TRIAL,
    TRIAL_DUE,
    Agent,
    Timer,
    Undo,
    described_by,
    suspend,
)
from functions.agents.rules.case import CreationCase, Steps
from functions.agents.rules.stages import APPROVAL, DEPLOYMENT
from shared.kit.transitions import Transition

HELD = ("suspended", "probation", "paused")


class TakenBack(NamedTuple):
    """Which approval no longer holds, and why."""

    approval_id: str
    caused_by: Cause


def go_live(agent: Agent, case: CreationCase, checks: tuple[Finding, ...], at: datetime) -> Steps:
    """The case live, or rolled back where a check failed; nothing where it no longer waits to be
    deployed, for example after an earlier veto."""
    asked = case.asked
    if case.status not in ("ethics_cleared", "approved") or asked is None:
        return ()
    faults = [f"{check.check}: {check.evidence}" for check in checks if check.verdict != "pass"]
    approved = case.in_stage(APPROVAL, status="passed", finished_at=at)
    done = {"status": "failed" if faults else "passed", "started_at": at, "finished_at": at}
    case = approved.in_stage(DEPLOYMENT, **done, found=len(checks)).but(checks=checks)
    if faults:
        unserved = TakenBack(asked.approval_id, "health")
        failed = case.but(reason="; ".join(faults))
        return _rolled_back(agent.but(case_id=None), failed, unserved, at)
    new = agent.newest
    status, timer = _unless_held(agent, "active", None)
    if new.mode == "trial":
        status, timer = _unless_held(agent, "trial", Timer(type=TRIAL_DUE, at=at + TRIAL))
    live_agent = described_by(agent, new).but(
        version=new.version,
        status=status,
        health="healthy",
        case_id=None,
        deployed=new,
        undo=Undo(
            case_id=case.case_id,
            deployed=agent.deployed,
            status=agent.status,
            timer=agent.timer if agent.status == "trial" else None,
            below=agent.undo,
        ).cut(),
        critical_readings=0,
        held_reading=None,
        timer=timer,
    )
    fields = {
        "live_case_id": case.case_id,
        "live_case_kind": case.kind,
        "revision": case.revision,
        "approval_id": asked.approval_id,
    }
    live_case = case.but(status="live", agent_status=status, ended_at=at)
    return (Transition(live_case), _deployed(live_agent, fields))


def take_back(agent: Agent, case: CreationCase, taken_back: TakenBack, at: datetime) -> Steps:
    """The rolled back case, at whatever step the approval that was taken back had left it. The
    agent serves its previous version, or nothing.

    Where a later case built on it, the previous version cannot be restored: then the agent is
    suspended and a human must act. Where the case had ended already, nothing is rolled back, but
    the outcome is still published."""
    failed = {"status": "failed", "finished_at": at}
    if not case.is_over:
        stopped = case.in_stage(APPROVAL, **failed)
        return _rolled_back(agent.but(case_id=None), stopped, taken_back, at)
    if case.status != "live":
        return _rolled_back(agent, case, taken_back, case.ended_at or at)
    if agent.undo is None or agent.undo.case_id != case.case_id:
        return _stuck(agent, case, taken_back, at)
    undeployed = case.in_stage(DEPLOYMENT, **failed)
    return _rolled_back(_restored(agent, agent.undo), undeployed, taken_back, at)


def _deployed(agent: Agent, fields: dict[str, object]) -> Transition[Agent]:
    if agent.status == "trial" and agent.timer is not None:
        return Transition(agent, AgentTrialStarted, {**fields, "trial_ends_at": agent.timer.at})
    event = AgentActivated if agent.status == "active" else AgentUpgraded
    return Transition(agent, event, fields)


def _restored(agent: Agent, undo: Undo) -> Agent:
    version = undo.deployed
    if version is None:
        nothing = {"status": "certified", "version": NEVER_DEPLOYED, "deployed": None}
        ends = {"undo": None, "timer": None, "suspension": None, "suspended_from": None}
        return agent.but(**nothing, **ends)
    # The earlier status, unless that was a suspension that has ended since.
    earlier: AgentStatus = "go_live_pending" if version.mode == "trial" else "active"
    status, timer = _unless_held(agent, earlier, None)
    if undo.status in ("trial", "go_live_pending", "active"):
        status, timer = _unless_held(agent, undo.status, undo.timer)
    restored = {"undo": undo.below, "deployed": version, "status": status, "timer": timer}
    return described_by(agent, version).but(version=version.version, **restored)


def _unless_held(
    agent: Agent, status: AgentStatus, timer: Timer | None
) -> tuple[AgentStatus, Timer | None]:
    """Neither a deployment nor a veto lifts a suspension or ends a probation."""
    return (agent.status, agent.timer) if agent.status in HELD else (status, timer)


def _rolled_back(agent: Agent, case: CreationCase, taken_back: TakenBack, at: datetime) -> Steps:
    ended = case.but(
        status="rolled_back",
        agent_status=agent.status,
        revisable_until=None,
        ended_at=at,
        reason=case.reason or f"taken back: {taken_back.caused_by}",
    )
    latest = case.asked.approval_id if case.asked else None
    ends = None if latest == taken_back.approval_id else latest
    fields = {**taken_back._asdict(), "agent_version": agent.version, "ends_approval_id": ends}
    return (Transition(ended, CreationCaseRolledBack, fields), Transition(agent))


def _stuck(agent: Agent, case: CreationCase, taken_back: TakenBack, at: datetime) -> Steps:
    reason = f"case {case.case_id} was taken back under a later version"
    undo = agent.undo.forgetting(case.case_id) if agent.undo else None
    agent = agent.but(undo=undo)
    stopped: tuple[Transition[Agent], ...] = (Transition(agent),)
    if agent.status in SUSPENDABLE:
        stopped = suspend(agent, "rollback_failed", reason, "service:agents", at)
    agent = stopped[-1].state
    failed = case.but(
        status="rollback_failed",
        reason="a later version was deployed on top of it",
        agent_status=agent.status,
    )
    fields = {**taken_back._asdict(), "agent_version": agent.version}
    return (Transition(failed, CreationCaseRollbackFailed, fields), *stopped)
