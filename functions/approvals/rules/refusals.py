"""What a person refused, and therefore neither a precedent nor silence approves, nor has approved.

A refusal counts when it is a governor's, or that of who has a place in the policy's rule or stands
in for one; never when only the requester had asked the person."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from events.approvals import ApprovalSilenceRevoked, ApprovalVetoed
from events.quorum import LASTING, Capacity
from events.vetoes import VetoReason
from functions.approvals.rules.approval import GRACE, Approval, Step, Steps, transition
from functions.approvals.rules.reversals import already_undone
from shared.kit.instants import format_instant
from shared.kit.transitions import Transition
from shared.kit.workspaces import includes

# For how long only people approve what is of the same kind about the same subject. The same
# content stays refused for ever.
SUBJECT_BARRED = timedelta(days=30)
# As many refusals about one subject are read; who has more of them is barred.
MOST_READ = 25
# Silence means no for more requests with the same content than that many which stand approved
# unless somebody objects.
MOST_SILENT = 25
# As many requests one commit takes back; a timer takes back the others.
AT_ONCE = 50
_NEXT_TIME = timedelta(seconds=1)


def why_refused(
    same_content: Sequence[Approval],
    same_subject: Sequence[Approval],
    at: datetime,
    workspace_id: str | None = None,
) -> tuple[str, ...]:
    """Why neither a precedent nor silence may approve a request in that workspace at `at`, in the
    words of a match; empty where nothing speaks against it. The approvals are those with the
    request's marks, `MOST_READ` at most, of every workspace: who reads the request learns no id of
    another's."""
    same = (_in_words(each, workspace_id) for each in same_content[:1])
    reasons = [f"nobody refused the same content: {each}" for each in same]
    recent = [each for each in same_subject if _is_recent(each, at)]
    if recent or len(same_subject) >= MOST_READ:
        newest = max(recent or same_subject, key=lambda each: each.refused_at or each.requested_at)
        days = SUBJECT_BARRED.days
        reasons.append(
            f"nobody refused its subject within {days} days: {_in_words(newest, workspace_id)}"
        )
    return tuple(reasons)


def too_many_silent(tacit: Sequence[Approval]) -> tuple[str, ...]:
    """Why silence may not approve one more request with the content of those that are `tacit`, so
    that one refusal reaches them soon; empty below `MOST_SILENT`."""
    if len(tacit) < MOST_SILENT:
        return ()
    return (f"fewer than {MOST_SILENT} requests with the same content stand unless refused",)


def take_back(refused: Approval, tacit: Iterable[Approval], at: datetime) -> Steps:
    """Lets nothing stand that was not decided by people and has the content that somebody
    `refused`: at `at`, silence is revoked, and what a precedent approved is vetoed in their name
    while a veto counts."""
    return tuple(step for each in tacit for step in _taken_back(refused, each, at))


def spread(refused: Approval, *, found: int, taken: int, at: datetime) -> Step | None:
    """When the next requests are taken back, where `AT_ONCE` were `found`, or that none are left;
    None where nothing changes. Where none of those was `taken`, all wait for their own timers."""
    due = None
    if found >= AT_ONCE:
        due = at + (_NEXT_TIME if taken else GRACE)
    if due == refused.spreads_at:
        return None
    return Transition(refused.but(spreads_at=due))


def _taken_back(refused: Approval, tacit: Approval, at: datetime) -> Steps:
    if not tacit.tacit_marks:
        return ()
    if tacit.is_open:
        if at > tacit.deadline_at:
            return ()
        return (transition(tacit, ApprovalSilenceRevoked, on_timeout="deny"),)
    if tacit.veto is None or at > tacit.veto.closes_at:
        return ()
    by, capacity = _refuser_of(refused)
    within = tacit.workspace_id
    why = f"{name_of_request(refused, within)} with the same content was refused"
    said = refused.veto_reason if includes(within, refused.workspace_id) else None
    vetoed = transition(
        tacit,
        ApprovalVetoed,
        status="vetoed",
        decision="veto",
        decided_by=by,
        decided_at=at,
        capacity=capacity,
        refused_at=at,
        veto_reason=said or VetoReason(category="other", explanation=why),
        note=why,
        review=refused.review if capacity == "deputy" else None,
    )
    return vetoed, *already_undone(vetoed.state)


def _refuser_of(refused: Approval) -> tuple[str | None, Capacity | None]:
    """Who refused it last, and in which capacity; a reviewer, and who cancels a case, act in
    none."""
    for late in refused.late:
        if late.at == refused.refused_at and late.decision in LASTING:
            return late.principal, "governor" if late.right == "governor" else "approver"
    if refused.review is not None and refused.review.reviewed_at == refused.refused_at:
        return refused.review.reviewed_by, None
    if refused.refused_by is not None:
        return refused.refused_by, None
    return refused.decided_by, refused.capacity


def _is_recent(approval: Approval, at: datetime) -> bool:
    return approval.refused_at is not None and approval.refused_at > at - SUBJECT_BARRED


def _in_words(approval: Approval, workspace_id: str | None) -> str:
    assert approval.refused_at is not None
    name = name_of_request(approval, workspace_id)
    return f"{name} was refused at {format_instant(approval.refused_at)}"


def name_of_request(approval: Approval, workspace_id: str | None) -> str:
    """The request's name in a text that members of that workspace read: they learn no id of what
    lies outside of it."""
    is_seen = includes(workspace_id, approval.workspace_id)
    return approval.approval_id if is_seen else "a request outside of the workspace"
