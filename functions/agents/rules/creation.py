"""A case from its opening to its approval, or to an earlier end."""

from datetime import datetime
from typing import Any

from events.agents import (
    AgentStatus,
    CaseKind,
    CaseStatus,
    CreationCaseApproved,
    CreationCaseCancelled,
    CreationCaseJudged,
    CreationCaseRejected,
    CreationCaseReturned,
    CreationCaseReviewNeeded,
    CreationCaseState,
    Purpose,
    StageState,
)
from functions.agents.rules.agent import Agent, described_by
from functions.agents.rules.approval_request import ask
from functions.agents.rules.case import WAITING, CreationCase, Judged, Steps
from functions.agents.rules.judgement import Judgement
from functions.agents.rules.review import begin_review
from functions.agents.rules.stages import APPROVAL, ETHICS, judged_stages, with_stage
from shared.kit.errors import VersionConflict
from shared.kit.transitions import Transition

CANCELLABLE = frozenset(
    {"architecture_approved", "returned", "ethics_cleared", "escalated", "approved"}
)


def open_case(
    agent: Agent,
    *,
    kind: CaseKind,
    why: tuple[str, ...],
    judged: Judged,
    by: str,
    at: datetime,
) -> Steps:
    """A new case of `agent` after stages 1 to 5; the case's id is that of the judged version."""
    case = CreationCase(
        case_id=judged.spec.case_id,
        agent_id=agent.agent_id,
        agent_name=agent.name,
        agent_status=agent.status,
        kind=kind,
        why=why,
        revision=0,
        status="specified",
        stages=(),
        version=judged.spec.version,
        spec_hash=judged.spec.spec_hash,
        requested_by=by,
        requested_at=at,
        authors=(by,),
        spec=judged.spec.spec,
    )
    return _judged(agent, case, judged, at)


def revise(agent: Agent, case: CreationCase, judged: Judged, at: datetime) -> Steps:
    """The case with a full new spec, judged from stage 1. Raises VersionConflict for a case that
    was not returned."""
    if case.status != "returned":
        raise VersionConflict(f"a case that is {case.status} takes no revision")
    update = {
        "version": judged.spec.version,
        "spec_hash": judged.spec.spec_hash,
        "spec": judged.spec.spec,
        "asked": None,
        "approval_id": None,
        "escalation": None,
        "reason": None,
    }
    return _judged(agent, case.model_copy(update=update), judged, at)


def cancel(agent: Agent, case: CreationCase, by: str, at: datetime) -> Steps:
    """The case, cancelled by its requester. Raises VersionConflict where it is too late."""
    if case.status not in CANCELLABLE:
        raise VersionConflict(f"a case that is {case.status} cannot be cancelled")
    reason = f"cancelled by {by}"
    return end_without_agent(agent, case, "cancelled", CreationCaseCancelled, reason, at)


def reject(agent: Agent, case: CreationCase, reason: str, at: datetime) -> Steps:
    """The case, ended because its approval was rejected or expired; nothing where it no longer
    waits."""
    if case.status not in WAITING and case.status != "approved":
        return ()
    return end_without_agent(agent, case, "rejected", CreationCaseRejected, reason, at)


def return_for_changes(case: CreationCase, note: str, at: datetime) -> Steps:
    """The case, waiting for a revision that the governor requested; nothing where it no longer
    waits."""
    if case.status not in WAITING:
        return ()
    number = ETHICS if case.status == "escalated" else APPROVAL
    returned = case.model_copy(
        update={
            "status": "returned",
            "reason": note,
            "stages": with_stage(case.stages, number, status="failed", finished_at=at),
        }
    )
    return (Transition(returned, CreationCaseReturned),)


def clear_ethics(agent: Agent, case: CreationCase, at: datetime) -> Steps:
    """The case after a human approved its escalation in stage 5: stage 6 opens, without
    precedents."""
    if case.status != "escalated":
        return ()
    certified = _at_least_certified(agent)
    cleared = case.model_copy(
        update={
            "status": "ethics_cleared",
            "agent_status": certified.status,
            "escalation": case.asked,
            "stages": _opened(
                with_stage(case.stages, ETHICS, status="passed", finished_at=at), APPROVAL, at
            ),
        }
    )
    asking, waiting = ask(certified, cleared, case.kind, at)
    return (Transition(waiting), asking)


