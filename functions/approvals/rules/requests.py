"""A request for approval: what callers send, its limits, and what the rules know of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, Field, JsonValue, StringConstraints

from events.agents import AgentApprovalNeeded
from events.approvals import CaseBinding, Stage, Subject
from events.artifacts import CitedArtifact
from events.budgets import BudgetApprovalNeeded
from events.direct_calls import DirectCallApprovalNeeded
from events.dossiers import MOST_CONTENT_BYTES, MOST_EVIDENCE, Assessment
from events.effects import Effect, Kind, Risk
from events.policies import PolicyApprovalNeeded
from events.quorum import Rule
from events.runs import RunApprovalNeeded
from events.subscriptions import SubscriptionApprovalNeeded
from functions.approvals.rules.quorum import refuse_unfillable, rule_errors
from functions.approvals.rules.risk import USUAL_EFFECT, assess, declaration_errors
from functions.approvals.rules.subjects import (
    agent_subject,
    budget_subject,
    direct_call_subject,
    imitation_errors,
    policy_subject,
    run_subject,
    subscription_subject,
)
from shared.kit.callers import Actor
from shared.kit.contents import Contents
from shared.kit.errors import FieldError, Invalid
from shared.kit.json_limits import JsonLimit
from shared.kit.models import Model, part_of
from shared.kit.roles import GOVERNOR

# What functions ask with.
Asked = (
    AgentApprovalNeeded
    | BudgetApprovalNeeded
    | DirectCallApprovalNeeded
    | PolicyApprovalNeeded
    | RunApprovalNeeded
    | SubscriptionApprovalNeeded
)
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
    `by_governor` says that a governor sent it over the API; `token` is the run's capability token
    that its approval adds the assent to; `needs_answer` says that the content has a question, which
    whoever approves answers; `files` are those that the evidence names."""

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


def request_of_case(asked: AgentApprovalNeeded, approval_id: str, contents: Contents) -> Request:
    """The request of a creation case, with as much of its evidence as an approval takes. Raises
    ContentErased, ContentInvalid where what is to be approved cannot be read."""
    subject = agent_subject(asked.agent_id, asked.name)
    return _request(
        asked,
        approval_id,
        subject,
        contents,
        stage=part_of(Stage, asked.stage),
        case=CaseBinding(case_id=asked.case_id, revision=asked.revision, purpose=asked.purpose),
        precedents_allowed=asked.precedents_allowed,
    )


def request_of_policy(asked: PolicyApprovalNeeded, approval_id: str, contents: Contents) -> Request:
    """The request to publish a policy, which only people decide. Raises ContentErased,
    ContentInvalid where what is to be approved cannot be read."""
    subject = policy_subject(asked.policy_id, asked.name)
    return _request(
        asked,
        approval_id,
        subject,
        contents,
        effect="decide",
        precedents_allowed=False,
    )


def request_of_run(asked: RunApprovalNeeded, approval_id: str, contents: Contents) -> Request:
    """The request of a run for assent to its plan, or to the calls of a step, which only people
    decide. Raises ContentErased, ContentInvalid where what is to be approved cannot be read."""
    subject = run_subject(asked.run_id, asked.capsule)
    return _request(
        asked,
        approval_id,
        subject,
        contents,
        effect=asked.effect,
        amount_usd_micros=asked.amount_usd_micros,
        precedents_allowed=False,
        token=asked.token,
        needs_answer=asked.needs_answer,
    )


def request_of_direct_call(
    asked: DirectCallApprovalNeeded, approval_id: str, contents: Contents
) -> Request:
    """The request of an agent elsewhere for assent to exactly one call, which only people decide.
    Raises ContentErased, ContentInvalid where what is to be approved cannot be read."""
    return _request(
        asked,
        approval_id,
        direct_call_subject(asked.direct_call_id, asked.operation),
        contents,
        effect=asked.effect,
        precedents_allowed=False,
        needs_answer=asked.needs_answer,
    )


def request_of_budget(asked: BudgetApprovalNeeded, approval_id: str, contents: Contents) -> Request:
    """The request to raise a budget for its period, which only people decide. Raises ContentErased,
    ContentInvalid where what is to be approved cannot be read."""
    return _request(
        asked,
        approval_id,
        budget_subject(asked.scope, asked.period),
        contents,
        effect=asked.effect,
        amount_usd_micros=asked.amount_usd_micros,
        precedents_allowed=False,
    )


def request_of_subscription(
    asked: SubscriptionApprovalNeeded, approval_id: str, contents: Contents
) -> Request:
    """The request to change the subscription, by which governing features would be lost; only
    people decide. Raises ContentErased, ContentInvalid where what is to be approved cannot be
    read."""
    return _request(
        asked,
        approval_id,
        subscription_subject(asked.tenant_id),
        contents,
        effect=asked.effect,
        precedents_allowed=False,
    )


def _request(
    asked: Asked, approval_id: str, subject: Subject, contents: Contents, **own: Any
) -> Request:
    """What all requests of functions say alike, with what is their `own`."""
    assessment = Assessment.model_validate(contents.value(asked.assessment_hash))
    return Request(
        approval_id=approval_id,
        kind=asked.kind,
        subject=subject,
        summary=asked.summary,
        content=contents.value(asked.content_hash),
        evidence=_fitting(contents.value(asked.evidence_hash)),
        rollback_plan=assessment.rollback_plan,
        risk=asked.risk,
        risk_reasons=assessment.risk_reasons,
        requested_by=asked.requested_by,
        authors=asked.authors,
        **own,
    )


def _fitting(items: Sequence[Any]) -> tuple[Any, ...]:
    fitting = tuple(items[:MOST_EVIDENCE])
    while EVIDENCE.problem(fitting) is not None:
        fitting = fitting[:-1]
    return fitting


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
