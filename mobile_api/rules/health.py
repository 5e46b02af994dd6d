"""When something that should move on by itself has stood still for too long, and whose fault."""

from datetime import datetime, timedelta

from events.approvals import ApprovalState
from shared.kit.instants import format_instant

# Closing timers fire 60 s after their moment, the sweep fires what they missed a minute or two
# later; after that somebody should look.
TIMER_PATIENCE = timedelta(minutes=5)
# A reversal or a deployment is a few events away, with their retries.
REACTION_PATIENCE = timedelta(minutes=10)


def approvals_overdue_after(state: ApprovalState) -> str | None:
    """The moment after which `approvals` owes this approval its next state; None for never."""
    due: datetime | None = None
    if state.status == "deferred":
        due = state.deferred_until
    elif state.status in ("pending", "escalated"):
        due = state.deadline_at
    elif state.status == "auto_approved" and state.veto is not None:
        due = state.veto.closes_at
    return format_instant(due + TIMER_PATIENCE) if due else None


def agents_overdue_after(state: ApprovalState) -> str | None:
    """The moment after which `agents` owes the reversal of this assent; None for never."""
    ordered: datetime | None = None
    if state.case is None:
        return None
    if state.status == "vetoed":
        ordered = state.decided_at
    elif state.status == "approved" and state.review and state.review.status == "overturned":
        ordered = state.review.reviewed_at
    return format_instant(ordered + REACTION_PATIENCE) if ordered else None
