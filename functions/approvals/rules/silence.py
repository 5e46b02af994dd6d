"""What happens when nobody acts: deadlines, the end of a deferral, veto windows, missed reviews.

Each timer reads the state again. A timer that fires early, late, twice or without need changes
nothing."""

from datetime import datetime

from events.approvals import (
    ApprovalApproved,
    ApprovalConfirmed,
    ApprovalExpired,
    ApprovalResumed,
)
from events.buckets import silence_fields
from functions.approvals.rules.approval import GRACE, Approval, Step, Steps, transition
from functions.approvals.rules.delegation import awake_fields, open_status
from functions.approvals.rules.reviews import miss_review
from shared.kit.roles import GOVERNOR


def time_passed(approval: Approval, at: datetime) -> Steps:
    """The transitions that are due by `at`."""
    if approval.is_open:
        step = _decide_by_silence(approval, at) or _resume(approval, at)
    else:
        step = _confirm(approval, at) or miss_review(approval, at)
    return (step,) if step else ()


def _decide_by_silence(approval: Approval, at: datetime) -> Step | None:
    # The grace period lets a decision that was received in time reach the store first.
    if at < approval.deadline_at + GRACE:
        return None
    fields = silence_fields(approval)
    if approval.on_timeout == "approve":
        return transition(approval, ApprovalApproved, **fields)
    if _shows_absence(approval):
        fields["silence_at"] = approval.deadline_at
    return transition(approval, ApprovalExpired, **fields)


def _shows_absence(approval: Approval) -> bool:
    """Whether a governor who was there should have decided: not where they may have been barred
    from it, because they requested it or because somebody sent their text again, nor where no
    deputy could decide in their place, nor where they had left the yes to silence and another
    refusal revoked it."""
    was_asked = f"role:{GOVERNOR}" in approval.missing and approval.had_default_time
    may_be_theirs = approval.by_governor or approval.authors != (approval.requested_by,)
    is_missed = approval.kind != "constitutional" and not approval.meant_yes
    return was_asked and is_missed and not may_be_theirs


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
