"""A request for approval: what callers send, its limits, and what the rules know of it."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, Field, JsonValue, StringConstraints

from events.approvals import CaseBinding, Stage, Subject
from events.artifacts import CitedArtifact
from events.dossiers import MOST_CONTENT_BYTES, MOST_EVIDENCE
from events.effects import ApprovalKind, Effect, Risk
from events.quorum import Rule
from functions.approvals.rules.quorum import refuse_unfillable, rule_errors
from functions.approvals.rules.risk import USUAL_EFFECT, assess, declaration_errors
from functions.approvals.rules.subjects import imitation_errors
from shared.kit.callers import Actor
from shared.kit.errors import FieldError, Invalid
from shared.kit.json_limits import JsonLimit
from shared.kit.models import Model
from shared.kit.roles import GOVERNOR

LONGEST_SUBJECT = 200
_LONGEST = {"summary": 2_000, "rollback_plan": 10_000}
# Whatever these bounds take leaves room in one document for every decision on it.
CONTENT = JsonLimit(most_bytes=MOST_CONTENT_BYTES)
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

    kind: ApprovalKind
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
    `by_governor` says that a governor sent it over the API; `token` is the run's capability token
    that its approval adds the assent to; `needs_answer` says that the content has a question, which
    whoever approves answers; `files` are those that the evidence names."""

    approval_id: str
    kind: ApprovalKind
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
    token: str | None = None
    needs_answer: bool = False
    files: tuple[CitedArtifact, ...] = ()


def request_of(
    body: RequestBody,
    approval_id: str,
    by: Actor,
    first_sent_by: str | None = None,
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
        requested_by=by.principal,
        authors=tuple(dict.fromkeys((by.principal, first_sent_by or by.principal))),
        by_governor=GOVERNOR in by.roles,
        effect=effect,
        amount_usd_micros=amount,
        added_rule=body.rule,
        deadline_seconds=body.deadline_seconds,
    )


def refuse_out_of_bounds(request: Request) -> None:
    """Raises Invalid, naming each field, for a request that is empty where it must not be or too
    large, and for an added rule that nobody can meet."""
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
