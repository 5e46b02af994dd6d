"""What the core API answers, field by field (docs/contracts.md)."""

from typing import Any, Literal

from pydantic import JsonValue
from pydantic_core import from_json

from events.approvals import (
    ApprovalStatus,
    BreakGlass,
    Capacity,
    CaseBinding,
    Grant,
    Kind,
    Match,
    Review,
    Risk,
    Rule,
    Stage,
    Subject,
    VetoReason,
    VetoWindow,
    Vote,
)
from events.precedents import (
    Condition,
    Finding,
    PrecedentStatus,
)
from functions.approvals.rules.approval import Approval
from functions.approvals.rules.precedent import Precedent
from functions.approvals.rules.rates import rate
from shared.kit.instants import Instant
from shared.kit.models import Data


class ApprovalCard(Data):
    """An approval at a glance, and how its decision came about. `version` grows with every
    change."""

    id: str
    kind: Kind
    risk: Risk
    status: ApprovalStatus
    summary: str
    subject: Subject
    requested_by: str
    requested_at: Instant
    deadline_at: Instant
    on_timeout: Literal["approve", "deny"]
    decision_hash: str
    stage: Stage | None = None
    matches: tuple[Match, ...] = ()
    veto: VetoWindow | None = None
    decided_by: str | None = None
    decided_at: Instant | None = None
    receipt_id: str | None = None
    version: int
    rule: Rule
    votes: tuple[Vote, ...] = ()
    grants: tuple[Grant, ...] = ()
    deferred_until: Instant | None = None
    capacity: Capacity | None = None
    note: str = ""
    precedent_id: str | None = None
    break_glass: BreakGlass | None = None
    review: Review | None = None
    veto_reason: VetoReason | None = None


class ApprovalDetail(ApprovalCard):
    """A card with everything a decision needs. `content` is exactly what `decision_hash` is of;
    `signature` is a compact JWS over the final decision."""

    content: JsonValue
    evidence: tuple[JsonValue, ...]
    risk_reasons: tuple[str, ...]
    rollback_plan: str
    case: CaseBinding | None = None
    signature: str | None = None


class ApprovalPage(Data):
    """Some approvals, newest first."""

    items: tuple[ApprovalDetail, ...]
    next_cursor: str | None


class PrecedentSeed(Data):
    """A precedent: what was posted, what became of it, and how well it serves. `match_rate` is of
    the approvals it was compared with, `veto_rate` of those it assented to."""

    seed_id: str
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
    match_count: int = 0
    veto_count: int = 0
    match_rate: float = 0.0
    veto_rate: float = 0.0
    version: int


class PrecedentSeedPage(Data):
    """Some precedents, newest first."""

    items: tuple[PrecedentSeed, ...]
    next_cursor: str | None


def card_of(approval: Approval) -> ApprovalCard:
    """The card of an approval."""
    return ApprovalCard.model_construct(
        id=approval.approval_id, **_shown(approval, ApprovalCard, {"id"})
    )


def detail_of(approval: Approval) -> ApprovalDetail:
    """The card of an approval with its content."""
    return ApprovalDetail.model_construct(
        id=approval.approval_id,
        content=from_json(approval.content),
        **_shown(approval, ApprovalDetail, {"id", "content"}),
    )


def seed_of(precedent: Precedent, *, matched: int, compared: int) -> PrecedentSeed:
    """A precedent with how often it assented, of how many approvals it was compared with."""
    return PrecedentSeed.model_validate(
        {
            **precedent.model_dump(),
            "seed_id": precedent.precedent_id,
            "match_count": matched,
            "match_rate": rate(matched, compared),
            "veto_rate": rate(precedent.veto_count, matched),
        }
    )


def _shown(approval: Approval, model: type[Data], but: set[str]) -> dict[str, Any]:
    return {name: getattr(approval, name) for name in model.model_fields if name not in but}
