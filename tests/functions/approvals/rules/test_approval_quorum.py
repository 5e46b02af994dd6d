"""Any, all, m of n: places filled by distinct people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.approvals import ApprovalRejected, ApprovalVoted
from events.quorum import Place, Rule, Vote
from functions.approvals.rules.approval import Repeat
from functions.approvals.rules.decisions import decide
from functions.approvals.rules.quorum import (
    filled,
    missing_places,
    needed,
    refuse_unfillable,
    rule_errors,
)
from shared.kit.callers import Actor
from shared.kit.errors import Invalid, VersionConflict
from tests.functions.approvals.builders import (
    GOVERNOR,
    LEGAL,
    OTHER_GOVERNOR,
    START,
    command,
    opened,
    rule,
    step_of,
    stepped,
)

BOTH = Actor("bo", frozenset({"governor", "legal"}))


def votes(*choices: tuple[str, tuple[int, ...]]) -> list[Vote]:
    return [
        Vote(principal=name, capacity="approver", places=places, at=START)
        for name, places in choices
    ]


def test_all_waits_for_every_place_and_says_so_on_the_way() -> None:
    approval = opened(rule=rule("all", "role:governor", "role:legal"))
    first = step_of(decide(approval, command("approve", approval), GOVERNOR, START))
    assert first.event is ApprovalVoted
    assert first.state.status == "pending"
    second = stepped(decide(first.state, command("approve", approval), LEGAL, START))
    assert (second.status, second.decided_by) == ("approved", "lena")
    assert [vote.principal for vote in second.votes] == ["gala", "lena"]


def test_one_person_does_not_fill_two_places() -> None:
    approval = opened(rule=rule("all", "role:governor", "role:legal"))
    voted = stepped(decide(approval, command("approve", approval), BOTH, START))
    assert voted.status == "pending"
    assert decide(voted, command("approve", approval), BOTH, START) == Repeat()


def test_a_voter_who_fits_two_places_leaves_the_one_another_needs() -> None:
    approval = opened(rule=rule("all", "role:governor", "role:legal"))
    voted = stepped(decide(approval, command("approve", approval), BOTH, START))
    assert (
        stepped(decide(voted, command("approve", approval), GOVERNOR, START)).status == "approved"
    )


def test_two_of_three_governors_are_enough_and_must_be_two() -> None:
    places = ["role:governor"] * 3
    approval = opened(rule=rule("m_of_n", *places, m=2))
    voted = stepped(decide(approval, command("approve", approval), GOVERNOR, START))
    assert voted.status == "pending"
    done = stepped(decide(voted, command("approve", approval), OTHER_GOVERNOR, START))
    assert done.status == "approved"


def test_a_voter_hears_the_final_answer_when_repeating() -> None:
    approval = opened(rule=rule("all", "role:governor", "role:legal"))
    voted = stepped(decide(approval, command("approve", approval), GOVERNOR, START))
    done = stepped(decide(voted, command("approve", approval), LEGAL, START))
    assert decide(done, command("approve", approval), GOVERNOR, START) == Repeat()


def test_one_rejection_ends_it_even_by_who_approved_before() -> None:
    approval = opened(rule=rule("all", "role:governor", "role:legal"))
    voted = stepped(decide(approval, command("approve", approval), GOVERNOR, START))
    ended = step_of(decide(voted, command("reject", approval), GOVERNOR, START))
    assert ended.event is ApprovalRejected


def test_a_named_principal_needs_no_role() -> None:
    approval = opened(rule=rule("any", "principal:noor"))
    noor = Actor("noor", frozenset())
    assert stepped(decide(approval, command("approve", approval), noor, START)).status == "approved"


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        (Rule(kind="any", of=()), "rule.of"),
        (Rule(kind="any", of=(Place(),)), "rule.of.0"),
        (Rule(kind="any", of=(Place(role="a", principal="b"),)), "rule.of.0"),
        (rule("m_of_n", "role:governor"), "rule.m"),
        (rule("m_of_n", "role:governor", m=2), "rule.m"),
        (rule("m_of_n", "role:governor", m=0), "rule.m"),
        (rule("any", "role:governor", m=1), "rule.m"),
        (rule("any", "principal:deadline"), "rule.of.0"),
        (rule("all", "principal:noor", "principal:noor"), "rule.of.1"),
        (rule("any", "principal:noor", "role:governor", "principal:noor"), "rule.of.2"),
        (rule("m_of_n", "principal:noor", "principal:noor", m=1), "rule.of.1"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(bad: Rule, named: str) -> None:
    assert [error.field for error in rule_errors(bad)] == [named]


@pytest.mark.parametrize(
    "bad",
    [
        rule("any", "principal:amira"),
        rule("all", "role:governor", "principal:amira"),
        rule("all", "principal:noor", "principal:noor"),
    ],
)
def test_a_rule_that_only_the_author_could_meet_is_refused(bad: Rule) -> None:
    with pytest.raises(Invalid, match="other than you: name somebody else"):
        refuse_unfillable(bad, ("amira",), "name somebody else")


def test_the_requester_may_be_named_where_others_suffice() -> None:
    refuse_unfillable(rule("m_of_n", "principal:amira", "role:governor", m=1), ("amira",), "x")


def test_a_role_may_have_several_places_and_one_person_only_one() -> None:
    assert rule_errors(rule("all", "role:governor", "role:governor", "principal:gala")) == []
    (error,) = rule_errors(rule("all", "principal:noor", "principal:noor"))
    assert error.message == "is named before, and one person fills one place: name somebody else"


def test_unfilled_places_are_named_and_none_is_once_the_rule_is_met() -> None:
    two = rule("all", "role:governor", "principal:mara")
    assert missing_places(two, None, votes(("gala", (0,)))) == ("principal:mara",)
    assert missing_places(two, None, votes(("gala", (0,)), ("mara", (1,)))) == ()


places_of_voters = st.lists(
    st.lists(st.integers(0, 4), max_size=4, unique=True).map(tuple), max_size=6
)


def most_seats(options: list[tuple[int, ...]], taken: frozenset[int]) -> int:
    """The largest number of seats, by trying everything."""
    if not options:
        return 0
    rest = options[1:]
    return max(
        most_seats(rest, taken),
        *(1 + most_seats(rest, taken | {place}) for place in options[0] if place not in taken),
        0,
    )


@given(places_of_voters)
def test_the_assignment_is_as_large_as_any_and_seats_nobody_twice(
    options: list[tuple[int, ...]],
) -> None:
    cast = votes(*((f"p{i}", places) for i, places in enumerate(options)))
    seated = filled(cast, lambda vote: vote.places)
    assert len(seated) == most_seats(options, frozenset())
    assert len(set(seated.values())) == len(seated)
    for place, principal in seated.items():
        assert place in options[int(principal[1:])]


@given(places_of_voters, st.integers(1, 5))
def test_a_rule_is_met_exactly_when_enough_places_are_filled(
    options: list[tuple[int, ...]], m: int
) -> None:
    five = rule("m_of_n", *["role:governor"] * 5, m=m)
    cast = votes(*((f"p{i}", places) for i, places in enumerate(options)))
    assert needed(five) == m
    met = not missing_places(five, None, cast)
    assert met == (most_seats(options, frozenset()) >= m)


def test_a_yes_that_fills_no_place_is_refused_so_votes_never_outnumber_places() -> None:
    approval = opened(rule=rule("all", "role:governor", "role:legal"))
    voted = stepped(decide(approval, command("approve", approval), GOVERNOR, START))
    for number in range(50):
        other = Actor(f"governor-{number}", frozenset({"governor"}))
        with pytest.raises(VersionConflict, match="role:legal must say yes"):
            decide(voted, command("approve", voted), other, START)
    assert stepped(decide(voted, command("approve", voted), LEGAL, START)).status == "approved"
