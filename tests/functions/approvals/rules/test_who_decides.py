"""Who decides follows from the policy: a requester may ask for more people, never for fewer."""

from typing import Any

import pytest

from events.quorum import Right
from functions.approvals.rules.approval import Approval
from functions.approvals.rules.commands import ReviewBody
from functions.approvals.rules.decisions import decide
from functions.approvals.rules.late import MOST_LATE, note_late
from functions.approvals.rules.reviews import review
from functions.approvals.rules.silence import time_passed
from functions.approvals.rules.veto import veto
from shared.kit.callers import Actor
from shared.kit.errors import AlreadyDecided, ApprovalExpired, Forbidden, SeparationOfDuties
from tests.functions.approvals.builders import (
    DEPUTY,
    GOVERNOR,
    HOUR,
    LEGAL,
    MINUTE,
    OTHER_DEPUTY,
    REQUESTER,
    SECOND,
    START,
    active,
    command,
    matches_of,
    opened,
    rule,
    stepped,
    veto_command,
)

ACCOMPLICE = Actor("aldo", frozenset())
THEIRS = rule("any", "principal:aldo")
UPHELD = ReviewBody(verdict="upheld", note="It was right.")
OVERTURNED = ReviewBody(verdict="overturned", note="It was wrong.")


def decided(verb: str, approval: Approval, actor: Actor, **fields: Any) -> Approval:
    return stepped(decide(approval, command(verb, approval, **fields), actor, START))


def test_an_accomplice_whom_the_requester_names_does_not_replace_the_governor() -> None:
    approval = opened(added_rule=THEIRS)
    voted = decided("approve", approval, ACCOMPLICE)
    assert (voted.status, voted.missing) == ("pending", ("role:governor",))
    assert decided("approve", voted, GOVERNOR).status == "approved"


def test_who_the_requester_adds_is_asked_too() -> None:
    approval = opened(added_rule=rule("all", "role:legal"))
    assert approval.missing == ("role:governor", "role:legal")
    voted = decided("approve", approval, GOVERNOR)
    assert (voted.status, voted.missing) == ("pending", ("role:legal",))
    assert decided("approve", voted, LEGAL).status == "approved"


def test_one_person_with_both_roles_counts_once_in_each_rule() -> None:
    both = Actor("bo", frozenset({"governor", "legal"}))
    approval = opened(added_rule=rule("all", "role:legal"))
    assert decided("approve", approval, both).status == "approved"


def test_the_policys_own_rule_is_not_added_again() -> None:
    assert opened(added_rule=rule("any", "role:governor")).added_rule is None


@pytest.mark.parametrize(
    ("verb", "fields"),
    [
        ("defer", {"until": START + HOUR}),
        ("escalate", {}),
        ("delegate", {"to": "dina"}),
    ],
)
def test_who_was_only_added_may_vote_and_refuse_and_nothing_else(
    verb: str, fields: dict[str, Any]
) -> None:
    approval = opened(added_rule=THEIRS)
    with pytest.raises(Forbidden, match="the requester added you"):
        decide(approval, command(verb, approval, **fields), ACCOMPLICE, START)
    assert decided("reject", approval, ACCOMPLICE).status == "rejected"


@pytest.mark.parametrize("kind", ["constitutional", "financial"])
def test_only_governors_and_deputies_break_the_glass(kind: Any) -> None:
    both = rule("all", "role:governor", "role:legal")
    approval = opened(kind=kind, rule=both, added_rule=THEIRS)
    for actor in (LEGAL, ACCOMPLICE):
        with pytest.raises(Forbidden, match="only a governor or a deputy"):
            decide(approval, command("break_glass", approval, grounds="legal"), actor, START)
    assert decided("break_glass", approval, GOVERNOR, grounds="legal").status == "approved"


def test_only_a_governor_overturns_what_an_accomplice_upheld() -> None:
    broken = decided("break_glass", opened(), DEPUTY, grounds="outage")
    upheld, overturned = (ReviewBody(verdict=v, note="why") for v in ("upheld", "overturned"))
    by_accomplice = stepped(review(broken, upheld, OTHER_DEPUTY, START))
    with pytest.raises(AlreadyDecided):
        review(by_accomplice, overturned, Actor("dora", DEPUTY.roles), START)
    state = stepped(review(by_accomplice, overturned, GOVERNOR, START))
    assert state.review is not None
    assert (state.review.status, state.review.reviewed_by) == ("overturned", "gala")


@pytest.mark.parametrize("added", [None, THEIRS])
def test_a_governor_whom_no_rule_names_may_refuse_and_break_the_glass_but_not_vote(
    added: Any,
) -> None:
    approval = opened(rule=rule("any", "role:legal"), added_rule=added)
    assert decided("reject", approval, GOVERNOR).capacity == "governor"
    assert decided("request_changes", approval, GOVERNOR).status == "changes_requested"
    vetoed = stepped(veto(approval, veto_command(approval), GOVERNOR, START))
    assert vetoed.status == "rejected"
    assert decided("break_glass", approval, GOVERNOR, grounds="outage").status == "approved"
    with pytest.raises(Forbidden, match=r"role:legal.* must say yes"):
        decide(approval, command("approve", approval), GOVERNOR, START)


def test_a_governor_vetoes_what_a_precedent_approved_whatever_the_rule() -> None:
    approval = opened(active(), rule=rule("any", "role:legal"))
    assert approval.status == "auto_approved"
    assert stepped(veto(approval, veto_command(approval), GOVERNOR, START)).status == "vetoed"


