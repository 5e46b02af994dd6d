"""One decision on one approval: its transition, or its refusal."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from events.approvals import (
    ApprovalApproved,
    ApprovalChangesRequested,
    ApprovalRejected,
    ApprovalState,
    ApprovalVoted,
)
from events.quorum import BreakGlass, Capacity, Review, Vote
from functions.approvals.rules import decision_refusals, delegation
from functions.approvals.rules.alone import SELF, may_be_self
from functions.approvals.rules.answers import (
    Elicitation,
    check_answer,
    refuse_another_answer,
    with_answer,
)
from functions.approvals.rules.approval import (
    REFUSALS,
    Approval,
    Repeat,
    Step,
    Steps,
    Verb,
    transition,
)
from functions.approvals.rules.commands import DecisionBody, DecisionVerb, check_decision
from functions.approvals.rules.merging import could_not_know, take_back
from functions.approvals.rules.quorum import filled_places, missing_places, places_for
from functions.approvals.rules.standing import (
    Standing,
    acted_fields,
    refuse_own_assent,
    standing_of,
    was_voted_for,
)
from shared.kit.callers import Actor
from shared.kit.errors import Forbidden, VersionConflict

DEPUTY_REVIEW_WITHIN = timedelta(hours=72)
BREAK_GLASS_REVIEW_WITHIN = timedelta(hours=24)


def decide(
    approval: Approval,
    command: DecisionBody,
    actor: Actor,
    at: datetime,
    *,
    took_over: bool = False,
    alone: bool = False,
    asked: Elicitation | None = None,
) -> Steps | Repeat:
    """The transitions of the decision, which was received at `at`. `took_over`: the deputy acts for
    a governor who missed a deadline; `alone`: the tenant has no other human than the actor; `asked`
    is the question in the approval's content that whoever approves answers.

    Raises, in this order: SeparationOfDuties, Forbidden, Invalid, AlreadyDecided, ApprovalExpired,
    StaleDecisionHash, VersionConflict for a yes that fills no further place, or gives another
    answer than one before it. Contracts: the order of refusals."""
    standing = _admit(approval, command.decision, actor, took_over=took_over, alone=alone)
    check_decision(command, approval, actor, at)
    check_answer(command, approval, asked)
    if is_repeat(approval, command.decision, command.decision_hash, actor):
        refuse_another_answer(approval, command, asked)
        return Repeat()
    is_unaware = standing.takes_back and could_not_know(approval, command, at)
    if command.decision in REFUSALS and is_unaware:
        refuse_other_content(approval, command.decision_hash)
        fields = final_fields(approval, command.decision, actor, standing, at)
        return take_back(approval, {**fields, "note": command.note}, at)
    refuse_late(approval, command.decision_hash, at)
    step = _decided(approval, command, actor, standing, at)
    return (with_answer(step, approval, command, asked),)


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
            return delegation.defer(approval, command, actor, at)
        case "escalate":
            return delegation.escalate(approval, command, actor, standing, at)
        case "delegate":
            return delegation.delegate(approval, command, actor, at)


def _admit(
    approval: Approval, verb: DecisionVerb, actor: Actor, *, took_over: bool, alone: bool
) -> Standing:
    """The actor's right to take this decision, in any state.

    Raises SeparationOfDuties for the content's authors where it is no refusal, then Forbidden."""
    if alone and may_be_self(approval, verb, actor):
        return replace(standing_of(approval, actor, took_over=False), capacity=SELF)
    if verb not in REFUSALS:
        refuse_own_assent(approval, actor)
    # Break-glass is for when nobody else can be reached, so the deputy needs no grant.
    standing = standing_of(approval, actor, took_over=took_over or verb == "break_glass")
    if verb == "approve" and not standing.may_vote and approval.is_open:
        raise Forbidden(
            f"{', '.join(approval.missing)} must say yes; a governor without a place may reject, "
            "request changes, veto or break the glass"
        )
    if verb == "break_glass" and not (standing.is_governor or standing.capacity == "deputy"):
        raise Forbidden("only a governor or a deputy breaks the glass: it skips all the others")
    if verb not in ("approve", "reject", "request_changes") and standing.was_only_added:
        raise Forbidden("the requester added you: you may approve, reject or request changes")
    if verb == "delegate" or (verb == "escalate" and standing.capacity != "deputy"):
        _refuse_passing_on(approval, actor)
    return standing


