"""A case from its opening to its approval, or to an earlier end."""

from dataclasses import replace
from datetime import datetime

from events.agents import CaseKind, Purpose
from events.cases import (
    CaseStatus,
    CreationCaseApproved,
    CreationCaseJudged,
    CreationCaseRejected,
    CreationCaseReturned,
    CreationCaseReversalUnneeded,
    CreationCaseReviewNeeded,
    CreationCaseState,
)
from functions.agents.rules.agent import Agent, described_by
from functions.agents.rules.approval_request import ask
from functions.agents.rules.case import WAITING, CaseContents, CreationCase, Judged, Steps
from functions.agents.rules.duties import with_authors
from functions.agents.rules.judgement import Judgement
from functions.agents.rules.review import begin_review
from functions.agents.rules.stages import APPROVAL, ETHICS, judged_stages
from shared.kit.errors import VersionConflict
from shared.kit.transitions import Transition

# Each costs the governor two decisions, and an approval is reviewed within days.
MOST_REPLACED = 32
# They object to what an agent does; every other check to how its spec declares that.
ABOUT_DEEDS = frozenset({"gate_bypass_protection"})


def open_case(
    agent: Agent, *, kind: CaseKind, why: tuple[str, ...], judged: Judged, by: str, at: datetime
) -> Steps:
    """A new case of `agent` after stages 1 to 5; the case's id is that of the judged version. Its
    authors are those of the agent's current version, whose text it takes over, and then `by`.
    Raises VersionConflict for too many authors."""
    case = CreationCase(
        case_id=judged.version.case_id,
        agent_id=agent.agent_id,
        agent_name=agent.name,
        agent_status=agent.status,
        kind=kind,
        why=why,
        revision=0,
        status="specified",
        stages=(),
        version=judged.version.version,
        spec_hash=judged.version.spec_hash,
        findings_hash=judged.contents.findings.hash,
        requested_by=by,
        requested_at=at,
        authors=with_authors(agent.current.authors, judged.authors(by)),
        submitted_by=(by,),
    )
    return _judged(agent, case, judged, at)


def revise(agent: Agent, case: CreationCase, judged: Judged, by: str, at: datetime) -> Steps:
    """The case with a full new spec, judged from stage 1; `by` is one of its authors from now on.
    Raises VersionConflict for a case that takes none, or for too many authors."""
    if case.revisable_until is None:
        why = " for what the agent does, as its reason says: leave that out, and submit it anew"
        raise VersionConflict(
            f"it is {case.status}{why if case.status == 'blocked' else ''}; only a case that was"
            " returned, or blocked for how its spec declares something, takes a revision"
        )
    revised = case.but(
        authors=with_authors(case.authors, judged.authors(by)),
        submitted_by=tuple(dict.fromkeys((*case.submitted_by, by))),
        withdrawal=None,
        version=judged.version.version,
        spec_hash=judged.version.spec_hash,
        asked=None,
        approval_id=None,
        escalation=None,
        replaced=_replaced(case),
        reason=None,
        revisable_until=None,
        checks=(),
    )
    return _judged(agent, revised, judged, at)


def is_about_deeds(judgement: Judgement) -> bool:
    """Whether ethics blocks for what the agent does: another way of declaring it changes nothing,
    so the case is over. Blocked for how something is declared, it waits for a revision."""
    is_blocked = judgement.outcome == "blocked"
    return is_blocked and any(each.check in ABOUT_DEEDS for each in judgement.objections)


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
    failed = case.in_stage(number, status="failed", finished_at=at)
    returned = failed.but(status="returned", reason=note).stopped(at)
    return (Transition(returned, CreationCaseReturned),)


def clear_ethics(agent: Agent, case: CreationCase, contents: CaseContents, at: datetime) -> Steps:
    """The case after a human approved its escalation in stage 5: stage 6 opens, without
    precedents."""
    if case.status != "escalated":
        return ()
    certified = _at_least_certified(agent)
    passed = _opened(case.in_stage(ETHICS, status="passed", finished_at=at), APPROVAL, at)
    cleared = passed.but(
        status="ethics_cleared", agent_status=certified.status, escalation=case.asked
    )
    asking, waiting = ask(certified, cleared, case.kind, contents, at)
    return (Transition(waiting), asking)


def hold(case: CreationCase, at: datetime) -> Steps:
    """The approved case, held because the pipeline is paused; nothing unless it waits."""
    if case.status != "ethics_cleared":
        return ()
    passed = case.in_stage(APPROVAL, status="passed", finished_at=at)
    return (Transition(passed.but(status="approved"), CreationCaseApproved),)