def hold(case: CreationCase, at: datetime) -> Steps:
    """The approved case, held because the pipeline is paused; nothing unless it waits."""
    if case.status != "ethics_cleared":
        return ()
    held = case.model_copy(
        update={
            "status": "approved",
            "stages": with_stage(case.stages, APPROVAL, status="passed", finished_at=at),
        }
    )
    return (Transition(held, CreationCaseApproved),)


def end_without_agent(
    agent: Agent,
    case: CreationCase,
    status: CaseStatus,
    event: type[CreationCaseState],
    reason: str,
    at: datetime,
) -> Steps:
    """The case, ended before it went live. A new agent is deprecated with it, which frees its name;
    an agent that had a version keeps its name."""
    ended_agent = agent.model_copy(update={"case_id": None})
    if agent.deployed is None and agent.undo is None and case.kind == "creation":
        ended_agent = ended_agent.model_copy(update={"status": "deprecated"})
    ended = case.model_copy(
        update={
            "status": status,
            "reason": reason,
            "review": None,
            "ended_at": at,
            "agent_status": ended_agent.status,
            "stages": tuple(
                stage.model_copy(update={"status": "failed", "finished_at": at})
                if stage.status in ("waiting", "running")
                else stage
                for stage in case.stages
            ),
        }
    )
    return (Transition(ended, event), Transition(ended_agent))


def conclude(agent: Agent, case: CreationCase, judged: Judged, at: datetime) -> Steps:
    """The case after the review that it waited for, judged with the review's findings."""
    same_revision = {"revision": case.revision - 1, "review": None}
    return _judged(agent, case.model_copy(update=same_revision), judged, at)


def _awaiting(
    agent: Agent, case: CreationCase, stages: tuple[StageState, ...], at: datetime
) -> Steps:
    waiting = case.model_copy(
        update={
            "revision": case.revision + 1,
            "status": "architecture_approved",
            "stages": with_stage(stages, ETHICS, status="running", finished_at=None),
            "review": begin_review(at),
        }
    )
    return _settled(agent, waiting, CreationCaseReviewNeeded)


def _judged(agent: Agent, case: CreationCase, judged: Judged, at: datetime) -> Steps:
    stages = judged_stages(judged.judgement.stages, at)
    now = agent.model_copy(update={"case_id": case.case_id, "newest": judged.spec})
    if now.deployed is None:
        now = described_by(now, judged.spec)
    if judged.awaits_review:
        return _awaiting(now, case, stages, at)
    status = judged.judgement.outcome
    for number, certification_id in judged.certification_ids.items():
        stages = with_stage(stages, number, certification_id=certification_id)
    current = case.model_copy(
        update={
            "revision": case.revision + 1,
            "status": status,
            "stages": stages,
            "certifications": judged.certifications,
            "base_hash": agent.deployed.spec_hash if agent.deployed else None,
            "reason": _reason(judged.judgement),
        }
    )
    if status == "blocked":
        reason = current.reason or "an ethical denial"
        return end_without_agent(now, current, "blocked", CreationCaseJudged, reason, at)
    if status == "returned":
        return _settled(now, current, CreationCaseJudged)
    if status == "ethics_cleared":
        now = _at_least_certified(now)
    number = ETHICS if status == "escalated" else APPROVAL
    asking = current.model_copy(update={"stages": _opened(current.stages, number, at)})
    purpose: Purpose = "ethics_escalation" if status == "escalated" else case.kind
    asking = asking.model_copy(update={"agent_status": now.status})
    needed, waiting = ask(now, asking, purpose, at)
    return (Transition(waiting, CreationCaseJudged), needed)


def _settled(agent: Agent, case: CreationCase, event: type[CreationCaseState]) -> Steps:
    settled = case.model_copy(update={"agent_status": agent.status})
    return (Transition(settled, event), Transition(agent))


def _at_least_certified(agent: Agent) -> Agent:
    status: AgentStatus = "certified" if agent.status == "draft" else agent.status
    return agent.model_copy(update={"status": status})


def _opened(stages: Any, number: int, at: datetime) -> Any:
    stage = next(stage for stage in stages if stage.number == number)
    status = "escalated" if number == ETHICS else "waiting"
    return with_stage(stages, number, status=status, started_at=stage.started_at or at)


def _reason(judgement: Judgement) -> str | None:
    causes = [finding for finding in judgement.findings if finding.verdict != "pass"]
    return "; ".join(f"{each.check}: {each.evidence}" for each in causes)[:2000] or None