def test_no_precedent_approves_what_the_requester_wants_others_asked_about() -> None:
    approval = opened(active(), added_rule=THEIRS)
    assert approval.status == "pending"
    (match,) = matches_of(active(), added_rule=THEIRS)
    assert "the requester asks for nobody: somebody was added" in match.unsatisfied


def test_an_author_assents_to_nothing_whatever_their_role() -> None:
    reviser = Actor("rui", frozenset({"governor", "legal"}))
    approval = opened(authors=(REQUESTER, "rui"), rule=rule("any", "role:governor", "role:legal"))
    for verb, fields in (
        ("approve", {}),
        ("break_glass", {"grounds": "outage"}),
        ("escalate", {}),
        ("delegate", {"to": "dina"}),
        ("defer", {"until": START + HOUR}),
    ):
        with pytest.raises(SeparationOfDuties):
            decide(approval, command(verb, approval, **fields), reviser, START, took_over=True)
    broken = decided("break_glass", approval, GOVERNOR, grounds="outage")
    with pytest.raises(SeparationOfDuties):
        review(broken, UPHELD, reviser, START)


@pytest.mark.parametrize("name", [REQUESTER, "rui"])
@pytest.mark.parametrize("role", ["governor", "legal"])
def test_an_author_whose_word_counts_refuses_as_anybody_does(name: str, role: str) -> None:
    author = Actor(name, frozenset({role}))
    fields: dict[str, Any] = {
        "authors": (REQUESTER, "rui"),
        "rule": rule("any", "role:governor", "role:legal"),
    }
    approval = opened(**fields)
    approved_before = opened(active(), **{**fields, "rule": None})
    assert approved_before.status == "auto_approved"
    broken = decided("break_glass", approval, GOVERNOR, grounds="outage")
    refusals = [
        decided("reject", approval, author),
        decided("request_changes", approval, author),
        stepped(veto(approval, veto_command(approval), author, START)),
        stepped(review(broken, OVERTURNED, author, START)),
    ]
    if role == "governor":
        refusals.append(
            stepped(veto(approved_before, veto_command(approved_before), author, START))
        )
    for refused in refusals:
        assert (refused.refused_at, refused.is_open) == (START, False)


def test_who_upholds_the_refusal_of_their_own_text_refuses_and_who_overturns_it_assents() -> None:
    reviser = Actor("rui", frozenset({"governor"}))
    approval = opened(authors=(REQUESTER, "rui"))
    refused = stepped(decide(approval, command("reject", approval), DEPUTY, START, took_over=True))
    assert stepped(review(refused, UPHELD, reviser, START)).refused_at == START
    with pytest.raises(SeparationOfDuties):
        review(refused, OVERTURNED, reviser, START)


def test_an_author_without_a_right_to_decide_refuses_nothing() -> None:
    approval = opened(authors=(REQUESTER, "rui"))
    for name in (REQUESTER, "rui"):
        with pytest.raises(Forbidden):
            decided("reject", approval, Actor(name, frozenset()))


def test_no_precedent_approves_what_its_author_or_activator_wrote_a_part_of() -> None:
    for name in ("gala", "goran"):
        assert opened(active(), authors=(REQUESTER, name)).status == "pending"


def test_a_place_is_not_delegated_to_somebody_whose_text_is_in_the_content() -> None:
    approval = opened(authors=(REQUESTER, "dina"))
    with pytest.raises(Exception, match="whose text is in the content"):
        decide(approval, command("delegate", approval, to="dina"), GOVERNOR, START)


def test_a_late_decision_leaves_a_trace_and_changes_nothing_else() -> None:
    approval = opened(kind="artifact", risk="low", silence_approves=True)
    late = approval.deadline_at + SECOND
    with pytest.raises(ApprovalExpired):
        decide(approval, command("reject", approval, note="no"), GOVERNOR, late)
    noted = stepped(note_late(approval, "reject", "no", GOVERNOR, late))
    approved = stepped(time_passed(noted, approval.deadline_at + MINUTE))
    assert (approved.status, approved.capacity) == ("approved", "silence")
    (trace,) = approved.late
    assert (trace.principal, trace.decision, trace.note, trace.at) == ("gala", "reject", "no", late)
    assert note_late(approved, "reject", "again", GOVERNOR, late) == ()


def test_late_decisions_are_bounded() -> None:
    approval = opened(
        rule=rule("any", "role:governor", "role:legal"), added_rule=rule("any", "role:friend")
    )
    # Those whom the requester added come first, and take nobody else's room.
    roles: dict[Right, str] = {"requester": "friend", "policy": "legal", "governor": "governor"}
    for right, role in roles.items():
        for number in range(MOST_LATE[right]):
            actor = Actor(f"{role}-{number}", frozenset({role}))
            approval = stepped(note_late(approval, "approve", "x" * 4_000, actor, START))
            assert approval.late[-1].right == right
        one_more = Actor("one-more", frozenset({role}))
        assert note_late(approval, "approve", "", one_more, START) == ()
    assert len(approval.late) == sum(MOST_LATE.values()) == 16
    assert len(approval.late[0].note) == 500


def test_a_governors_late_decision_shows_that_they_are_there_and_refuses_what_it_rejects() -> None:
    added = opened(added_rule=rule("any", "role:legal"))
    late = added.deadline_at + SECOND
    rejected = stepped(note_late(added, "reject", "no", GOVERNOR, late))
    assert (rejected.governed_at, rejected.refused_at) == (late, late)
    approved = stepped(note_late(added, "approve", "", GOVERNOR, late))
    assert (approved.governed_at, approved.refused_at) == (late, None)
    by_added = stepped(note_late(added, "reject", "no", LEGAL, late))
    assert (by_added.governed_at, by_added.refused_at) == (None, None)
