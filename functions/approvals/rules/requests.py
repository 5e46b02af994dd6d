"""A request for approval: its limits, its deadline, what silence means, and whether a precedent
approves it at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, Field, JsonValue, StringConstraints

from events.approvals import (
    ApprovalAutoApproved,
    ApprovalRequested,
    CaseBinding,
    Kind,
    Risk,
    Rule,
    Stage,
    Subject,
    VetoWindow,
)
from functions.approvals.rules.approval import Approval, Step, Steps, transition
from functions.approvals.rules.likeness import likeness_of
from functions.approvals.rules.matching import match_all
from functions.approvals.rules.precedent import ActivePrecedent
from functions.approvals.rules.quorum import (
    DEFAULT_RULE,
    DEPUTY,
    GOVERNOR,
    can_pass_without,
    checked,
)
from functions.approvals.rules.reversals import cancel
from functions.approvals.rules.risk import assess
from functions.approvals.rules.veto import WINDOW
from shared.kit.canonical import canonical_json, hash_of
from shared.kit.errors import WHOLE_BODY, FieldError, Invalid
from shared.kit.json_limits import JsonLimit
from shared.kit.models import Model

DEADLINES: dict[Kind, timedelta] = {
    "artifact": timedelta(minutes=30),
    "communication": timedelta(minutes=60),
    "execution": timedelta(minutes=120),
    "financial": timedelta(minutes=240),
    "constitutional": timedelta(hours=24),
}
SHORTEST_DEADLINE_SECONDS = 60
LONGEST_DEADLINE_SECONDS = 30 * 24 * 3600
MOST_EVIDENCE = 50
LONGEST_SUBJECT = 200
_LONGEST = {"summary": 2_000, "rollback_plan": 10_000}


# A document has 1,048,576 bytes: what is left are the votes with their notes, the grants, a veto's
# reason and a review, all of the largest size (tests/functions/approvals/service/test_room.py).
LARGEST_REQUEST_BYTES = 600_000
CONTENT = JsonLimit(most_bytes=256 * 1024)
EVIDENCE = JsonLimit(most_bytes=64 * 1024, most_parts=5_000)
SubjectText = Annotated[str, StringConstraints(max_length=LONGEST_SUBJECT)]


class SubjectBody(Model):
    """The subject of a request; without a name, its id is shown."""

    type: SubjectText
    id: SubjectText
    name: SubjectText | None = None


class RequestBody(Model):
    """A request for approval of exactly `content`. By default any governor decides, and the
    deadline is the kind's."""

    kind: Kind
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
    """The requester and the request. `case` binds the decision to the requesting case, or is
    None."""

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
    rule: Rule = DEFAULT_RULE
    deadline_seconds: int | None = None
    stage: Stage | None = None
    case: CaseBinding | None = None
    precedents_allowed: bool = True


def request_of(body: RequestBody, approval_id: str, requested_by: str) -> Request:
    """The request of a caller, with its risk by the rules."""
    risk, reasons = assess(body.kind, body.content, body.rollback_plan)
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
        rule=body.rule or DEFAULT_RULE,
        deadline_seconds=body.deadline_seconds,
    )


def fitting_evidence(items: Sequence[Any]) -> tuple[Any, ...]:
    """As many of the first items as an approval takes."""
    fitting = tuple(items[:MOST_EVIDENCE])
    while EVIDENCE.problem(fitting) is not None:
        fitting = fitting[:-1]
    return fitting


def open_request(request: Request, precedents: Sequence[ActivePrecedent], at: datetime) -> Step:
    """The new approval: pending or, where one of its kind's active `precedents` approves it,
    auto-approved with an open veto window. Raises Invalid for a request out of bounds."""
    approval = _opened(request, at)
    if not request.precedents_allowed:
        return transition(approval, ApprovalRequested)
    matches, assenting = match_all(approval, request.content, precedents)
    considered = tuple(precedent.precedent_id for precedent in precedents)
    if assenting is None:
        return transition(approval, ApprovalRequested, matches=matches, considered=considered)
    return transition(
        approval,
        ApprovalAutoApproved,
        status="auto_approved",
        matches=matches,
        considered=considered,
        precedent_id=assenting,
        veto=VetoWindow(closes_at=at + WINDOW),
        decision="precedent",
        decided_by=assenting,
        decided_at=at,
        capacity="precedent",
    )


def open_cancelled(request: Request, by: str, at: datetime) -> Steps:
    """The request whose withdrawal arrived first: cancelled from the start."""
    return cancel(_opened(request, at), by, at)


def _opened(request: Request, at: datetime) -> Approval:
    """The approval, which leaves room for its decision in one document."""
    approval = _approval_of(request, at)
    if (size := len(approval.model_dump_json().encode())) > LARGEST_REQUEST_BYTES:
        problem = f"is stored in {size} bytes; at most {LARGEST_REQUEST_BYTES} leave room to decide"
        raise Invalid(FieldError(WHOLE_BODY, f"{problem}: shorten the content or the evidence"))
    return approval


def _approval_of(request: Request, at: datetime) -> Approval:
    _check(request)
    content = canonical_json(request.content)
    length = DEADLINES[request.kind]
    if request.deadline_seconds is not None:
        length = timedelta(seconds=request.deadline_seconds)
    silence_assents = request.kind == "artifact" and request.risk == "low"
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
        on_timeout="approve" if silence_assents else "deny",
        decision_hash=hash_of(content),
        content=content.decode(),
        risk_reasons=request.risk_reasons,
        evidence=request.evidence,
        rollback_plan=request.rollback_plan,
        rule=request.rule,
        stage=request.stage,
        case=request.case,
        precedents_allowed=request.precedents_allowed,
        likeness=_likeness(request),
        version=0,
    )


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
    seconds = request.deadline_seconds
    if seconds is not None and not SHORTEST_DEADLINE_SECONDS <= seconds <= LONGEST_DEADLINE_SECONDS:
        errors.append(FieldError("deadline_seconds", "must be from 60 to 2592000 (30 days)"))
    if errors:
        raise Invalid(*errors)
    checked(request.rule, request.requested_by)
    if request.kind == "constitutional":
        _check_constitutional(request.rule)


def _check_constitutional(rule: Rule) -> None:
    if can_pass_without(rule, GOVERNOR):
        raise Invalid(FieldError("rule", "must require a governor for a constitutional request"))
    if any(place.role == DEPUTY for place in rule.of):
        raise Invalid(FieldError("rule", "must not name the deputy for a constitutional request"))


def _json_errors(request: Request) -> list[FieldError]:
    errors = []
    if len(request.evidence) > MOST_EVIDENCE:
        errors.append(FieldError("evidence", f"must have at most {MOST_EVIDENCE} items"))
    for name, limit in {"content": CONTENT, "evidence": EVIDENCE}.items():
        if problem := limit.problem(getattr(request, name)):
            errors.append(FieldError(name, problem))
    return errors
