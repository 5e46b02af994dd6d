"""What happens when nobody acts: deadlines, the end of a deferral, veto windows, missed reviews.

Each timer reads the state again. A timer that fires early, late, twice or without need changes
nothing."""

from datetime import datetime
from typing import Any

from events.approvals import (
    ApprovalApproved,
    ApprovalConfirmed,
    ApprovalExpired,
    ApprovalResumed,
)
from functions.approvals.rules.approval import GRACE, Approval, Step, Steps, transition
from functions.approvals.rules.delegation import awake_fields, open_status
from functions.approvals.rules.quorum import GOVERNOR
from functions.approvals.rules.reviews import miss_review


def time_passed(approval: Approval, at: datetime) -> Steps:
    """The transitions that are due by `at`."""
    if approval.is_open:
        step = _decide_by_silence(approval, at) or _resume(approval, at)
    else:
        step = _confirm(approval, at) or miss_review(approval, at)
    return (step,) if step else ()


def as_of(approval: Approval, at: datetime) -> Approval:
    """The approval as of `at`: after `deadline_at` it is decided by silence, even if its timer
    still waits for a decision that was received in time."""
    if not approval.is_open or at <= approval.deadline_at:
        return approval
    return approval.model_copy(update=_silence_fields(approval))


def _decide_by_silence(approval: Approval, at: datetime) -> Step | None:
    # The grace period lets a decision that was received in time reach the store first.
    if at < approval.deadline_at + GRACE:
        return None
    fields = _silence_fields(approval)
    if approval.on_timeout == "approve":
        return transition(approval, ApprovalApproved, **fields)
    if approval.had_default_time and f"role:{GOVERNOR}" in approval.missing:
        fields["silence_at"] = approval.deadline_at
    return transition(approval, ApprovalExpired, **fields)


def _silence_fields(approval: Approval) -> dict[str, Any]:
    return {
        "status": "approved" if approval.on_timeout == "approve" else "expired",
        "decision": "silence",
        "decided_by": "deadline",
        "decided_at": approval.deadline_at,
        "capacity": "silence",
        "deferred_until": None,
    }


def _resume(approval: Approval, at: datetime) -> Step | None:
    until = approval.deferred_until
    if until is None or at < until:
        return None
    awake = awake_fields(approval, until)
    return transition(approval, ApprovalResumed, status=open_status(approval.grants), **awake)


def _confirm(approval: Approval, at: datetime) -> Step | None:
    window = approval.veto
    if approval.status != "auto_approved" or window is None or at < window.closes_at + GRACE:
        return None
    return transition(approval, ApprovalConfirmed, status="confirmed")
