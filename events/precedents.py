"""What `approvals` publishes of precedents: rules that may assent in advance."""

from typing import Literal

from pydantic import JsonValue

from events.approvals import Kind, Risk
from events.registry import EventData, event
from shared.kit.instants import Instant
from shared.kit.models import Data

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


class Condition(Data):
    """A comparison over `{content: …}`; `field` is a dotted path."""

    field: str
    op: str
    value: JsonValue = None


class Finding(Data):
    """One verdict of Genesis' review of a precedent."""

    check: str
    verdict: Literal["pass", "fail"]
    evidence: str


class PrecedentState(EventData):
    """A precedent as it is after the event. `reference` is its domain's prefix and the end of its
    id; `author` is a principal, or `approvals` for a draft; `version` is the sequence."""

    precedent_id: str
    reference: str
    title: str
    domain: Literal["GEN", "ETH", "ARCH", "GOV"]
    kind: Kind
    max_risk: Risk
    conditions: tuple[Condition, ...]
    rationale: str
    example_approval_id: str | None = None
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


@event("assent.precedent.drafted.v1")
class PrecedentDrafted(PrecedentState):
    """Three like approvals in a row wrote it; a human may activate it."""


@event("assent.precedent.reviewed.v1")
class PrecedentReviewed(PrecedentState):
    """Posted and judged: `approved` or `rejected`, with the findings."""


@event("assent.precedent.activated.v1")
class PrecedentActivated(PrecedentState):
    """It may assent from now on, for the first time or after a suspension."""


@event("assent.precedent.suspended.v1")
class PrecedentSuspended(PrecedentState):
    """It assents to nothing until it is activated again."""


@event("assent.precedent.superseded.v1")
class PrecedentSuperseded(PrecedentState):
    """A newer one of the same title took its place."""


@event("assent.precedent.vetoed.v1")
class PrecedentVetoed(PrecedentState):
    """One of its assents was vetoed; `veto_count` counts it."""


@event("assent.precedent.deprecated.v1")
class PrecedentDeprecated(PrecedentState):
    """The third veto of its assents ended it."""
