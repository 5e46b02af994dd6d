"""Whether enough distinct people said yes: voters fill the places of a rule."""

from collections.abc import Callable, Collection, Sequence

from events.quorum import Place, Rule, Vote
from shared.kit.errors import FieldError, Invalid
from shared.kit.principals import is_reserved
from shared.kit.roles import GOVERNOR

ANY_GOVERNOR = Rule(kind="any", of=(Place(role=GOVERNOR),))

PlacesOf = Callable[[Vote], tuple[int, ...]]


def needed(rule: Rule) -> int:
    """How many places must be filled."""
    if rule.kind == "any":
        return 1
    return len(rule.of) if rule.kind == "all" else rule.m or 0


def places_for(rule: Rule | None, principal: str, roles: frozenset[str]) -> tuple[int, ...]:
    """The indices of the places that this principal could fill."""
    return tuple(
        index
        for index, place in enumerate(rule.of if rule else ())
        if place.principal == principal or (place.role is not None and place.role in roles)
    )


def filled(votes: Sequence[Vote], places_of: PlacesOf) -> dict[int, str]:
    """The largest assignment of voters to places, one place each: place index to principal. Greedy
    filling could leave out a voter whose only place is taken; augmenting paths move the other
    voter."""
    taken: dict[int, Vote] = {}

    def seat(vote: Vote, tried: set[int]) -> bool:
        for place in places_of(vote):
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


def missing_places(rule: Rule, added: Rule | None, votes: Sequence[Vote]) -> tuple[str, ...]:
    """The unfilled places of the rules that are not met, as `role:…` or `principal:…`; none once
    both are met by distinct principals each."""
    missing = _unfilled(rule, votes, lambda vote: vote.places)
    if added is not None:
        missing += _unfilled(added, votes, lambda vote: vote.added_places)
    return tuple(dict.fromkeys(missing))


def filled_places(votes: Sequence[Vote]) -> int:
    """How many places of both rules distinct principals fill."""
    own = filled(votes, lambda vote: vote.places)
    return len(own) + len(filled(votes, lambda vote: vote.added_places))


def rule_errors(rule: Rule, field: str = "rule") -> list[FieldError]:
    """What is wrong with the rule itself, under the name of its field."""
    errors = []
    if not rule.of:
        errors.append(FieldError(f"{field}.of", "must name an approver"))
    for index, place in enumerate(rule.of):
        problem = _place_problem(place)
        if problem is None and place.principal is not None and place in rule.of[:index]:
            problem = "is named before, and one person fills one place: name somebody else"
        if problem is not None:
            errors.append(FieldError(f"{field}.of.{index}", problem))
    if rule.kind == "m_of_n":
        if rule.m is None or not 1 <= rule.m <= len(rule.of):
            errors.append(FieldError(f"{field}.m", "must be from 1 to the number of approvers"))
    elif rule.m is not None:
        errors.append(FieldError(f"{field}.m", "belongs to m_of_n only"))
    return errors


def refuse_unfillable(rule: Rule, authors: Collection[str], remedy: str) -> None:
    """Raises Invalid where distinct people other than the authors cannot meet the rule."""
    named = {place.principal for place in rule.of if place.principal is not None}
    others = len(named - set(authors)) + sum(place.role is not None for place in rule.of)
    if others < needed(rule):
        raise Invalid(FieldError("rule", f"cannot be met by people other than you: {remedy}"))


def can_pass_without(rule: Rule, role: str) -> bool:
    """Whether the rule could be met with every place of `role` empty."""
    return sum(place.role != role for place in rule.of) >= needed(rule)


def name_of(place: Place) -> str:
    """A place as text: `role:…` or `principal:…`."""
    return f"principal:{place.principal}" if place.principal is not None else f"role:{place.role}"


def _unfilled(rule: Rule, votes: Sequence[Vote], places_of: PlacesOf) -> tuple[str, ...]:
    taken = filled(votes, places_of)
    if len(taken) >= needed(rule):
        return ()
    return tuple(name_of(place) for index, place in enumerate(rule.of) if index not in taken)


def _place_problem(place: Place) -> str | None:
    if (place.role is None) == (place.principal is None):
        return "must name a role or a principal"
    if place.principal is not None and is_reserved(place.principal):
        return "must name a person or a program: this name is reserved"
    return None