def _refuse_passing_on(approval: Approval, actor: Actor) -> None:
    if not places_for(approval.rule, actor.principal, actor.roles):
        raise Forbidden("only who has a place of their own in the rule may pass it on")
    voted = any(vote.principal == actor.principal for vote in approval.votes)
    if voted or was_voted_for(approval, actor.principal):
        raise Forbidden("your place was voted with: nothing is left to pass on")


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
        raise decision_refusals.too_late(approval)
    if not approval.is_open:
        raise decision_refusals.already_decided(approval)
    if at > approval.deadline_at:
        raise decision_refusals.too_late(approval)
    refuse_other_content(approval, decision_hash)


def refuse_other_content(approval: Approval, decision_hash: str) -> None:
    """Raises StaleDecisionHash for a decision about other content than the approval's."""
    if decision_hash != approval.decision_hash:
        raise decision_refusals.other_content(approval, decision_hash)


def final_fields(
    approval: Approval, verb: Verb, actor: Actor, standing: Standing, at: datetime
) -> dict[str, Any]:
    """The fields of every final decision of a person; what a deputy decided, or approved with
    others, also requires a review, but no governor's refusal. A refusal counts unless only the
    requester had asked the person."""
    fields = acted_fields(actor, at)
    capacities = {standing.capacity, *(vote.capacity for vote in approval.votes)}
    capacity = standing.capacity
    # A refusal is the word of who refused: it rests on no deputy's vote, nor on another's place.
    if verb in REFUSALS:
        if standing.is_governor and capacity == "deputy":
            capacity = "governor"
        capacities = {capacity}
    fields |= {
        "decision": verb,
        "decided_by": actor.principal,
        "decided_at": at,
        "capacity": capacity,
        "deferred_until": None,
        # Who signed is added where its signature was checked.
        "passkey_id": None,
        "device_id": None,
    }
    if verb in REFUSALS and not standing.was_only_added:
        fields["refused_at"] = at
    if "deputy" in capacities:
        fields["review"] = Review(because="deputy", status="owed", due_at=at + DEPUTY_REVIEW_WITHIN)
    return fields


def _approve(
    approval: Approval, command: DecisionBody, actor: Actor, standing: Standing, at: datetime
) -> Step:
    vote = _vote(actor, standing.capacity, standing, at)
    votes = (*approval.votes, vote)
    if missing_places(approval.rule, approval.added_rule, votes):
        # So there are never more votes than places, however many people hold a role.
        if filled_places(votes) == filled_places(approval.votes):
            who = ", ".join(approval.missing)
            raise VersionConflict(f"others have filled your place: {who} must say yes")
        fields = acted_fields(actor, at)
        return transition(approval, ApprovalVoted, votes=votes, note=command.note, **fields)
    fields = final_fields(approval, "approve", actor, standing, at)
    fields["approved_version"] = approval.version + 1
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
    seats = standing if standing.capacity == "approver" else Standing("deputy")
    vote = _vote(actor, "break_glass", seats, at)
    votes = (*(v for v in approval.votes if v.principal != actor.principal), vote)
    skipped = missing_places(approval.rule, approval.added_rule, votes)
    fields = final_fields(approval, "break_glass", actor, standing, at)
    fields |= {
        "capacity": "break_glass",
        "approved_version": approval.version + 1,
        "break_glass": BreakGlass(grounds=command.grounds, skipped=skipped),
        "review": Review(
            because="break_glass", status="owed", due_at=at + BREAK_GLASS_REVIEW_WITHIN
        ),
    }
    return transition(
        approval, ApprovalApproved, status="approved", votes=votes, note=command.note, **fields
    )


def _vote(actor: Actor, capacity: Capacity, standing: Standing, at: datetime) -> Vote:
    return Vote(
        principal=actor.principal,
        capacity=capacity,
        on_behalf_of=standing.on_behalf_of,
        places=standing.places,
        added_places=standing.added_places,
        at=at,
    )
