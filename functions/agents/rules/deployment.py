"""Stage 7: what a deployment changes, and what its rollback restores."""

from datetime import datetime
from typing import NamedTuple

from events.agents import AgentActivated, AgentStatus, AgentTrialStarted, AgentUpgraded
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
from functions.agents.rules.case import WAITING, CreationCase, Steps
from functions.agents.rules.stages import APPROVAL, DEPLOYMENT, with_stage
from functions.agents.rules.versions import NEVER_DEPLOYED
from shared.kit.transitions import Transition


class TakenBack(NamedTuple):
    """Which approval no longer holds, and why."""

    approval_id: str
    cause: Cause


def go_live(agent: Agent, case: CreationCase, checks: tuple[Finding, ...], at: datetime) -> Steps:
    """The case live, or rolled back where a check failed; nothing where it no longer waits to be
    deployed, for example after an earlier veto."""
    asked = case.asked
    if case.status not in ("ethics_cleared", "approved") or asked is None:
        return ()
    case = case.model_copy(
        update={"stages": with_stage(case.stages, APPROVAL, status="passed", finished_at=at)}
    )
    if any(check.verdict != "pass" for check in checks):
        return _failed(agent, case, checks, at)
    new = agent.newest
    status, timer = _after_deployment(agent, new.mode, at)
    live_agent = described_by(agent, new).model_copy(
        update={
            "version": new.version,
            "status": status,
            "health": "healthy",
            "case_id": None,
            "deployed": new,
            "undo": Undo(
                case_id=case.case_id,
                deployed=agent.deployed,
                status=agent.status,
                timer=agent.timer if agent.status == "trial" else None,
                below=agent.undo,
            ).cut(),
            "critical_readings": 0,
            "held_reading": None,
            "timer": timer,
        }
    )
    live_case = case.model_copy(
        update={
            "status": "live",
            "agent_status": status,
            "ended_at": at,
            "checks": checks,
            "stages": _deployment(case, "passed", checks, at),
        }
    )
    fields = {
        "live_case_id": case.case_id,
        "live_case_kind": case.kind,
        "revision": case.revision,
        "approval_id": asked.approval_id,
    }
    return (Transition(live_case), _deployed(live_agent, fields))


def take_back(
    agent: Agent, case: CreationCase, *, approval_id: str, caused_by: Cause, at: datetime
) -> Steps:
    """The rolled back case, at whatever step the approval `approval_id` had left it. The
    agent serves its previous version, or nothing.

    Where a later case built on it, the previous version cannot be restored: then the agent is
    suspended and a human must act. Where the case had ended already, nothing is rolled back, but
    the outcome is still published."""
    taken_back = TakenBack(approval_id, caused_by)
    if case.status in WAITING or case.status in ("approved", "returned"):
        stages = with_stage(case.stages, APPROVAL, status="failed", finished_at=at)
        stopped = agent.model_copy(update={"case_id": None})
        return _rolled_back(stopped, case.model_copy(update={"stages": stages}), taken_back, at)
    if case.status != "live":
        return _rolled_back(agent, case, taken_back, case.ended_at or at)
    if agent.undo is None or agent.undo.case_id != case.case_id:
        return _stuck(agent, case, taken_back, at)
    return _rolled_back(_restored(agent), _undeployed(case, at), taken_back, at)


def _after_deployment(agent: Agent, mode: str, at: datetime) -> tuple[AgentStatus, Timer | None]:
    if agent.status in ("suspended", "probation", "paused"):
        return agent.status, agent.timer
    if mode == "trial":
        return "trial", Timer(type=TRIAL_DUE, at=at + TRIAL)
    return "active", None


def _deployed(agent: Agent, fields: dict[str, object]) -> Transition[Agent]:
    if agent.status == "trial" and agent.timer is not None:
        return Transition(agent, AgentTrialStarted, {**fields, "trial_ends_at": agent.timer.at})
    event = AgentActivated if agent.status == "active" else AgentUpgraded
    return Transition(agent, event, fields)


