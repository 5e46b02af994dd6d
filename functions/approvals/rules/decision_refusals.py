"""Refusals of decisions, each with what the decider needs to know: when, and by whom."""

from datetime import datetime

from functions.approvals.rules.approval import Approval
from shared.kit.errors import (
    AlreadyDecided,
    ApprovalExpired,
    StaleDecisionHash,
    VetoWindowClosed,
)
from shared.kit.instants import format_instant


def already_decided(approval: Approval) -> AlreadyDecided:
    """Says who decided what, and when."""
    return AlreadyDecided(f"it is {approval.status}: {_decision_on(approval)}")


def too_late(approval: Approval) -> ApprovalExpired:
    """Says when the deadline was, and what silence meant."""
    meant = "approved" if approval.on_timeout == "approve" else "denied"
    deadline = format_instant(approval.deadline_at)
    return ApprovalExpired(f"the deadline was {deadline}; silence has {meant} the request")


def window_closed(approval: Approval) -> VetoWindowClosed:
    """Says until when a veto was possible."""
    if approval.veto is None:
        return VetoWindowClosed(f"no veto window was open: {_decision_on(approval)}")
    return VetoWindowClosed(f"a veto counted until {format_instant(approval.veto.closes_at)}")


def other_content(approval: Approval, decision_hash: str) -> StaleDecisionHash:
    """Names both hashes."""
    return StaleDecisionHash(
        f"the content has the hash {approval.decision_hash}, the decision names {decision_hash}; "
        "read the card again and decide about what it shows"
    )


def _decision_on(approval: Approval) -> str:
    at = _when(approval.decided_at)
    return f"decided by {approval.decided_by} ({approval.decision}) at {at}"


def _when(moment: datetime | None) -> str:
    return format_instant(moment) if moment is not None else "an unknown time"
