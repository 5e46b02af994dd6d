"""What the core API accepts: shapes only; what they mean is for the rules to judge."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, JsonValue, ValidationError

from events.approvals import (
    Kind,
    Place,
    Risk,
    Rule,
    Subject,
    VetoReason,
)
from events.precedents import Condition
from functions.approvals.rules.commands import (
    DecisionCommand,
    DecisionVerb,
    Grounds,
    ReviewCommand,
    VetoCommand,
)
from functions.approvals.rules.posting import Posted
from functions.approvals.rules.quorum import DEFAULT_RULE
from functions.approvals.rules.requests import Request
from functions.approvals.rules.risk import assess
from shared.kit.instants import Instant
from shared.kit.models import Data, Model


class SubjectBody(Model):
    """What the request is about; without a name, its id is shown."""

    type: str
    id: str
    name: str | None = None


class PlaceBody(Model):
    """Who may fill one place: whoever holds a role, or one principal."""

    role: str | None = None
    principal: str | None = None


class RuleBody(Model):
    """How many of the places must be filled, by distinct people; `m` belongs to `m_of_n`."""

    kind: Literal["any", "all", "m_of_n"]
    m: Annotated[int, Field(strict=True)] | None = None
    of: list[PlaceBody]


class RequestBody(Model):
    """A request for assent to exactly `content`. The rule is any governor where none is given;
    the deadline is the kind's."""

    kind: Kind
    subject: SubjectBody
    summary: str
    content: dict[str, JsonValue]
    evidence: list[JsonValue]
    rollback_plan: str
    rule: RuleBody | None = None
    deadline_seconds: Annotated[int, Field(strict=True)] | None = None


class DecisionBody(Model):
    """A decision about the content with that hash. `until` belongs to defer, `to` to delegate,
    `grounds` to break_glass; request_changes needs a note."""

    decision: DecisionVerb
    decision_hash: str
    client_decision_id: UUID
    note: str | None = None
    until: Instant | None = None
    to: str | None = None
    grounds: Grounds | None = None


class ApprovalVetoBody(Model):
    """Rejects what is pending, reverses what a precedent assented to."""

    approval_id: str
    decision_hash: str
    client_decision_id: UUID
    reason_category: Literal["constitutional", "safety", "budget", "other"]
    explanation: str
    attachments: list[str] | None = None


class ReviewBody(Model):
    """The verdict on a broken glass or a deputy's decision."""

    verdict: Literal["upheld", "overturned"]
    note: str


class ConditionBody(Model):
    """A comparison over `{content: …}`; `field` is a dotted path."""

    field: str
    op: Literal[
        "eq", "ne", "in", "not_in", "lt", "le", "gt", "ge", "contains", "subset_of", "exists"
    ]
    value: JsonValue = None


class PrecedentBody(Model):
    """A precedent to be judged."""

    title: str
    domain: Literal["GEN", "ETH", "ARCH", "GOV"]
    kind: Kind
    max_risk: Risk
    conditions: list[ConditionBody]
    rationale: str
    example_approval_id: str | None = None


class _Named(Data):
    approval_id: str


def request_of(body: RequestBody, approval_id: str, requested_by: str) -> Request:
    """The request, with its risk as the rules see it."""
    risk, reasons = assess(body.kind, body.content, body.rollback_plan)
    return Request(
        approval_id=approval_id,
        kind=body.kind,
        subject=Subject(
            type=body.subject.type,
            id=body.subject.id,
            name=body.subject.id if body.subject.name is None else body.subject.name,
        ),
        summary=body.summary,
        content=dict(body.content),
        evidence=tuple(body.evidence),
        rollback_plan=body.rollback_plan,
        risk=risk,
        risk_reasons=reasons,
        requested_by=requested_by,
        rule=_rule_of(body.rule) if body.rule else DEFAULT_RULE,
        deadline_seconds=body.deadline_seconds,
    )


def decision_of(body: DecisionBody) -> DecisionCommand:
    """The decision as the rules read it."""
    return DecisionCommand(
        decision=body.decision,
        decision_hash=body.decision_hash,
        note=body.note or "",
        until=body.until,
        to=body.to,
        grounds=body.grounds,
    )


def veto_of(body: ApprovalVetoBody) -> VetoCommand:
    """The veto as the rules read it."""
    reason = VetoReason(
        category=body.reason_category,
        explanation=body.explanation,
        attachments=tuple(body.attachments or ()),
    )
    return VetoCommand(body.decision_hash, reason)


def approval_named(raw: bytes) -> str | None:
    """The approval a body is about, whatever else is wrong with it: it decides who may be told."""
    try:
        return _Named.model_validate_json(raw).approval_id
    except ValidationError:
        return None


def review_of(body: ReviewBody) -> ReviewCommand:
    """The review as the rules read it."""
    return ReviewCommand(body.verdict, body.note)


def posted_of(body: PrecedentBody) -> Posted:
    """The precedent as the rules read it."""
    return Posted(
        title=body.title,
        domain=body.domain,
        kind=body.kind,
        max_risk=body.max_risk,
        conditions=tuple(
            Condition(field=each.field, op=each.op, value=each.value) for each in body.conditions
        ),
        rationale=body.rationale,
        example_approval_id=body.example_approval_id,
    )


def _rule_of(body: RuleBody) -> Rule:
    places = tuple(Place(role=place.role, principal=place.principal) for place in body.of)
    return Rule(kind=body.kind, m=body.m, of=places)
