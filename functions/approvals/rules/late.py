"""The trace of a decision that came too late: it is refused, and shown."""

from datetime import datetime

from events.approvals import ApprovalDecidedLate
from events.quorum import LateDecision, Right
from functions.approvals.rules.approval import Approval, Steps, transition
from functions.approvals.rules.quorum import places_for
from functions.approvals.rules.standing import acted_fields, own_places, usable_grant
from shared.kit.callers import Actor
from shared.kit.roles import GOVERNOR

# How many are kept for each right to decide: people whom a requester added leave room for governors
# and for people whom the policy names.
MOST_LATE: dict[Right, int] = {"governor": 6, "policy": 6, "requester": 4}
LONGEST_LATE_NOTE = 500


def note_late(approval: Approval, decision: str, note: str, actor: Actor, at: datetime) -> Steps:
    """Records who wanted to decide what after the deadline or the veto window, once for each
    person and decision, as far as there is room (`MOST_LATE`). No precedent approves later what a
    governor, or somebody whom the policy names, rejected or vetoed too late. The caller has checked
    that the actor could have decided."""
    right = _right_of(approval, actor)
    known = {(late.principal, late.decision) for late in approval.late}
    kept = sum(late.right == right for late in approval.late)
    if (actor.principal, decision) in known or kept >= MOST_LATE[right]:
        return ()
    late = LateDecision(
        principal=actor.principal,
        decision=decision,
        right=right,
        at=at,
        note=note[:LONGEST_LATE_NOTE],
    )
    fields = acted_fields(actor, at)
    if decision in ("reject", "veto") and right != "requester":
        fields["refused_at"] = at
    return (transition(approval, ApprovalDecidedLate, late=(*approval.late, late), **fields),)


def _right_of(approval: Approval, actor: Actor) -> Right:
    """What gave the actor the right to decide; a deputy's right follows from the policy."""
    if GOVERNOR in actor.roles:
        return "governor"
    if own_places(approval, actor) or usable_grant(approval, actor):
        return "policy"
    was_added = places_for(approval.added_rule, actor.principal, actor.roles)
    return "requester" if was_added else "policy"