def end_without_agent(
    agent: Agent,
    case: CreationCase,
    status: CaseStatus,
    event: type[CreationCaseState],
    reason: str | None,
    at: datetime,
) -> Steps:
    """The case, ended before it went live. A new agent is deprecated with it, which frees its name;
    an agent that had a version keeps its name."""
    ended_agent = agent.but(case_id=None)
    if agent.deployed is None and agent.undo is None and case.kind == "creation":
        ended_agent = ended_agent.but(status="deprecated")
    ended = case.but(
        status=status,
        reason=reason,
        review=None,
        revisable_until=None,
        ended_at=at,
        agent_status=ended_agent.status,
        stages=tuple(
            stage.but(status="failed", finished_at=at)
            if stage.status in ("waiting", "running")
            else stage
            for stage in case.stages
        ),
    )
    return (Transition(ended, event), Transition(ended_agent))


def answer_replaced(case: CreationCase, approval_id: str) -> Steps:
    """The case, which answers once that it has nothing to roll back for an approval of an earlier
    revision that was overturned; nothing for any other approval."""
    if approval_id not in case.replaced:
        return ()
    answered = case.but(replaced=tuple(id for id in case.replaced if id != approval_id))
    return (Transition(answered, CreationCaseReversalUnneeded, {"approval_id": approval_id}),)


def conclude(agent: Agent, case: CreationCase, judged: Judged, at: datetime) -> Steps:
    """The case after the review that it waited for, judged with the review's findings."""
    return _judged(agent, case.but(revision=case.revision - 1, review=None), judged, at)


def _replaced(case: CreationCase) -> tuple[str, ...]:
    earlier = (case.escalation.approval_id,) if case.escalation else ()
    return (*case.replaced, *earlier)[-MOST_REPLACED:]


def _judged(agent: Agent, case: CreationCase, judged: Judged, at: datetime) -> Steps:
    now = agent.but(case_id=case.case_id, newest=judged.version.but(**case.whose))
    if now.deployed is None:
        now = described_by(now, judged.version)
    case = case.but(
        findings_hash=judged.contents.findings.hash,
        revision=case.revision + 1,
        stages=judged_stages(judged.judgement.stages, at),
    )
    if judged.awaits_review:
        running = case.in_stage(ETHICS, status="running", finished_at=None)
        waiting = running.but(status="architecture_approved", review=begin_review(at))
        return _with_contents(_settled(now, waiting, CreationCaseReviewNeeded), judged)
    status = judged.judgement.outcome
    for number, certification_id in judged.certification_ids.items():
        case = case.in_stage(number, certification_id=certification_id)
    current = case.but(
        status=status,
        certifications=judged.certifications,
        base_hash=agent.deployed.spec_hash if agent.deployed else None,
        reason=_reason(judged.judgement),
    )
    if is_about_deeds(judged.judgement):
        ended = end_without_agent(now, current, status, CreationCaseJudged, current.reason, at)
        return _with_contents(ended, judged)
    if status in ("returned", "blocked"):
        return _with_contents(_settled(now, current.stopped(at), CreationCaseJudged), judged)
    if status == "ethics_cleared":
        now = _at_least_certified(now)
    number = ETHICS if status == "escalated" else APPROVAL
    asking = _opened(current, number, at).but(agent_status=now.status)
    purpose: Purpose = "ethics_escalation" if status == "escalated" else case.kind
    needed, waiting = ask(now, asking, purpose, judged.contents, at)
    return _with_contents((Transition(waiting, CreationCaseJudged), needed), judged)


def _with_contents(steps: Steps, judged: Judged) -> Steps:
    """The steps, the first of which names the judged contents."""
    return (replace(steps[0], contents=tuple(judged.contents)), *steps[1:])


def _settled(agent: Agent, case: CreationCase, event: type[CreationCaseState]) -> Steps:
    return (Transition(case.but(agent_status=agent.status), event), Transition(agent))


def _at_least_certified(agent: Agent) -> Agent:
    return agent.but(status="certified") if agent.status == "draft" else agent


def _opened(case: CreationCase, number: int, at: datetime) -> CreationCase:
    status = "escalated" if number == ETHICS else "waiting"
    started_at = case.stages[number - 1].started_at or at
    return case.in_stage(number, status=status, started_at=started_at)


def _reason(judgement: Judgement) -> str | None:
    causes = (f"{each.check}: {each.evidence}" for each in judgement.objections)
    return "; ".join(causes)[:2000] or None
