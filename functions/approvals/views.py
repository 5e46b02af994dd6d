"""The answers of the API, field by field (docs/contracts.md)."""

from typing import Self

from pydantic import JsonValue
from pydantic_core import from_json

from events.approvals import ApprovalRecord, CaseBinding
from events.precedents import PrecedentSeed
from functions.approvals.rules.approval import Approval
from functions.approvals.rules.precedent import Precedent
from functions.approvals.rules.rates import rate
from shared.kit.models import Data, part_of


class ApprovalCard(ApprovalRecord):
    """The summary of an approval, and how it was decided."""

    id: str

    @classmethod
    def of(cls, approval: Approval) -> Self:
        """The card of an approval."""
        return part_of(cls, approval, id=approval.approval_id)


class ApprovalDetail(ApprovalCard):
    """A card with all that a decision needs. `content` is exactly what `decision_hash` covers;
    `signature` is a compact JWS over the final decision."""

    content: JsonValue
    evidence: tuple[JsonValue, ...] = ()
    risk_reasons: tuple[str, ...] = ()
    rollback_plan: str = ""
    case: CaseBinding | None = None
    signature: str | None = None

    @classmethod
    def of(cls, approval: Approval) -> Self:
        """The card of an approval with its content."""
        content = from_json(approval.content)
        return part_of(cls, approval, id=approval.approval_id, content=content)


class ApprovalPage(Data):
    """Some approvals, newest first."""

    items: tuple[ApprovalDetail, ...]
    next_cursor: str | None


class PrecedentSeedPage(Data):
    """Some precedents, newest first."""

    items: tuple[PrecedentSeed, ...]
    next_cursor: str | None


def seed_of(precedent: Precedent, *, matched: int, compared: int) -> PrecedentSeed:
    """A precedent with the number of its approvals and of its comparisons."""
    return part_of(
        PrecedentSeed,
        precedent,
        seed_id=precedent.precedent_id,
        match_count=matched,
        match_rate=rate(matched, compared),
        veto_rate=rate(precedent.veto_count, matched),
    )
