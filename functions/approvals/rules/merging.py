"""What becomes of a refusal that meets an approval which whoever refused could not know of: signed
in a tunnel, it arrives after the other governor's yes. Pure.

So the order in which decisions arrive decides nothing: whatever anybody refused without knowing of
a yes is refused in the end (docs/decisions/0139)."""

from datetime import datetime, timedelta
from typing import Any

from events.approvals import ApprovalVetoed
from events.quorum import Review
from functions.approvals.rules.approval import Approval, Steps, Verb, transition
from functions.approvals.rules.commands import SignedBody
from functions.approvals.rules.reversals import already_undone
from functions.approvals.rules.subjects import is_reversed

# How long after an approval the refusal of somebody who could not know of it counts.
LATEST = timedelta(hours=24)
REVIEW_WITHIN = timedelta(hours=24)
_BY_PEOPLE: tuple[Verb, ...] = ("approve", "break_glass")


def could_not_know(approval: Approval, body: SignedBody, at: datetime) -> bool:
    """Whether a refusal that was received at `at` counts against people's approval: it is signed,
    the version on its signer's screen is older than the approval, and that was at most 24 hours
    before, by the server's clock. What a device says of the time decides nothing."""
    if approval.status != "approved" or approval.decision not in _BY_PEOPLE:
        return False
    if not body.is_signed or body.seen_version is None or approval.approved_version is None:
        return False
    assert approval.decided_at is not None, "what was approved says when"
    is_older = body.seen_version < approval.approved_version
    return is_older and at <= approval.decided_at + LATEST


def take_back(approval: Approval, fields: dict[str, Any], at: datetime) -> Steps:
    """The approval vetoed, so that whoever acted on it reverses; reversed at once where that was
    done before. Where nothing reverses what was approved, or a review of the approval is owed, a
    review of the refusal takes the place of any other: a verdict judges the newest decision."""
    owed = approval.review is not None and approval.review.status in ("owed", "missed")
    if owed or not is_reversed(approval.subject):
        due = at + REVIEW_WITHIN
        fields["review"] = Review(because="late_refusal", status="owed", due_at=due)
    vetoed = transition(approval, ApprovalVetoed, status="vetoed", counted_at=None, **fields)
    return vetoed, *already_undone(vetoed.state)
