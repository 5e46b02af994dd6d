"""The required review of a break-glass or a deputy's decision, made in time or missed."""

from datetime import datetime
from typing import Any

from events.approvals import ApprovalOverturned, ApprovalReviewed, ApprovalReviewMissed
from events.quorum import Review
from events.violations import Violation
from functions.approvals.rules.approval import (
    GRACE,
    Approval,
    Repeat,
    Step,
    Steps,
    transition,
)
from functions.approvals.rules.commands import ReviewBody, Verdict, check_review
from functions.approvals.rules.quorum import places_for
from functions.approvals.rules.reversals import already_undone
from functions.approvals.rules.standing import acted_fields, refuse_own_assent, who_may
from shared.kit.callers import Actor
from shared.kit.errors import AlreadyDecided, Forbidden, SeparationOfDuties, VersionConflict
from shared.kit.instants import format_instant
from shared.kit.roles import DEPUTY, GOVERNOR
from shared.kit.transitions import Transition

_WHAT = {
    "break_glass": "Breaking the glass",
    "deputy": "A deputy's decision",
    "late_refusal": "What was done before somebody refused it",
}


def review(approval: Approval, command: ReviewBody, actor: Actor, at: datetime) -> Steps | Repeat:
    """The verdict on a decision that requires a review. A late verdict counts, and the miss is
    published before it.

    Raises, in this order: SeparationOfDuties, Forbidden, Invalid, VersionConflict where no review
    is required, AlreadyDecided where another one was made."""
    admit_reviewer(approval, command, actor)
    check_review(command)
    owed = approval.review
    if owed is None:
        raise VersionConflict(
            "only a deputy's decision, a break-glass and a late refusal require a review"
        )
    is_open = owed.status in ("owed", "missed")
    if not is_open and not _is_overruled(approval, owed, command, actor, at):
        if (owed.reviewed_by, owed.status) == (actor.principal, command.verdict):
            return Repeat()
        assert owed.reviewed_at is not None
        made = f"{owed.reviewed_by} at {format_instant(owed.reviewed_at)}"
        raise AlreadyDecided(f"the review was made by {made}: {owed.status}")
    missed = (_missed(approval, owed),) if owed.status == "owed" and at > owed.due_at else ()
    current = missed[-1].state if missed else approval
    event = ApprovalReviewed if command.verdict == "upheld" else ApprovalOverturned
    done = _with(
        owed,
        status=command.verdict,
        reviewed_by=actor.principal,
        by_governor=GOVERNOR in actor.roles,
        reviewed_at=at,
        note=command.note,
    )
    fields = acted_fields(actor, at)
    if command.verdict == "overturned":
        fields |= _overturned(approval, at)
    elif owed.status == "overturned":
        fields["refused_at"] = at
    reviewed = transition(current, event, review=done, **fields)
    return (*missed, reviewed, *already_undone(reviewed.state))


def _overturned(approval: Approval, at: datetime) -> dict[str, Any]:
    """What an overturned decision means: an approval was refused and, where it still held, no
    longer does; a deputy's refusal no longer counts as one."""
    if approval.is_refusal:
        return {"refused_at": None} if approval.is_a_deputys_refusal else {}
    held = approval.status == "approved"
    ended = {"status": "overturned", "counted_at": None} if held else {}
    return {"refused_at": at, **ended}


def _is_overruled(
    approval: Approval, made: Review, command: ReviewBody, actor: Actor, at: datetime
) -> bool:
    """Whether a governor gives another verdict than somebody else gave, so that no accomplice's
    review takes the governor's remedy away: always where that was no governor; where it was one, a
    verdict that refuses, within the time of the review. What is overturned was rolled back, so
    that nobody upholds it afterwards."""
    is_another = command.verdict != made.status and made.reviewed_by != actor.principal
    if GOVERNOR not in actor.roles or not is_another:
        return False
    if command.verdict == "upheld" and not approval.is_refusal:
        return False
    is_in_time = command.verdict == _refusing_verdict(approval) and at <= made.due_at
    return not made.by_governor or is_in_time


def admit_reviewer(approval: Approval, command: ReviewBody, actor: Actor) -> None:
    """Raises SeparationOfDuties for authors whose verdict assents and for who took part in the
    decision, then Forbidden for others who may not review."""
    if command.verdict != _refusing_verdict(approval):
        refuse_own_assent(approval, actor)
    decided = {approval.decided_by, *(vote.principal for vote in approval.votes)}
    if actor.principal in decided:
        raise SeparationOfDuties("you took part in the decision; somebody else must review it")
    may = places_for(approval.rule, actor.principal, actor.roles) or GOVERNOR in actor.roles
    # With a single governor, only the deputy can review the governor's own break-glass decision.
    may = may or (DEPUTY in actor.roles and approval.kind != "constitutional")
    if not may:
        raise Forbidden(f"{who_may(approval)} may review; you are none of them")


def _refusing_verdict(approval: Approval) -> Verdict:
    return "upheld" if approval.is_refusal else "overturned"


def miss_review(approval: Approval, at: datetime) -> Step | None:
    """The published violation, once the time for a review has passed; otherwise None."""
    owed = approval.review
    if owed is None or owed.status != "owed" or at < owed.due_at + GRACE:
        return None
    return _missed(approval, owed)


def _missed(approval: Approval, owed: Review) -> Step:
    violation = Violation(
        rule=f"review.{owed.because}",
        summary=f"{_WHAT[owed.because]} was not reviewed in time",
        evidence=(
            f"{approval.approval_id} was decided by {approval.decided_by}",
            f"its review was due at {format_instant(owed.due_at)}",
        ),
    )
    missed = transition(approval, ApprovalReviewMissed, review=_with(owed, status="missed"))
    return Transition(missed.state, missed.event, {"violation": violation})


def _with(owed: Review, **fields: Any) -> Review:
    return owed.but(**fields)
