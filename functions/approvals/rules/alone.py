"""A tenant with one human would wait for ever: when that human may approve what they wrote."""

from typing import Literal

from events.members import MemberState
from functions.approvals.rules.approval import Approval, Verb
from functions.approvals.rules.standing import own_places
from shared.kit.callers import Actor
from shared.kit.models import Model
from shared.kit.roles import GOVERNOR
from shared.kit.transitions import Transition

SELF: Literal["self"] = "self"
RISKS_BY_SELF = ("low", "medium")


class KnownHuman(Model):
    """What `approvals` knows of a human's place in the tenant. `sequence` is that of the latest
    event about it."""

    principal_id: str
    is_here: bool
    sequence: int


class Humans(Model):
    """How many humans are members of the tenant now."""

    here: int


def follow(
    known: KnownHuman | None, humans: Humans | None, published: MemberState, sequence: int
) -> tuple[Transition[KnownHuman] | Transition[Humans], ...]:
    """The human after one of their events, and how many there are then. Events may come late,
    twice, or in another order: the one with the highest sequence counts. No service is a human."""
    if published.kind != "human" or (known is not None and known.sequence >= sequence):
        return ()
    was_here = known is not None and known.is_here
    is_here = published.removed_at is None
    newer = KnownHuman(principal_id=published.principal_id, is_here=is_here, sequence=sequence)
    if is_here == was_here:
        return (Transition(newer),)
    before = humans.here if humans is not None else 0
    return Transition(newer), Transition(Humans(here=before + is_here - was_here))


def is_sole(humans: Humans | None, known: KnownHuman | None) -> bool:
    """Whether this human is the tenant's only one. Nobody is where the tenant never signed up."""
    return humans is not None and humans.here == 1 and known is not None and known.is_here


def may_be_self(approval: Approval, verb: Verb, actor: Actor) -> bool:
    """Whether the actor would approve their own request if they were the tenant's only human: a
    governor with a place in the rule, low or medium risk, and no change of who may do what. Among
    constitutional requests only those of creation cases count, which are about an agent."""
    if verb != "approve" or actor.principal not in approval.authors:
        return False
    if approval.risk not in RISKS_BY_SELF or _changes_the_rules(approval):
        return False
    return GOVERNOR in actor.roles and bool(own_places(approval, actor))


def approved_as_self(approval: Approval, actor: Actor) -> bool:
    """Whether the actor approved their own request before, while nobody else was there: a repeat
    gets its answer."""
    return any(
        vote.principal == actor.principal and vote.capacity == SELF for vote in approval.votes
    )


def _changes_the_rules(approval: Approval) -> bool:
    if approval.kind != "constitutional":
        return False
    return approval.case is None or approval.case.purpose == "ethics_escalation"
