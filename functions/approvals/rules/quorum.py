"""Whether enough distinct people said yes: voters fill the places of a rule."""

from collections.abc import Sequence

from events.approvals import (
    Place,
    Rule,
    Vote,
)
from shared.kit.errors import FieldError, Invalid

GOVERNOR = "governor"
DEPUTY = "deputy"
DEFAULT_RULE = Rule(kind="any", of=(Place(role=GOVERNOR),))


def needed(rule: Rule) -> int:
    """How many places must be filled."""
    if rule.kind == "any":
        return 1
    return len(rule.of) if rule.kind == "all" else rule.m or 0


def places_for(rule: Rule, principal: str, roles: frozenset[str]) -> tuple[int, ...]:
    """The indices of the places that this principal could fill."""
    return tuple(
        index
        for index, place in enumerate(rule.of)
        if place.principal == principal or (place.role is not None and place.role in roles)
    )


def filled(votes: Sequence[Vote]) -> dict[int, str]:
    """The largest assignment of voters to places, one place each: place index to principal. Greedy
    filling could leave out a voter whose only place is taken; augmenting paths move the other
    voter."""
    taken: dict[int, Vote] = {}

    def seat(vote: Vote, tried: set[int]) -> bool:
        for place in vote.places:
            if place in tried:
                continue
            tried.add(place)
            if place not in taken or seat(taken[place], tried):
                taken[place] = vote
                return True
        return False

    for vote in {vote.principal: vote for vote in votes}.values():
        seat(vote, set())
    return {place: vote.principal for place, vote in taken.items()}


def is_met(rule: Rule, votes: Sequence[Vote]) -> bool:
    """Whether enough places are filled by distinct principals."""
    return len(filled(votes)) >= needed(rule)


def unfilled(rule: Rule, votes: Sequence[Vote]) -> tuple[str, ...]:
    """The unfilled places, as `role:…` or `principal:…`; none once the rule is met."""
    if is_met(rule, votes):
        return ()
    taken = filled(votes)
    return tuple(
        f"principal:{place.principal}" if place.principal is not None else f"role:{place.role}"
        for index, place in enumerate(rule.of)
        if index not in taken
    )


def checked(rule: Rule, requested_by: str) -> Rule:
    """`rule`, if it can be met without the requester. Raises Invalid, naming the field."""
    errors = [*_shape_errors(rule)]
    if not errors and _fillable(rule, requested_by) < needed(rule):
        errors.append(FieldError("rule.of", "cannot be met by distinct people other than you"))
    if errors:
        raise Invalid(*errors)
    return rule


def can_pass_without(rule: Rule, role: str) -> bool:
    """Whether the rule could be met with every place of `role` empty."""
    return sum(place.role != role for place in rule.of) >= needed(rule)


def _shape_errors(rule: Rule) -> list[FieldError]:
    errors = []
    if not rule.of:
        errors.append(FieldError("rule.of", "must name an approver"))
    for index, place in enumerate(rule.of):
        if (place.role is None) == (place.principal is None):
            errors.append(FieldError(f"rule.of.{index}", "must name a role or a principal"))
    if rule.kind == "m_of_n":
        if rule.m is None or not 1 <= rule.m <= len(rule.of):
            errors.append(FieldError("rule.m", "must be from 1 to the number of approvers"))
    elif rule.m is not None:
        errors.append(FieldError("rule.m", "belongs to m_of_n only"))
    return errors


def _fillable(rule: Rule, requested_by: str) -> int:
    principals = {place.principal for place in rule.of if place.principal is not None}
    return len(principals - {requested_by}) + sum(place.role is not None for place in rule.of)
