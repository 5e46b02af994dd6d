"""The trace of a decision that came too late: it is refused, and shown."""

from datetime import datetime

from events.approvals import ApprovalDecidedLate
from events.quorum import LateDecision
from functions.approvals.rules.approval import Approval, Steps, transition
from shared.kit.callers import Actor

MOST_LATE = 16
LONGEST_LATE_NOTE = 500


def note_late(approval: Approval, decision: str, note: str, actor: Actor, at: datetime) -> Steps:
    """Records who wanted to decide what after the deadline or the veto window, once for each
    person and decision, sixteen in all. The caller has checked that they could have decided."""
    known = {(late.principal, late.decision) for late in approval.late}
    if (actor.principal, decision) in known or len(known) >= MOST_LATE:
        return ()
    late = LateDecision(
        principal=actor.principal, decision=decision, at=at, note=note[:LONGEST_LATE_NOTE]
    )
    return (transition(approval, ApprovalDecidedLate, late=(*approval.late, late)),)
