"""A request for approval: its limits, its deadline, what silence means, and whether a precedent
approves it at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field, JsonValue, StringConstraints

from events.approvals import (
    ApprovalAutoApproved,
    ApprovalRequested,
    CaseBinding,
    Effect,
    Kind,
    Match,
    Risk,
    Stage,
    Subject,
    VetoWindow,
)
from events.dossiers import Assessment
from events.quorum import Rule
from functions.approvals.rules.approval import Approval, Step, Steps, transition
from functions.approvals.rules.gist import gist_of
from functions.approvals.rules.likeness import likeness_of
from functions.approvals.rules.matching import limits, match_all
from functions.approvals.rules.policy import (
    BUILT_IN,
    ApprovalPolicy,
    Terms,
    deadline_of,
    terms_for,
)
from functions.approvals.rules.precedent import ActivePrecedent
from functions.approvals.rules.quorum import refuse_unfillable, rule_errors
from functions.approvals.rules.reversals import cancel
from functions.approvals.rules.risk import USUAL_EFFECT, assess, declaration_errors
from functions.approvals.rules.subjects import imitation_errors
from functions.approvals.rules.veto import WINDOW
from shared.kit.canonical import content_hash
from shared.kit.contents import Content
from shared.kit.errors import FieldError, Invalid
from shared.kit.json_limits import JsonLimit
from shared.kit.models import Model

MOST_EVIDENCE = 50
LONGEST_SUBJECT = 200
_LONGEST = {"summary": 2_000, "rollback_plan": 10_000}
# Whatever these bounds take leaves room in one document for every decision on it.
CONTENT = JsonLimit(most_bytes=256 * 1024)
EVIDENCE = JsonLimit(most_bytes=64 * 1024, most_parts=5_000)
SubjectText = Annotated[str, StringConstraints(max_length=LONGEST_SUBJECT)]


class SubjectBody(Model):
    """The subject of a request; without a name, its id is shown."""

    type: SubjectText
    id: SubjectText
    name: SubjectText | None = None


class RequestBody(Model):
    """A request for approval of exactly `content`. The tenant's approval policy says who decides
    and by when; `rule` asks more people, `deadline_seconds` another deadline, as far as the policy
    allows. `effect` is the gravest thing that the request does; a financial one says how much."""

    kind: Kind
    effect: Effect | None = None
    amount_usd_micros: Annotated[int, Field(strict=True)] | None = None
    subject: SubjectBody
    summary: Annotated[str, StringConstraints(max_length=_LONGEST["summary"])]
    content: Annotated[dict[str, JsonValue], AfterValidator(CONTENT)]
    evidence: Annotated[
        tuple[JsonValue, ...], Field(max_length=MOST_EVIDENCE), AfterValidator(EVIDENCE)
    ]
    rollback_plan: Annotated[str, StringConstraints(max_length=_LONGEST["rollback_plan"])]
    rule: Rule | None = None
    deadline_seconds: Annotated[int, Field(strict=True)] | None = None


@dataclass(frozen=True)
class Request:
    """The requester and the request. `authors` are all whose text is in the content; `added_rule`
    are more people that the requester wants to be asked; `case` binds the decision to the
    requesting case, or is None; `proposal` is the version of the policy that would be replaced;
    `by_governor` says that a governor sent it over the API."""

    approval_id: str
    kind: Kind
    subject: Subject
    summary: str
    content: dict[str, Any]
    evidence: tuple[Any, ...]
    rollback_plan: str
    risk: Risk
    risk_reasons: tuple[str, ...]
    requested_by: str
    authors: tuple[str, ...]
    effect: Effect | None = None
    amount_usd_micros: int | None = None
    added_rule: Rule | None = None
    deadline_seconds: int | None = None
    stage: Stage | None = None
    case: CaseBinding | None = None
    precedents_allowed: bool = True
    proposal: int | None = None
    by_governor: bool = False


def request_of(
    body: RequestBody,
    approval_id: str,
    requested_by: str,
    first_sent_by: str | None = None,
    *,
    by_governor: bool = False,
) -> Request:
    """The request of a caller, with its risk by the rules; who sent exactly this content first is
    one of its authors. Raises Invalid where its effect or its amount does not fit its kind, or its
    subject imitates one of Assent's own."""
    errors = declaration_errors(body.kind, body.effect, body.amount_usd_micros)
    if errors := [*errors, *imitation_errors(body.subject.type)]:
        raise Invalid(*errors)
    effect = body.effect or USUAL_EFFECT[body.kind]
    amount = body.amount_usd_micros
    risk, reasons = assess(body.kind, effect, amount, body.content, body.rollback_plan)
    subject = body.subject
    name = subject.id if subject.name is None else subject.name
    return Request(
        approval_id=approval_id,
        kind=body.kind,
        subject=Subject(type=subject.type, id=subject.id, name=name),
        summary=body.summary,
        content=dict(body.content),
        evidence=body.evidence,
        rollback_plan=body.rollback_plan,
        risk=risk,
        risk_reasons=reasons,
        requested_by=requested_by,
        authors=tuple(dict.fromkeys((requested_by, first_sent_by or requested_by))),
        by_governor=by_governor,
        effect=effect,
        amount_usd_micros=amount,
        added_rule=body.rule,
        deadline_seconds=body.deadline_seconds,
    )


def fitting_evidence(items: Sequence[Any]) -> tuple[Any, ...]:
    """As many of the first items as an approval takes."""
    fitting = tuple(items[:MOST_EVIDENCE])
    while EVIDENCE.problem(fitting) is not None:
        fitting = fitting[:-1]
    return fitting


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
        approval = approval.model_copy(update={"on_timeout": "deny"})
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
    state = step.state.model_copy(update=named)
    return replace(step, state=state, contents=tuple(contents))


def _opened(request: Request, at: datetime, policy: ApprovalPolicy) -> Approval:
    _check(request)
    terms = _terms(request, policy)
    added = None if request.added_rule == terms.rule else request.added_rule
    length = deadline_of(terms, request.deadline_seconds)
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
        on_timeout="approve" if terms.silence_approves and added is None else "deny",
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
        barred=limits(request.content, request.rollback_plan, terms.rule, added),
        likeness=_likeness(request),
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


def _check(request: Request) -> None:
    errors = [
        FieldError(name, f"must have at most {longest} characters")
        for name, longest in _LONGEST.items()
        if len(getattr(request, name)) > longest
    ]
    if not request.summary.strip():
        errors.append(FieldError("summary", "must say what is requested"))
    errors += [
        FieldError(f"subject.{name}", f"must have 1 to {LONGEST_SUBJECT} characters")
        for name, text in request.subject.model_dump().items()
        if not 1 <= len(text.strip()) <= len(text) <= LONGEST_SUBJECT
    ]
    errors += _json_errors(request)
    if request.added_rule is not None:
        errors += rule_errors(request.added_rule)
    if errors:
        raise Invalid(*errors)
    if request.added_rule is not None:
        refuse_unfillable(request.added_rule, request.authors, "name somebody else")


def _json_errors(request: Request) -> list[FieldError]:
    errors = []
    if len(request.evidence) > MOST_EVIDENCE:
        errors.append(FieldError("evidence", f"must have at most {MOST_EVIDENCE} items"))
    for name, limit in {"content": CONTENT, "evidence": EVIDENCE}.items():
        if problem := limit.problem(getattr(request, name)):
            errors.append(FieldError(name, problem))
    return errors
