"""What the owner of a creation case reports: it withdrew its request, undid what was assented to,
or could not."""

from datetime import datetime

from events.approvals import (
    ApprovalCancelled,
    ApprovalReversalFailed,
    ApprovalReversed,
)
from functions.approvals.rules.approval import Approval, Step, Steps, transition
from shared.kit.transitions import Transition

_UNDOABLE = ("auto_approved", "approved", "confirmed")


def cancel(approval: Approval, by: str, at: datetime) -> Steps:
    """Whoever asked withdrew the request; a decision taken before stands."""
    if not approval.is_open:
        return ()
    cancelled = transition(
        approval,
        ApprovalCancelled,
        status="cancelled",
        decision="cancel",
        decided_by=by,
        decided_at=at,
        capacity="requester",
        deferred_until=None,
    )
    return (cancelled,)


def undo(approval: Approval) -> Steps:
    """The owner undid what the assent had started. That is an event where it was ordered; where it
    was not, it is remembered, because a veto may still come."""
    if is_reversal_ordered(approval) or approval.status == "reversal_failed":
        return (_reversed(approval),)
    if approval.status in _UNDOABLE and not approval.undone:
        return (Transition(approval.model_copy(update={"undone": True})),)
    return ()


def fail_to_undo(approval: Approval) -> Steps:
    """The owner could not undo it; nothing where that was not ordered, or is done by now."""
    if not is_reversal_ordered(approval):
        return ()
    return (transition(approval, ApprovalReversalFailed, status="reversal_failed"),)


def is_reversal_ordered(approval: Approval) -> bool:
    """Whether a veto or an overturned assent waits for its owner to reverse."""
    overturned = approval.review is not None and approval.review.status == "overturned"
    return approval.status == "vetoed" or (approval.status == "approved" and overturned)


def already_undone(approval: Approval) -> Steps:
    """The reversal itself, where it was ordered after the owner had undone it for reasons of its
    own: nobody will do it again."""
    if not (approval.undone and is_reversal_ordered(approval)):
        return ()
    return (_reversed(approval),)


def _reversed(approval: Approval) -> Step:
    return transition(approval, ApprovalReversed, status="reversed", undone=True)
