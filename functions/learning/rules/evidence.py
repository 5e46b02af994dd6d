"""Which approvals are decisions that a precedent could learn from."""

from itertools import islice
from typing import Any

from functions.learning.rules.decision import Decision
from shared.approvals.past import PastApproval
from shared.precedents.class_fields import class_fields
from shared.precedents.coverable import COVERABLE_KINDS, COVERABLE_RISKS

# How many fields of a content are kept, in its order: two thousand contents are in memory at once.
MOST_CLASS_FIELDS = 500
REFUSALS = ("reject", "request_changes", "veto")
_DECIDERS = ("approver", "governor")
_PEOPLE = (*_DECIDERS, "deputy", "break_glass", "self")


def is_evidence(approval: PastApproval) -> bool:
    """Whether a person decided it, with a place in its rule or as a governor, and a precedent could
    have approved it. What a precedent approved shows nothing, unless somebody vetoed it."""
    return (
        approval.precedents_allowed
        and approval.kind in COVERABLE_KINDS
        and approval.risk in COVERABLE_RISKS
        and not approval.barred
        and approval.decided_at is not None
        and approval.capacity in _DECIDERS
        and (is_approved(approval) or approval.decision in REFUSALS)
    )


def is_decided_by_person(approval: PastApproval) -> bool:
    """Whether a person decided it, in whatever capacity."""
    return approval.decided_at is not None and approval.capacity in _PEOPLE


def is_approved(approval: PastApproval) -> bool:
    """Whether a person's yes stands."""
    return approval.status == "approved" and approval.decision == "approve"


def decision_of(approval: PastApproval, content: dict[str, Any]) -> Decision:
    """The decision about that content."""
    assert approval.decided_at is not None
    return Decision(
        approval_id=approval.approval_id,
        decided_at=approval.decided_at,
        approved=is_approved(approval),
        kind=approval.kind,
        risk=approval.risk,
        requested_by=approval.requested_by,
        subject=approval.subject.name,
        fields=dict(islice(class_fields(content), MOST_CLASS_FIELDS)),
        waited=(approval.decided_at - approval.requested_at).total_seconds(),
    )
