"""What the owner of the asking case reports back: it no longer asks, it undid, it could not."""

from datetime import datetime

from events.approvals import ApprovalCancelled, ApprovalReversalFailed, ApprovalReversed
from functions.approvals.rules.approval import Approval, Change, change

_UNDOABLE = ("auto_approved", "approved", "confirmed")


def cancel(approval: Approval, by: str, at: datetime) -> Change | None:
    """Whoever asked withdrew the request; a decision taken before stands (None)."""
    if not approval.is_open:
        return None
    return change(
        approval,
        ApprovalCancelled,
        status="cancelled",
        decision="cancel",
        decided_by=by,
        decided_at=at,
        capacity="requester",
        deferred_until=None,
    )


def undo(approval: Approval) -> Change | Approval | None:
    """The owner undid what the assent had started: a Change where that was ordered, the approval
    to remember it by where it was not (a veto may still come), None where there is nothing new."""
    if is_reversal_ordered(approval) or approval.status == "reversal_failed":
        return _reversed(approval)
    if approval.status in _UNDOABLE and not approval.undone:
        return approval.model_copy(update={"undone": True})
    return None


def fail_to_undo(approval: Approval) -> Change | None:
    """The owner could not undo it; None where that was not ordered, or is done by now."""
    if not is_reversal_ordered(approval):
        return None
    return change(approval, ApprovalReversalFailed, status="reversal_failed")


def is_reversal_ordered(approval: Approval) -> bool:
    """Whether a veto or an overturned assent waits for its owner to reverse."""
    overturned = approval.review is not None and approval.review.status == "overturned"
    return approval.status == "vetoed" or (approval.status == "approved" and overturned)


def already_undone(approval: Approval) -> tuple[Change, ...]:
    """The reversal itself, where it was ordered after the owner had undone it for reasons of its
    own: nobody will do it again."""
    if not (approval.undone and is_reversal_ordered(approval)):
        return ()
    return (_reversed(approval),)


def _reversed(approval: Approval) -> Change:
    return change(approval, ApprovalReversed, status="reversed", undone=True)