def _failed(agent: Agent, case: CreationCase, checks: tuple[Finding, ...], at: datetime) -> Steps:
    reasons = [f"{check.check}: {check.evidence}" for check in checks if check.verdict != "pass"]
    failed = case.model_copy(
        update={
            "checks": checks,
            "stages": _deployment(case, "failed", checks, at),
            "reason": "; ".join(reasons),
        }
    )
    assert case.asked is not None
    unserved = TakenBack(case.asked.approval_id, "health")
    return _rolled_back(agent.model_copy(update={"case_id": None}), failed, unserved, at)


def _restored(agent: Agent) -> Agent:
    undo = agent.undo
    assert undo is not None
    version = undo.deployed
    if version is None:
        nothing = {"status": "certified", "version": NEVER_DEPLOYED, "deployed": None}
        ends = {"undo": None, "timer": None, "suspension": None, "suspended_from": None}
        return agent.model_copy(update={**nothing, **ends})
    status, timer = _as_before(agent, undo)
    restored = {"undo": undo.below, "deployed": version, "status": status, "timer": timer}
    return described_by(agent, version).model_copy(update={"version": version.version, **restored})


def _as_before(agent: Agent, undo: Undo) -> tuple[AgentStatus, Timer | None]:
    """A veto lifts no suspension and ends no probation; otherwise the agent gets its earlier
    status, unless that was a suspension that has ended since."""
    if agent.status in ("suspended", "probation", "paused"):
        return agent.status, agent.timer
    if undo.status in ("trial", "go_live_pending", "active"):
        return undo.status, undo.timer
    assert undo.deployed is not None
    return ("go_live_pending" if undo.deployed.mode == "trial" else "active"), None


def _undeployed(case: CreationCase, at: datetime) -> CreationCase:
    stages = with_stage(case.stages, DEPLOYMENT, status="failed", finished_at=at)
    return case.model_copy(update={"stages": stages})


def _rolled_back(agent: Agent, case: CreationCase, taken_back: TakenBack, at: datetime) -> Steps:
    ended = case.model_copy(
        update={
            "status": "rolled_back",
            "agent_status": agent.status,
            "ended_at": at,
            "reason": case.reason or f"taken back: {taken_back.cause}",
        }
    )
    latest = case.asked.approval_id if case.asked else None
    reversal = _reversal(agent, taken_back)
    if latest != taken_back.approval_id:
        reversal["ends_approval_id"] = latest
    return (Transition(ended, CreationCaseRolledBack, reversal), Transition(agent))


def _stuck(agent: Agent, case: CreationCase, taken_back: TakenBack, at: datetime) -> Steps:
    reason = f"case {case.case_id} was taken back under a later version"
    undo = agent.undo.forgetting(case.case_id) if agent.undo else None
    agent = agent.model_copy(update={"undo": undo})
    stopped: tuple[Transition[Agent], ...] = (Transition(agent),)
    if agent.status in SUSPENDABLE:
        stopped = suspend(agent, "rollback_failed", reason, "service:agents", at)
    agent = stopped[-1].state
    failed = case.model_copy(
        update={
            "status": "rollback_failed",
            "reason": "a later version was deployed on top of it",
            "agent_status": agent.status,
        }
    )
    reversal = _reversal(agent, taken_back)
    return (Transition(failed, CreationCaseRollbackFailed, reversal), *stopped)


def _reversal(agent: Agent, taken_back: TakenBack) -> dict[str, object]:
    return {
        "approval_id": taken_back.approval_id,
        "caused_by": taken_back.cause,
        "agent_version": agent.version,
    }


def _deployment(
    case: CreationCase, status: str, checks: tuple[Finding, ...], at: datetime
) -> tuple[object, ...]:
    return with_stage(
        case.stages, DEPLOYMENT, status=status, started_at=at, finished_at=at, found=len(checks)
    )
