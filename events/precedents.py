"""What `approvals` publishes about precedents: rules that may approve in advance."""

from typing import Literal

from pydantic import JsonValue

from events.approvals import Kind, Risk
from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import Data, EventData, Model

TOPIC = "approvals"

PrecedentStatus = Literal[
    "draft",
    "pending_review",
    "approved",
    "rejected",
    "active",
    "suspended",
    "superseded",
    "deprecated",
    "archived",
]


class Condition(Model):
    """A comparison over `{content: …}`; `field` is a dotted path."""

    field: str
    op: Literal[
        "eq", "ne", "in", "not_in", "lt", "le", "gt", "ge", "contains", "subset_of", "exists"
    ]
    value: JsonValue = None


class Finding(Data):
    """One verdict of Genesis' review of a precedent."""

    check: str
    verdict: Literal["pass", "fail"]
    evidence: str


class PrecedentBody(Model):
    """A precedent as somebody writes it."""

    title: str
    domain: Literal["GEN", "ETH", "ARCH", "GOV"]
    kind: Kind
    max_risk: Risk
    conditions: tuple[Condition, ...]
    rationale: str
    example_approval_id: str | None = None


class PrecedentRecord(PrecedentBody, Data):
    """A precedent and its history. `reference` is its domain's prefix and the end of its id;
    `author` is a principal, or `approvals` for a draft; `version` is the sequence of the latest
    event."""

    reference: str
    status: PrecedentStatus
    findings: tuple[Finding, ...] = ()
    author: str
    created_at: Instant
    activated_by: str | None = None
    activated_at: Instant | None = None
    ended_at: Instant | None = None
    superseded_by: str | None = None
    drafted_from: tuple[str, ...] = ()
    veto_count: int = 0
    version: int


class PrecedentSeed(PrecedentRecord):
    """What the API shows of a precedent. `match_rate` is its share of the approvals that it was
    compared with, `veto_rate` the vetoed share of those that it approved; both from 0 to 1."""

    seed_id: str
    match_count: int = 0
    match_rate: float = 0.0
    veto_rate: float = 0.0


class PrecedentState(PrecedentRecord, EventData):
    """A precedent after the event."""

    precedent_id: str


@event("assent.precedent.drafted.v1")
class PrecedentDrafted(PrecedentState):
    """Three similar approvals in a row led to this draft; a human may activate it."""


@event("assent.precedent.reviewed.v1")
class PrecedentReviewed(PrecedentState):
    """A posted precedent was judged: `approved` or `rejected`, with the findings."""


@event("assent.precedent.activated.v1")
class PrecedentActivated(PrecedentState):
    """The precedent may approve from now on, for the first time or after a suspension."""


@event("assent.precedent.suspended.v1")
class PrecedentSuspended(PrecedentState):
    """The precedent approves nothing until it is activated again."""


@event("assent.precedent.superseded.v1")
class PrecedentSuperseded(PrecedentState):
    """A newer precedent of the same title replaced it."""


@event("assent.precedent.vetoed.v1")
class PrecedentVetoed(PrecedentState):
    """One of its approvals was vetoed; `veto_count` includes it."""


@event("assent.precedent.deprecated.v1")
class PrecedentDeprecated(PrecedentState):
    """The third veto of its approvals retired the precedent."""
