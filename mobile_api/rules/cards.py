"""From an approval's events to its card."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from events.approvals import ApprovalState, ApprovalStatus, Card
from mobile_api.rules.documents import CARDS, Fields, Step, newest
from mobile_api.rules.facts import Fact
from mobile_api.rules.health import agents_overdue_after, approvals_overdue_after
from shared.kit.instants import format_instant
from shared.kit.models import part_of

ShownCard = TypeVar("ShownCard", bound=Card)

# Deferrals can repeat without limit; only the newest entries are kept.
LONGEST_TIMELINE = 100

_BUCKETS: Mapping[ApprovalStatus, str] = {
    "pending": "pending",
    "deferred": "pending",
    "escalated": "pending",
    "auto_approved": "veto_open",
}


def bucket_of(status: ApprovalStatus) -> str:
    """`pending`, `veto_open` or `decided`."""
    return _BUCKETS.get(status, "decided")


def card_step(fact: Fact, state: ApprovalState) -> Step:
    """The approval's card after the fact. Late facts enter the timeline too."""
    entry = {
        "sequence": fact.sequence,
        "event": fact.name,
        "at": fact.at,
        "by": fact.actor,
        "note": state.note,
    }

    def after(before: Fields | None) -> Fields:
        timeline = _with_entry(before["timeline"] if before else (), entry)
        return {**newest(before, fact, _card_fields(state)), "timeline": timeline}

    return Step((CARDS, state.approval_id), after)


def card_of(state: ApprovalState) -> Card:
    """The fields of a card of an approval."""
    return part_of(Card, state, id=state.approval_id)


def as_of(card: ShownCard, at: datetime) -> ShownCard:
    """The card as of the clock: after `deadline_at` it is decided by silence, even if the event for
    that still waits for a decision that was received in time."""
    if bucket_of(card.status) != "pending" or at <= card.deadline_at:
        return card
    status = "approved" if card.on_timeout == "approve" else "expired"
    decided = {"status": status, "decided_by": "deadline", "decided_at": card.deadline_at}
    return card.model_copy(update=decided)


def _card_fields(state: ApprovalState) -> dict[str, Any]:
    vetoed_at = state.decided_at if state.veto_reason else None
    return {
        "bucket": bucket_of(state.status),
        "requested_at": format_instant(state.requested_at),
        "vetoed_at": format_instant(vetoed_at) if vetoed_at else None,
        "precedent_id": state.precedent_id,
        "compared_with": list(state.considered),
        "overdue_after_approvals": approvals_overdue_after(state),
        "overdue_after_agents": agents_overdue_after(state),
        "card": card_of(state).model_dump_json(),
        "evidence_hash": state.evidence_hash,
        "assessment_hash": state.assessment_hash,
        "matches_hash": state.matches_hash,
    }


def _with_entry(
    entries: Sequence[Mapping[str, Any]], entry: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    others = [other for other in entries if other["sequence"] != entry["sequence"]]
    return sorted([*others, entry], key=lambda each: each["sequence"])[-LONGEST_TIMELINE:]
