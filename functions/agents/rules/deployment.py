"""Stage 7: what is checked before an agent serves, what going live changes, and taking it back."""

import json
from collections.abc import Mapping
from datetime import datetime

from joserfc.jwk import KeySet

from events.agents import (
    AgentActivated,
    AgentStatus,
    AgentTrialStarted,
    AgentUpgraded,
    Cause,
    CreationCaseRollbackFailed,
    CreationCaseRolledBack,
    Finding,
    Suspension,
)
from functions.agents.rules.agent import SERVING, TRIAL, TRIAL_DUE, Agent, Timer, Undo
from functions.agents.rules.case import WAITING, CreationCase, Told, Turn
from functions.agents.rules.stages import APPROVAL, CERTIFIED_STAGES, DEPLOYMENT, with_stage
from functions.agents.rules.versions import NEVER_DEPLOYED
from shared.kit.canonical import content_hash
from shared.kit.errors import SignatureInvalid
from shared.kit.signing import verify

SIGNATURES = "signatures"
DEPENDENCIES = "dependencies"
READ_BACK = "read_back"


def health_checks(
    case: CreationCase,
    *,
    tenant_id: str,
    own_keys: KeySet,
    known_skills: frozenset[str],
    neighbours: Mapping[str, AgentStatus],
) -> tuple[Finding, ...]:
    """The three checks of stage 7 over what is stored now: its certifications are ours and about
    exactly this spec; its skills and the agents it needs (`neighbours`: status by name) can serve;
    the spec that would be deployed reads back as the one that was judged."""
    return (
        _signatures(case, tenant_id, own_keys),
        _dependencies(case, known_skills, neighbours),
        _read_back(case),
    )


def go_live(
    agent: Agent, case: CreationCase, checks: tuple[Finding, ...], at: datetime
) -> Turn | None:
    """The case live, or rolled back where a check failed; None where it no longer waits to be
    deployed, as when a veto came first."""
    if case.status not in ("ethics_cleared", "approved") or case.asked is None:
        return None
    case = case.model_copy(
        update={"stages": with_stage(case.stages, APPROVAL, status="passed", finished_at=at)}
    )
    if any(check.verdict != "pass" for check in checks):
        return _failed(agent, case, checks, at)
    new = agent.newest
    status, timer = _after_deployment(agent, new.mode, at)
    live_agent = agent.model_copy(
        update={
            "version": new.version,
            "status": status,
            "mode": new.mode,
            "health": "healthy",
            "case_id": None,
            "spec_hash": new.spec_hash,
            "industry": new.industry,
            "depends_on": new.depends_on,
            "budget": new.budget,
            "deployed": new,
            "undo": Undo(case_id=case.case_id, deployed=agent.deployed, status=agent.status),
            "critical_readings": 0,
            "timer": timer,
        }
    )
    live_case = case.model_copy(
        update={
            "status": "live",
            "agent_status": status,
            "ended_at": at,
            "stages": _deployment(case, "passed", checks, at),
        }
    )
    extra = {
        "live_case_id": case.case_id,
        "live_case_kind": case.kind,
        "revision": case.revision,
        "approval_id": case.asked.approval_id if case.asked else "",
    }
    return Turn(live_agent, live_case, (_deployed(status, timer, extra),))


def take_back(agent: Agent, case: CreationCase, caused_by: Cause, at: datetime) -> Turn | None:
    """The case rolled back, wherever the assent that is withdrawn had led: nothing more of it
    happens, and the agent runs what it ran before, or nothing. None where that is so already, or
    where the case had ended another way.

    Where a later case was built on it, the previous version cannot be restored: then the agent is
    suspended and a human must act."""
    if case.status in WAITING or case.status == "approved":
        stages = with_stage(case.stages, APPROVAL, status="failed", finished_at=at)
        stopped = agent.model_copy(update={"case_id": None})
        return _rolled_back(stopped, case.model_copy(update={"stages": stages}), caused_by, at)
    if case.status == "cancelled":
        # Withdrawn before the assent was heard: there is nothing to undo, but somebody waits to
        # hear so.
        return _rolled_back(agent, case, caused_by, case.ended_at or at)
    if case.status != "live":
        return None
    if agent.undo is None or agent.undo.case_id != case.case_id:
        return _stuck(agent, case, caused_by, at)
    return _rolled_back(_restored(agent), _undeployed(case, at), caused_by, at)


def _after_deployment(agent: Agent, mode: str, at: datetime) -> tuple[AgentStatus, Timer | None]:
    if agent.status in ("suspended", "probation", "paused"):
        return agent.status, agent.timer
    if mode == "trial":
        return "trial", Timer(type=TRIAL_DUE, at=at + TRIAL)
    return "active", None


def _deployed(status: AgentStatus, timer: Timer | None, extra: dict[str, object]) -> Told:
    if status == "trial" and timer is not None:
        return Told(AgentTrialStarted, {**extra, "trial_ends_at": timer.at})
    return Told(AgentActivated if status == "active" else AgentUpgraded, extra)


