"""Opens the approval of a request: its deadline, what silence means, and whether a precedent
approves it at once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from events.approvals import ApprovalAutoApproved, ApprovalRequested
from events.dossiers import Assessment, Match
from events.vetoes import VetoWindow
from functions.approvals.rules.approval import Approval, Step, Steps, transition
from functions.approvals.rules.gist import gist_of
from functions.approvals.rules.likeness import likeness_of
from functions.approvals.rules.matches import limits, match_all
from functions.approvals.rules.policy import (
    BUILT_IN,
    ApprovalPolicy,
    Terms,
    deadline_of,
    passkey_for,
    terms_for,
)
from functions.approvals.rules.precedent import ActivePrecedent
from functions.approvals.rules.quorum import refuse_unfillable
from functions.approvals.rules.reading_pace import least_read_ms
from functions.approvals.rules.requests import Request, refuse_out_of_bounds
from functions.approvals.rules.reversals import cancel
from functions.approvals.rules.risk import why_irreversible
from functions.approvals.rules.veto import WINDOW
from shared.kit.canonical import content_hash
from shared.kit.contents import Content


def open_request(
    request: Request,
    precedents: Sequence[ActivePrecedent],
    at: datetime,
    policy: ApprovalPolicy = BUILT_IN,
    refused: tuple[str, ...] = (),
) -> Step:
    """The new approval under the tenant's `policy`: pending or, where one of its kind's active
    `precedents` approves it, auto-approved with an open veto window. What was `refused` before is
    approved neither by a precedent nor by silence, as matches and reasons then say. Raises Invalid
    for a request out of bounds."""
    approval = _opened(request, at, policy)
    if refused and approval.on_timeout == "approve":
        approval = approval.but(on_timeout="deny", meant_yes=False)
        reasons = [f"silence denies here; it approves only where {each}" for each in refused]
        request = replace(request, risk_reasons=(*request.risk_reasons, *reasons))
    if not request.precedents_allowed:
        return _with_contents(transition(approval, ApprovalRequested), request)
    matches, assenting = match_all(approval, request.content, precedents, refused)
    considered = tuple(precedent.precedent_id for precedent in precedents)
    if assenting is None:
        step = transition(approval, ApprovalRequested, considered=considered)
        return _with_contents(step, request, matches)
    step = transition(
        approval,
        ApprovalAutoApproved,
        status="auto_approved",
        considered=considered,
        precedent_id=assenting,
        veto=VetoWindow(closes_at=at + WINDOW),
        decision="precedent",
        decided_by=assenting,
        decided_at=at,
        capacity="precedent",
    )
    return _with_contents(step, request, matches)


def open_cancelled(request: Request, by: str, at: datetime) -> Steps:
    """The request whose withdrawal arrived first: cancelled from the start."""
    cancelled = cancel(_opened(request, at, BUILT_IN), by, at)
    return tuple(_with_contents(step, request) for step in cancelled)


def _with_contents(step: Step, request: Request, matches: tuple[Match, ...] = ()) -> Step:
    """The approval's first step with the contents that the approval names from now on."""
    assessment = Assessment(
        risk_reasons=request.risk_reasons, rollback_plan=request.rollback_plan
    ).model_dump()
    contents = [Content.of(each) for each in (request.content, request.evidence, assessment)]
    named = {"evidence_hash": contents[1].hash, "assessment_hash": contents[2].hash}
    if matches:
        contents.append(Content.of([match.model_dump() for match in matches]))
        named["matches_hash"] = contents[3].hash
    state = step.state.but(**named)
    return replace(step, state=state, contents=tuple(contents))


def _opened(request: Request, at: datetime, policy: ApprovalPolicy) -> Approval:
    refuse_out_of_bounds(request)
    terms = _terms(request, policy)
    added = None if request.added_rule == terms.rule else request.added_rule
    length = deadline_of(terms, request.deadline_seconds)
    asked = passkey_for(
        policy,
        request.risk,
        is_irreversible=bool(why_irreversible(request.content, request.rollback_plan)),
    )
    # Where a person must sign, or answer, nothing else says yes.
    meant_yes = terms.silence_approves and added is None and asked != "assent"
    meant_yes = meant_yes and not request.needs_answer
    return Approval(
        approval_id=request.approval_id,
        kind=request.kind,
        risk=request.risk,
        status="pending",
        summary=request.summary,
        subject=request.subject,
        requested_by=request.requested_by,
        requested_at=at,
        deadline_at=at + length,
        on_timeout="approve" if meant_yes else "deny",
        meant_yes=meant_yes,
        decision_hash=content_hash(request.content),
        evidence_hash="",
        assessment_hash="",
        authors=request.authors,
        effect=request.effect,
        amount_usd_micros=request.amount_usd_micros,
        rule=terms.rule,
        added_rule=added,
        had_default_time=length >= terms.deadline,
        by_governor=request.by_governor,
        governed_at=at if request.by_governor else None,
        gist=gist_of(request.content, is_case=request.case is not None),
        proposal=request.proposal,
        stage=request.stage,
        case=request.case,
        precedents_allowed=request.precedents_allowed,
        passkey_for=asked,
        barred=limits(request.content, request.rollback_plan, terms.rule, added, passkey_for=asked),
        likeness=_likeness(request),
        token=request.token,
        needs_answer=request.needs_answer,
        least_read_ms=least_read_ms(policy.words_per_minute, request.summary, request.content),
        evidence_files=request.files,
        version=0,
    )


def _terms(request: Request, policy: ApprovalPolicy) -> Terms:
    # No policy says how the policy changes: any governor whose text is not in it decides.
    if request.proposal is not None:
        policy = BUILT_IN
    terms = terms_for(
        policy,
        kind=request.kind,
        risk=request.risk,
        amount=request.amount_usd_micros,
        requested_by=request.requested_by,
    )
    # A case is not refused: its request waits, and a governor may return it.
    if request.case is None:
        remedy = "let somebody else request it, or propose another approval policy"
        refuse_unfillable(terms.rule, request.authors, remedy)
    return terms


def _likeness(request: Request) -> str:
    purpose = request.case.purpose if request.case else ""
    return likeness_of(request.content, request.kind, request.subject.type, request.risk, purpose)
