"""What `approvals` publishes about precedents: rules that may approve in advance."""

from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, Field, JsonValue, StringConstraints

from events.effects import ApprovalKind, Risk
from events.registry import event
from shared.kit.ids import Id
from shared.kit.instants import Instant
from shared.kit.json_limits import JsonLimit
from shared.kit.models import Data, EventData, Model, part_of
from shared.kit.personal import Personal
from shared.kit.workspaces import InWorkspace

TOPIC = "approvals"
MOST_CONDITIONS = 16
# One condition's value, and the values of all conditions of a precedent together.
VALUE = JsonLimit(most_bytes=4_096)
VALUES = JsonLimit(most_bytes=16_384, most_parts=500)

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

    field: Annotated[str, StringConstraints(max_length=200)]
    op: Literal[
        "eq", "ne", "in", "not_in", "lt", "le", "gt", "ge", "contains", "subset_of", "exists"
    ]
    value: Annotated[JsonValue, AfterValidator(VALUE)] = None


def _bounded(conditions: "tuple[Condition, ...]") -> "tuple[Condition, ...]":
    VALUES([condition.value for condition in conditions])
    return conditions


Conditions = Annotated[
    tuple[Condition, ...], Field(max_length=MOST_CONDITIONS), AfterValidator(_bounded)
]


class Finding(Data):
    """One verdict of Genesis' review of a precedent."""

    check: str
    verdict: Literal["pass", "fail"]
    evidence: str


class PrecedentBody(Model):
    """A precedent as somebody writes it."""

    title: Annotated[str, StringConstraints(max_length=200)]
    domain: Literal["GEN", "ETH", "ARCH", "GOV"]
    kind: ApprovalKind
    max_risk: Risk
    conditions: Conditions
    rationale: Annotated[str, StringConstraints(max_length=4_000)]
    example_approval_id: Id | None = None


class Probation(Data):
    """What holds of a precedent that was learned from a pattern, until a governor establishes it.
    It approves nothing after `ends_at`, which its activation sets, and nothing that reaches further
    than `reach`. One in `audits_one_in` of the requests that it would approve goes to a person, who
    is not told so: `audited` were decided since its activation, `agreed` of them with a yes. The
    first no, and the first veto, suspend it."""

    ends_at: Instant | None = None
    reach: Literal["agent", "workspace"] = "workspace"
    audits_one_in: int = 5
    audited: int = 0
    agreed: int = 0


class PrecedentRecord(PrecedentBody, Data):
    """A precedent and its history. `reference` is its domain's prefix and the end of its id;
    `author` is a principal, or `approvals` for a draft; `version` is the sequence of the latest
    event. `workspace_id` is there for one of a workspace, which approves requests there only.
    `recall_id` is the recall of an agent that suspended it last. One that was drafted from a
    pattern has its `pattern_id`, the `waited_seconds` of a usual request that it covers, and is on
    `probation` until a governor establishes it."""

    # Without the bound of what is sent: sealed it is longer.
    rationale: Annotated[str, Personal(of="author")]
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
    recall_id: str | None = None
    pattern_id: str | None = None
    waited_seconds: int | None = None
    probation: Probation | None = None
    version: int
    workspace_id: InWorkspace = None


class PrecedentSeed(PrecedentRecord):
    """What the API shows of a precedent. `match_rate` is its share of the approvals that it was
    compared with, `veto_rate` the vetoed share of those that it approved; `false_positive_rate` the
    share of what it approved, or would have approved where a person was asked instead, that people
    refused; all from 0 to 1. `expected_saved_seconds` is what its pattern has one expect that it
    saved, `match_count` times `waited_seconds`; null for one that no pattern led to."""

    seed_id: str
    match_count: int = 0
    match_rate: float = 0.0
    veto_rate: float = 0.0
    false_positive_rate: float = 0.0
    expected_saved_seconds: int | None = None


class PrecedentState(PrecedentRecord, EventData):
    """A precedent after the event."""

    precedent_id: str


def seed_of(state: PrecedentState) -> PrecedentSeed:
    """The fields from the precedent's own events."""
    return part_of(PrecedentSeed, state, seed_id=state.precedent_id)


def with_matches(seed: PrecedentSeed, *, matched: int, compared: int) -> PrecedentSeed:
    """The precedent with the number of its approvals and of its comparisons."""
    audited, agreed = (seed.probation.audited, seed.probation.agreed) if seed.probation else (0, 0)
    shares = rates(
        compared=compared,
        matched=matched,
        vetoed=seed.veto_count,
        audited=audited,
        disagreed=audited - agreed,
    )
    waited = seed.waited_seconds
    return seed.but(
        match_count=matched,
        expected_saved_seconds=None if waited is None else waited * matched,
        **shares._asdict(),
    )


class Rates(NamedTuple):
    """The shares of a precedent, from 0.0 to 1.0, as `PrecedentSeed` says of what each is."""

    match_rate: float
    veto_rate: float
    false_positive_rate: float


def rates(*, compared: int, matched: int, vetoed: int, audited: int, disagreed: int) -> Rates:
    """The shares of a precedent that was compared with so many approvals and approved `matched`, of
    which people vetoed some; of so many more, people who were asked instead disagreed with some."""
    return Rates(
        match_rate=rate(matched, compared),
        veto_rate=rate(vetoed, matched),
        false_positive_rate=rate(vetoed + disagreed, matched + audited),
    )


def rate(part: int, whole: int) -> float:
    """The share `part` / `whole`, from 0.0 to 1.0, to four places; 0.0 where `whole` is 0."""
    return round(min(part / whole, 1.0), 4) if whole > 0 else 0.0


@event("assent.precedent.drafted.v1")
class PrecedentDrafted(PrecedentState):
    """Similar approvals in a row, or a pattern, led to this draft; a human may activate it."""


@event("assent.precedent.reviewed.v1")
class PrecedentReviewed(PrecedentState):
    """A posted precedent was judged: `approved` or `rejected`, with the findings."""


@event("assent.precedent.activated.v1")
class PrecedentActivated(PrecedentState):
    """The precedent may approve from now on, for the first time or after a suspension."""


@event("assent.precedent.audited.v1")
class PrecedentAudited(PrecedentState):
    """A person, who did not know of it, approved what it would have approved. Where they refuse,
    the precedent is suspended instead."""

    approval_id: str


@event("assent.precedent.established.v1")
class PrecedentEstablished(PrecedentState):
    """A governor ended its probation: it approves like any other precedent."""


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
