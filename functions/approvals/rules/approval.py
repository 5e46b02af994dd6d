"""The approval itself, and what all of its transitions share."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from events.approvals import (
    ApprovalApproved,
    ApprovalAutoApproved,
    ApprovalCancelled,
    ApprovalChangesRequested,
    ApprovalExpired,
    ApprovalOverturned,
    ApprovalRejected,
    ApprovalState,
    ApprovalVetoed,
)
from events.decisions import SignedDecision
from functions.approvals.rules.quorum import missing_places
from shared.kit.instants import Instant
from shared.kit.transitions import Transition

DEADLINE_DUE = "assent.deadline.due.v1"
VETO_WINDOW_DUE = "assent.veto_window.due.v1"
REVIEW_DUE = "assent.review.due.v1"

# A closing timer waits this long for decisions that were received in time and are not stored yet.
GRACE = timedelta(seconds=60)

OPEN = frozenset({"pending", "deferred", "escalated"})

Verb = Literal[
    "approve",
    "reject",
    "request_changes",
    "defer",
    "escalate",
    "delegate",
    "break_glass",
    "veto",
    "cancel",
    "silence",
    "precedent",
]

_SIGNED = (
    ApprovalApproved,
    ApprovalAutoApproved,
    ApprovalCancelled,
    ApprovalChangesRequested,
    ApprovalExpired,
    ApprovalOverturned,
    ApprovalRejected,
    ApprovalVetoed,
)


class Approval(ApprovalState):
    """The fields that events publish, and below them private ones: `silence_at` is when it expired
    because no governor acted, though it had the policy's default time, `governed_at` when a
    governor last acted on it. `proposal` is the version of the approval policy that it proposes to
    replace."""

    proposal: int | None = None
    precedents_allowed: bool = True
    had_default_time: bool = True
    likeness: str = ""
    streak: int = 0
    counted_at: Instant | None = None
    decision: Verb | None = None
    decided_claim: str | None = None
    silence_at: Instant | None = None
    governed_at: Instant | None = None
    undone: bool = False

    @property
    def is_open(self) -> bool:
        """Whether no final decision was taken; ignores the clock."""
        return self.status in OPEN


@dataclass(frozen=True)
class Actor:
    """The acting principal with its current roles."""

    principal: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Repeat:
    """The same decision was taken before: nothing changes, and the first answer is given again."""


Step = Transition[Approval]
Steps = tuple[Step, ...]


def transition(approval: Approval, event: type[ApprovalState], **fields: Any) -> Step:
    """`approval` with `fields` replaced, what it still misses, and its version increased by one."""
    after = approval.model_copy(update={**fields, "version": approval.version + 1})
    missing = missing_places(after.rule, after.added_rule, after.votes) if after.is_open else ()
    return Transition(after.model_copy(update={"missing": missing}), event)


def statement_to_sign(step: Step, tenant_id: str) -> SignedDecision | None:
    """The statement that `approvals` signs for a final decision; None for any other event."""
    if step.event is None or step.event not in _SIGNED:
        return None
    approval = step.state
    by, at = approval.decided_by, approval.decided_at
    if step.event is ApprovalOverturned and approval.review is not None:
        by, at = approval.review.reviewed_by, approval.review.reviewed_at
    assert by is not None
    assert at is not None
    return SignedDecision(
        approval_id=approval.approval_id,
        tenant_id=tenant_id,
        decision_hash=approval.decision_hash,
        outcome=step.event.event_type.split(".")[2],
        decided_by=by,
        decided_at=at,
        version=approval.version,
        case=approval.case,
    )


def next_timer(approval: Approval) -> tuple[str, datetime] | None:
    """The timer that this state waits for: its type and its due time."""
    if approval.status == "deferred" and approval.deferred_until is not None:
        return DEADLINE_DUE, approval.deferred_until
    if approval.is_open:
        return DEADLINE_DUE, approval.deadline_at + GRACE
    if approval.status == "auto_approved" and approval.veto is not None:
        return VETO_WINDOW_DUE, approval.veto.closes_at + GRACE
    if approval.review is not None and approval.review.status == "owed":
        return REVIEW_DUE, approval.review.due_at + GRACE
    return None
