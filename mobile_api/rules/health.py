"""When a thing that should move on by itself is stuck, and which function is responsible."""

from datetime import datetime, timedelta

from events.approvals import ApprovalState
from shared.kit.instants import format_instant

# Closing timers fire 60 s after their due time, and the sweep fires missed ones a minute or two
# later; after that somebody should look.
TIMER_PATIENCE = timedelta(minutes=5)
# A reversal or a deployment takes a few events, with their retries.
REACTION_PATIENCE = timedelta(minutes=10)


def approvals_overdue_after(state: ApprovalState) -> str | None:
    """The time by which `approvals` must change this approval's state; None for never."""
    due: datetime | None = None
    if state.status == "deferred":
        due = state.deferred_until
    elif state.status in ("pending", "escalated"):
        due = state.deadline_at
    elif state.status == "auto_approved" and state.veto is not None:
        due = state.veto.closes_at
    return format_instant(due + TIMER_PATIENCE) if due else None


def agents_overdue_after(state: ApprovalState) -> str | None:
    """The time by which `agents` must reverse what this approval started; None for never."""
    ordered: datetime | None = None
    if state.case is None:
        return None
    if state.status == "vetoed":
        ordered = state.decided_at
    elif state.status == "overturned" and state.review:
        ordered = state.review.reviewed_at
    return format_instant(ordered + REACTION_PATIENCE) if ordered else None
