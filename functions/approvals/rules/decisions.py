"""One decision on one approval: its transition, or its refusal."""

from datetime import datetime, timedelta
from typing import Any

from events.approvals import (
    ApprovalApproved,
    ApprovalChangesRequested,
    ApprovalRejected,
    ApprovalState,
    ApprovalVoted,
    BreakGlass,
    Capacity,
    Review,
    Vote,
)
from functions.approvals.rules import delegation
from functions.approvals.rules.approval import (
    Actor,
    Approval,
    Repeat,
    Step,
    Steps,
    Verb,
    transition,
)
from functions.approvals.rules.commands import DecisionBody, DecisionVerb, check_decision
from functions.approvals.rules.quorum import filled, is_met, unfilled
from functions.approvals.rules.standing import (
    Standing,
    acted_fields,
    refuse_own_request,
    standing_of,
)
from shared.kit.errors import (
    AlreadyDecided,
    ApprovalExpired,
    Forbidden,
    StaleDecisionHash,
    VersionConflict,
)

DEPUTY_REVIEW_WITHIN = timedelta(hours=72)
BREAK_GLASS_REVIEW_WITHIN = timedelta(hours=24)


def decide(
    approval: Approval,
    command: DecisionBody,
    actor: Actor,
    at: datetime,
    *,
    took_over: bool = False,
) -> Steps | Repeat:
    """The transitions of the decision, which was received at `at`. `took_over`: the deputy acts for
    a governor who missed a deadline.

    Raises, in this order: SeparationOfDuties, Forbidden, Invalid, AlreadyDecided, ApprovalExpired,
    StaleDecisionHash, VersionConflict (a vote that fills no place). Contracts: the order of
    refusals."""
    standing = _admit(approval, command.decision, actor, took_over=took_over)
    check_decision(command, approval, actor, at)
    if is_repeat(approval, command.decision, command.decision_hash, actor):
        return Repeat()
    refuse_late(approval, command.decision_hash, at)
    return (_decided(approval, command, actor, standing, at),)


def _decided(
    approval: Approval, command: DecisionBody, actor: Actor, standing: Standing, at: datetime
) -> Step:
    match command.decision:
        case "approve":
            return _approve(approval, command, actor, standing, at)
        case "reject":
            return _end(approval, ApprovalRejected, command, actor, standing, at)
        case "request_changes":
            return _end(approval, ApprovalChangesRequested, command, actor, standing, at)
        case "break_glass":
            return _break_glass(approval, command, actor, standing, at)
        case "defer":
            return delegation.defer(approval, command, standing, at)
        case "escalate":
            return delegation.escalate(approval, command, actor, standing, at)
        case "delegate":
            return delegation.delegate(approval, command, actor, standing, at)


def _admit(approval: Approval, verb: DecisionVerb, actor: Actor, *, took_over: bool) -> Standing:
    """The actor's right to take this decision, in any state.

    Raises SeparationOfDuties for the requester, then Forbidden."""
    refuse_own_request(approval, actor)
    # Break-glass is for when nobody else can be reached, so the deputy needs no grant.
    standing = standing_of(approval, actor, took_over=took_over or verb == "break_glass")
    if standing.capacity == "deputy" and verb == "delegate":
        raise Forbidden("what was passed to you is not yours to pass on")
    return standing


def is_repeat(approval: Approval, verb: Verb, decision_hash: str, actor: Actor) -> bool:
    """Whether this principal already took exactly this decision about exactly this content."""
    if decision_hash != approval.decision_hash:
        return False
    if approval.decided_by == actor.principal and approval.decision == verb:
        return True
    voted = any(vote.principal == actor.principal for vote in approval.votes)
    return verb == "approve" and voted and (approval.is_open or approval.decision == "approve")


def refuse_late(approval: Approval, decision_hash: str, at: datetime) -> None:
    """Raises AlreadyDecided, ApprovalExpired or StaleDecisionHash where no decision is possible at
    `at`. After the deadline it is an expiry, whether or not the timer has fired."""
    if approval.decision == "silence":
        raise ApprovalExpired()
    if not approval.is_open:
        raise AlreadyDecided(f"the approval is {approval.status}")
    if at > approval.deadline_at:
        raise ApprovalExpired()
    if decision_hash != approval.decision_hash:
        raise StaleDecisionHash()


def final_fields(
    approval: Approval, verb: Verb, actor: Actor, standing: Standing, at: datetime
) -> dict[str, Any]:
    """The fields of every final decision of a person; a deputy's decision also requires a
    review."""
    fields = acted_fields(approval, standing, at)
    fields |= {
        "decision": verb,
        "decided_by": actor.principal,
        "decided_at": at,
        "capacity": standing.capacity,
        "deferred_until": None,
    }
    by_deputy = standing.capacity == "deputy" or any(
        vote.capacity == "deputy" for vote in approval.votes
    )
    if by_deputy:
        fields["review"] = Review(because="deputy", status="owed", due_at=at + DEPUTY_REVIEW_WITHIN)
    return fields


def _approve(
    approval: Approval, command: DecisionBody, actor: Actor, standing: Standing, at: datetime
) -> Step:
    vote = _vote(actor, standing.capacity, standing.places, at, command.note)
    votes = (*approval.votes, vote)
    if len(filled(votes)) == len(filled(approval.votes)):
        raise VersionConflict("others have filled each place of the rule that you could fill")
    if not is_met(approval.rule, votes):
        return transition(
            approval, ApprovalVoted, votes=votes, **acted_fields(approval, standing, at)
        )
    fields = final_fields(approval, "approve", actor, standing, at)
    return transition(
        approval, ApprovalApproved, status="approved", votes=votes, note=command.note, **fields
    )


def _end(
    approval: Approval,
    event: type[ApprovalState],
    command: DecisionBody,
    actor: Actor,
    standing: Standing,
    at: datetime,
) -> Step:
    fields = final_fields(approval, command.decision, actor, standing, at)
    status = "rejected" if event is ApprovalRejected else "changes_requested"
    return transition(approval, event, status=status, note=command.note, **fields)


def _break_glass(
    approval: Approval, command: DecisionBody, actor: Actor, standing: Standing, at: datetime
) -> Step:
    assert command.grounds is not None
    seats = standing.places if standing.capacity == "approver" else ()
    vote = _vote(actor, "break_glass", seats, at, command.note)
    votes = (*(v for v in approval.votes if v.principal != actor.principal), vote)
    fields = final_fields(approval, "break_glass", actor, standing, at)
    fields |= {
        "capacity": "break_glass",
        "break_glass": BreakGlass(grounds=command.grounds, skipped=unfilled(approval.rule, votes)),
        "review": Review(
            because="break_glass", status="owed", due_at=at + BREAK_GLASS_REVIEW_WITHIN
        ),
    }
    return transition(
        approval, ApprovalApproved, status="approved", votes=votes, note=command.note, **fields
    )


def _vote(
    actor: Actor, capacity: Capacity, places: tuple[int, ...], at: datetime, note: str
) -> Vote:
    return Vote(principal=actor.principal, capacity=capacity, places=places, at=at, note=note)
