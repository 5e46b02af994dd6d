"""What an approval is given back after its tenant was suspended: nobody could decide, object or
review meanwhile."""

from datetime import timedelta
from typing import Any

from events.approvals import ApprovalTimeGivenBack
from functions.approvals.rules.approval import Approval, Step, transition


def postponed(approval: Approval, lost: timedelta) -> Approval:
    """The approval with all that runs due later."""
    fields: dict[str, Any] = {}
    if approval.is_open:
        fields["deadline_at"] = approval.deadline_at + lost
        if approval.deferred_until is not None:
            fields["deferred_until"] = approval.deferred_until + lost
    if approval.status == "auto_approved" and approval.veto is not None:
        fields["veto"] = approval.veto.but(closes_at=approval.veto.closes_at + lost)
    if approval.review is not None and approval.review.status == "owed":
        fields["review"] = approval.review.but(due_at=approval.review.due_at + lost)
    if approval.spreads_at is not None:
        fields["spreads_at"] = approval.spreads_at + lost
    return approval.but(**fields)


def published(approval: Approval) -> Step:
    """Publishes when it is due now."""
    return transition(approval, ApprovalTimeGivenBack)
