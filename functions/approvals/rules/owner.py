"""What the owner of the asking case reports back: it no longer asks, it undid, it could not."""

from datetime import datetime

from events.approvals import (
    ApprovalCancelled,
    ApprovalReversalFailed,
    ApprovalReversed,
)
from functions.approvals.rules.approval import Approval, Transition, transition

_UNDOABLE = ("auto_approved", "approved", "confirmed")


def cancel(approval: Approval, by: str, at: datetime) -> Transition | None:
    """Whoever asked withdrew the request; a decision taken before stands (None)."""
    if not approval.is_open:
        return None
    return transition(
        approval,
        ApprovalCancelled,
        status="cancelled",
        decision="cancel",
        decided_by=by,
        decided_at=at,
        capacity="requester",
        deferred_until=None,
    )


def undo(approval: Approval) -> Transition | Approval | None:
    """The owner undid what the assent had started: a Transition where that was ordered, the
    approval to remember it by where it was not (a veto may still come), None where it is known."""
    if is_reversal_ordered(approval) or approval.status == "reversal_failed":
        return _reversed(approval)
    if approval.status in _UNDOABLE and not approval.undone:
        return approval.model_copy(update={"undone": True})
    return None


def fail_to_undo(approval: Approval) -> Transition | None:
    """The owner could not undo it; None where that was not ordered, or is done by now."""
    if not is_reversal_ordered(approval):
        return None
    return transition(approval, ApprovalReversalFailed, status="reversal_failed")


def is_reversal_ordered(approval: Approval) -> bool:
    """Whether a veto or an overturned assent waits for its owner to reverse."""
    overturned = approval.review is not None and approval.review.status == "overturned"
    return approval.status == "vetoed" or (approval.status == "approved" and overturned)


def already_undone(approval: Approval) -> tuple[Transition, ...]:
    """The reversal itself, where it was ordered after the owner had undone it for reasons of its
    own: nobody will do it again."""
    if not (approval.undone and is_reversal_ordered(approval)):
        return ()
    return (_reversed(approval),)


def _reversed(approval: Approval) -> Transition:
    return transition(approval, ApprovalReversed, status="reversed", undone=True)
