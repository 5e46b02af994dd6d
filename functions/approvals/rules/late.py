"""The trace of a decision that came too late: it is refused, and shown."""

from datetime import datetime

from events.approvals import ApprovalDecidedLate
from events.quorum import LASTING, LateDecision, Right
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
    person, as far as there is room (`MOST_LATE`); a refusal takes the place of the same person's
    other decision or, where there is no room, of another's. What a governor, or who the policy
    names, rejected or vetoed too late is not approved by a precedent later. The caller has checked
    that they could have decided."""
    late = LateDecision(
        principal=actor.principal,
        decision=decision,
        right=_right_of(approval, actor),
        at=at,
        note=note[:LONGEST_LATE_NOTE],
    )
    room = _room_for(late, approval.late)
    if room is None:
        return ()
    fields = acted_fields(actor, at)
    if late.counts_as_refused:
        fields["refused_at"] = at
    return (transition(approval, ApprovalDecidedLate, late=(*room, late), **fields),)


def note_overtaken(
    approval: Approval, decision: str, note: str, actor: Actor, at: datetime
) -> Steps:
    """Records a governor's refusal, or that of who has a place in the policy's rule, which came
    after the request had ended: as `note_late`, and only where nothing was approved and what
    ended it is no refusal that lasts. So nobody who ends a request first takes the refusal away
    from whose word counts."""
    is_allowed = GOVERNOR in actor.roles or bool(own_places(approval, actor))
    if decision not in LASTING or not is_allowed or not approval.may_still_be_refused:
        return ()
    return note_late(approval, decision, note, actor, at)


def _room_for(
    late: LateDecision, kept: tuple[LateDecision, ...]
) -> tuple[LateDecision, ...] | None:
    """The late decisions that stay beside this one; None where it has no room."""
    own = [each for each in kept if each.principal == late.principal]
    is_refusal = late.decision in LASTING
    if own and (own[0].decision in LASTING or not is_refusal):
        return None
    same_right = [each for each in kept if each.right == late.right]
    if own or len(same_right) < MOST_LATE[late.right]:
        gives_way = own[:1]
    else:
        gives_way = [each for each in same_right if each.decision not in LASTING][:1]
        if not gives_way or not is_refusal:
            return None
    return tuple(each for each in kept if each not in gives_way)


def _right_of(approval: Approval, actor: Actor) -> Right:
    """What gave the actor the right to decide; a deputy's right follows from the policy."""
    if GOVERNOR in actor.roles:
        return "governor"
    if own_places(approval, actor) or usable_grant(approval, actor):
        return "policy"
    was_added = places_for(approval.added_rule, actor.principal, actor.roles)
    return "requester" if was_added else "policy"