def _failed(agent: Agent, case: CreationCase, checks: tuple[Finding, ...], at: datetime) -> Turn:
    reasons = [f"{check.check}: {check.evidence}" for check in checks if check.verdict != "pass"]
    failed = case.model_copy(
        update={"stages": _deployment(case, "failed", checks, at), "reason": "; ".join(reasons)}
    )
    return _rolled_back(agent.model_copy(update={"case_id": None}), failed, "health", at)


def _restored(agent: Agent) -> Agent:
    undo = agent.undo
    assert undo is not None
    stands_still = agent.status in ("suspended", "probation")
    before = {
        "undo": None,
        "deployed": undo.deployed,
        "timer": agent.timer if stands_still else None,
        "status": agent.status if stands_still and undo.deployed else undo.status,
    }
    version = undo.deployed
    if version is None:
        return agent.model_copy(
            update={**before, "version": NEVER_DEPLOYED, "status": "certified", "timer": None}
        )
    described = {
        name: getattr(version, name)
        for name in ("version", "mode", "spec_hash", "industry", "depends_on", "budget")
    }
    return agent.model_copy(update={**before, **described})


def _undeployed(case: CreationCase, at: datetime) -> CreationCase:
    stages = with_stage(case.stages, DEPLOYMENT, status="failed", finished_at=at)
    return case.model_copy(update={"stages": stages})


def _rolled_back(agent: Agent, case: CreationCase, caused_by: Cause, at: datetime) -> Turn:
    ended = case.model_copy(
        update={
            "status": "rolled_back",
            "agent_status": agent.status,
            "ended_at": at,
            "reason": case.reason or f"taken back: {caused_by}",
        }
    )
    extra = {"caused_by": caused_by, "agent_version": agent.version}
    return Turn(agent, ended, (Told(CreationCaseRolledBack, extra),))


def _stuck(agent: Agent, case: CreationCase, caused_by: Cause, at: datetime) -> Turn:
    reason = "a later version was deployed on top of it"
    suspension = Suspension(trigger="by_hand", reason=reason, by="service:agents", at=at)
    suspended = agent.model_copy(
        update={
            "status": "suspended",
            "suspended_from": agent.suspended_from or agent.status,
            "suspension": suspension,
            "timer": None,
        }
    )
    failed = case.model_copy(
        update={"status": "rollback_failed", "reason": reason, "agent_status": "suspended"}
    )
    extra = {"caused_by": caused_by, "agent_version": agent.version}
    return Turn(suspended, failed, (Told(CreationCaseRollbackFailed, extra),))


def _deployment(
    case: CreationCase, status: str, checks: tuple[Finding, ...], at: datetime
) -> tuple[object, ...]:
    return with_stage(
        case.stages, DEPLOYMENT, status=status, started_at=at, finished_at=at, findings=checks
    )


def _signatures(case: CreationCase, tenant_id: str, keys: KeySet) -> Finding:
    signed = set()
    for certification in case.certifications:
        try:
            statement = verify(certification, keys)
        except SignatureInvalid as refusal:
            return _failure(SIGNATURES, str(refusal), "")
        about = (statement["tenant_id"], statement["case_id"], statement["spec_hash"])
        if about != (tenant_id, case.case_id, case.spec_hash):
            return _failure(SIGNATURES, "a certification is about another spec", "")
        signed.add(statement["stage"])
    needed = {
        stage.number
        for stage in case.stages
        if stage.number in CERTIFIED_STAGES and stage.status != "skipped"
    }
    if missing := sorted(needed - signed):
        return _failure(SIGNATURES, f"stage {missing[0]} carries no certification", "")
    return _pass(SIGNATURES, f"{len(signed)} certifications verify for {case.spec_hash[:12]}")


def _dependencies(
    case: CreationCase, known_skills: frozenset[str], neighbours: Mapping[str, AgentStatus]
) -> Finding:
    spec = json.loads(case.spec)
    for index, skill in enumerate(spec.get("skills", ())):
        if skill not in known_skills:
            return _failure(DEPENDENCIES, f"the skill {skill} is gone", f"/skills/{index}")
    needed = spec.get("interfaces", {}).get("depends_on", ())
    for index, name in enumerate(needed):
        status = neighbours.get(name)
        if status not in SERVING:
            state = status or "unknown"
            path = f"/interfaces/depends_on/{index}"
            return _failure(DEPENDENCIES, f"the agent {name} is {state}", path)
    return _pass(DEPENDENCIES, f"{len(needed)} agents it needs can serve")


def _read_back(case: CreationCase) -> Finding:
    if content_hash(json.loads(case.spec)) != case.spec_hash:
        return _failure(READ_BACK, "what is stored is not what was judged", "")
    return _pass(READ_BACK, f"the stored spec is {case.spec_hash[:12]}")


def _pass(check: str, evidence: str) -> Finding:
    return Finding(check=check, verdict="pass", evidence=evidence, path="")


def _failure(check: str, evidence: str, path: str) -> Finding:
    return Finding(check=check, verdict="fail", evidence=evidence, path=path)
