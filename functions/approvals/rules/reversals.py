"""The reports of a creation case's owner: it withdrew its request, rolled back what was approved,
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
    """The request was withdrawn at `at`; an earlier decision stands, also that of silence."""
    if not approval.is_open or at > approval.deadline_at:
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


def end_with_case(approval: Approval, by: str, at: datetime) -> Steps:
    """The owner's case was cancelled: the request is withdrawn or, where it was approved and not
    carried out yet, reversed."""
    if approval.status in _UNDOABLE:
        return (_reversed(approval),)
    return cancel(approval, by, at)


def undo(approval: Approval) -> Steps:
    """The owner rolled back what the approval had started. An event where a reversal was required;
    otherwise it is stored, because a veto may still follow."""
    if is_reversal_ordered(approval) or approval.status == "reversal_failed":
        return (_reversed(approval),)
    if approval.status in _UNDOABLE and not approval.undone:
        return (Transition(approval.model_copy(update={"undone": True})),)
    return ()


def fail_to_undo(approval: Approval) -> Steps:
    """The owner could not roll back; nothing where no reversal was required, or it is done by
    now."""
    if not is_reversal_ordered(approval):
        return ()
    return (transition(approval, ApprovalReversalFailed, status="reversal_failed"),)


def is_reversal_ordered(approval: Approval) -> bool:
    """Whether a vetoed or overturned approval waits for its owner's reversal."""
    overturned = approval.review is not None and approval.review.status == "overturned"
    return approval.status == "vetoed" or (approval.status == "approved" and overturned)


def already_undone(approval: Approval) -> Steps:
    """The reversal, where the owner had rolled back for its own reasons before it was required: no
    further report will come."""
    if not (approval.undone and is_reversal_ordered(approval)):
        return ()
    return (_reversed(approval),)


def _reversed(approval: Approval) -> Step:
    return transition(approval, ApprovalReversed, status="reversed", undone=True)
