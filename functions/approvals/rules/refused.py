"""What a person refused, and therefore neither a precedent nor silence approves.

A refusal counts when it is a governor's, or that of who has a place in the policy's rule or stands
in for one; never when only the requester had asked the person."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from events.approvals import ApprovalSilenceRevoked
from functions.approvals.rules.approval import Approval, Steps, transition
from shared.kit.instants import format_instant

# For how long only people approve what is of the same kind about the same subject. The same
# content stays refused for ever.
SUBJECT_BARRED = timedelta(days=30)
# As many refusals about one subject are read; who has more of them is barred.
MOST_READ = 25
# As many open requests with the same content may wait for silence; for others it means no.
MOST_SILENT = 25


def why_refused(
    same_content: Sequence[Approval], same_subject: Sequence[Approval], at: datetime
) -> tuple[str, ...]:
    """Why neither a precedent nor silence may approve a request at `at`, in the words of a match;
    empty where nothing speaks against it. The approvals are those with the request's marks,
    `MOST_READ` at most."""
    reasons = [f"nobody refused the same content: {_in_words(each)}" for each in same_content[:1]]
    recent = [each for each in same_subject if _is_recent(each, at)]
    if recent or len(same_subject) >= MOST_READ:
        newest = max(recent or same_subject, key=lambda each: each.refused_at or each.requested_at)
        days = SUBJECT_BARRED.days
        reasons.append(f"nobody refused its subject within {days} days: {_in_words(newest)}")
    return tuple(reasons)


def too_many_silent(waiting: Sequence[Approval]) -> tuple[str, ...]:
    """Why silence may not approve one more request with the content of those `waiting` for it, so
    that one refusal reaches them all; empty below `MOST_SILENT`."""
    if len(waiting) < MOST_SILENT:
        return ()
    return (f"fewer than {MOST_SILENT} requests with the same content wait for silence",)


def revoke_silence(waiting: Iterable[Approval], at: datetime) -> Steps:
    """Lets silence approve none of those that wait for it at `at`."""
    return tuple(
        transition(each, ApprovalSilenceRevoked, on_timeout="deny")
        for each in waiting
        if each.silence_marks and at <= each.deadline_at
    )


def _is_recent(approval: Approval, at: datetime) -> bool:
    return approval.refused_at is not None and approval.refused_at > at - SUBJECT_BARRED


def _in_words(approval: Approval) -> str:
    assert approval.refused_at is not None
    return f"{approval.approval_id} was refused at {format_instant(approval.refused_at)}"
