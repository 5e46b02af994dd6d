"""The reports of a creation case's owner: it withdrew its request, rolled back what was approved,
or could not."""

from datetime import datetime
from typing import Any

from events.approvals import (
    ApprovalCancelled,
    ApprovalReversalFailed,
    ApprovalReversed,
)
from functions.approvals.rules.approval import Approval, Step, Steps, transition
from shared.kit.principals import is_reserved
from shared.kit.transitions import Transition

_UNDOABLE = ("auto_approved", "approved", "confirmed", "overturned")


def cancel(approval: Approval, by: str, at: datetime) -> Steps:
    """The request was withdrawn at `at`; an earlier decision stands, also that of silence. Who
    withdraws what others wrote refuses it."""
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
        **_refused(approval, by, at),
    )
    return (cancelled,)


def end_with_case(approval: Approval, by: str, at: datetime) -> Steps:
    """The owner's case was cancelled: the request is withdrawn or, where it was approved and not
    carried out yet, reversed. Who cancels what others wrote refuses it."""
    if approval.status in _UNDOABLE:
        return (_reversed(approval, **_refused(approval, by, at)),)
    return cancel(approval, by, at)


def _refused(approval: Approval, by: str, at: datetime) -> dict[str, Any]:
    # Besides who wrote it, only governors and tenant admins cancel a case.
    is_refusal = by not in approval.authors and not is_reserved(by)
    return {"refused_at": at, "refused_by": by} if is_refusal else {}


def undo(approval: Approval) -> Steps:
    """The owner rolled back what the approval had started. An event where a reversal was required;
    otherwise it is stored, because a veto may still follow."""
    if is_reversal_ordered(approval) or approval.status == "reversal_failed":
        return (_reversed(approval),)
    if approval.status in _UNDOABLE and not approval.undone:
        return (Transition(approval.but(undone=True)),)
    return ()


def fail_to_undo(approval: Approval) -> Steps:
    """The owner could not roll back; nothing where no reversal was required, or it is done by
    now."""
    if not is_reversal_ordered(approval):
        return ()
    return (transition(approval, ApprovalReversalFailed, status="reversal_failed"),)


def is_reversal_ordered(approval: Approval) -> bool:
    """Whether a vetoed or overturned approval waits for its owner's reversal."""
    return approval.status in ("vetoed", "overturned")


def already_undone(approval: Approval) -> Steps:
    """The reversal, where the owner had rolled back for its own reasons before it was required: no
    further report will come."""
    if not (approval.undone and is_reversal_ordered(approval)):
        return ()
    return (_reversed(approval),)


def _reversed(approval: Approval, **fields: Any) -> Step:
    return transition(approval, ApprovalReversed, status="reversed", undone=True, **fields)
