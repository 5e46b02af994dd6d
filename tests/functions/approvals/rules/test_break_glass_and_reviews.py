"""Assent without the approvers, and the review that it and a deputy's decision owe."""

from typing import Any

import pytest

from events.approvals import (
    ApprovalOverturned,
    ApprovalReviewed,
    ApprovalReviewMissed,
)
from functions.approvals.rules.approval import (
    REVIEW_DUE,
    Approval,
    Repeat,
    next_timer,
)
from functions.approvals.rules.commands import ReviewBody
from functions.approvals.rules.decisions import decide
from functions.approvals.rules.reversals import end_with_case, undo
from functions.approvals.rules.reviews import review
from functions.approvals.rules.silence import time_passed
from functions.approvals.rules.veto import veto
from shared.kit.callers import Actor
from shared.kit.errors import (
    AlreadyDecided,
    Forbidden,
    Invalid,
    SeparationOfDuties,
    VersionConflict,
)
from shared.kit.transitions import payload
from tests.functions.approvals.builders import (
    DEPUTY,
    GOVERNOR,
    HOUR,
    LEGAL,
    MINUTE,
    NOBODY,
    OTHER_DEPUTY,
    OTHER_GOVERNOR,
    REQUESTER,
    SECOND,
    START,
    command,
    opened,
    rule,
    signed_of,
    step_of,
    stepped,
    veto_command,
)

UPHELD = ReviewBody(verdict="upheld", note="The outage was real.")
OVERTURNED = ReviewBody(verdict="overturned", note="There was no outage.")


def broken(actor: Actor = GOVERNOR, **fields: Any) -> Approval:
    approval = opened(**fields)
    breaking = command("break_glass", approval, grounds="outage")
    return stepped(decide(approval, breaking, actor, START))


def test_breaking_the_glass_assents_at_once_and_names_whom_it_skipped() -> None:
    places = ("role:governor", "role:legal", "principal:mara")
    done = broken(rule=rule("all", *places))
    assert (done.status, done.capacity) == ("approved", "break_glass")
    assert done.break_glass is not None
    assert done.break_glass.skipped == ("role:legal", "principal:mara")
    assert done.review is not None
    assert done.review.due_at == START + 24 * HOUR
    assert next_timer(done) == (REVIEW_DUE, START + 24 * HOUR + MINUTE)


def test_votes_cast_before_are_not_skipped() -> None:
    approval = opened(rule=rule("all", "role:governor", "role:legal", "principal:mara"))
    voted = stepped(decide(approval, command("approve", approval), LEGAL, START))
    breaking = command("break_glass", approval, grounds="breach")
    done = stepped(decide(voted, breaking, GOVERNOR, START))
    assert done.break_glass is not None
    assert done.break_glass.skipped == ("principal:mara",)


def test_a_deputy_breaks_the_glass_without_a_grant_and_skips_every_approver() -> None:
    done = broken(DEPUTY)
    assert done.break_glass is not None
    assert done.break_glass.skipped == ("role:governor",)
    assert done.review is not None
    assert done.review.because == "break_glass"


def test_a_governor_may_break_the_glass_on_the_constitution_and_a_deputy_may_not() -> None:
    assert broken(kind="constitutional").status == "approved"
    with pytest.raises(Forbidden):
        broken(DEPUTY, kind="constitutional")


def test_breaking_the_glass_twice_is_a_repeat() -> None:
    done = broken()
    again = command("break_glass", done, grounds="outage")
    assert decide(done, again, GOVERNOR, START + HOUR) == Repeat()


@pytest.mark.parametrize("actor", [NOBODY, LEGAL])
def test_only_an_approver_or_a_deputy_breaks_the_glass(actor: Actor) -> None:
    with pytest.raises(Forbidden):
        broken(actor)


def test_a_review_upholds_or_overturns() -> None:
    upheld = review(broken(), UPHELD, OTHER_GOVERNOR, START + HOUR)
    assert isinstance(upheld, tuple)
    assert [step.event for step in upheld] == [ApprovalReviewed]
    assert stepped(upheld).status == "approved"
    overturned = review(broken(), OVERTURNED, OTHER_GOVERNOR, START + HOUR)
    assert isinstance(overturned, tuple)
    assert [step.event for step in overturned] == [ApprovalOverturned]
    signed = signed_of(overturned[0])
    assert signed is not None
    assert (signed.outcome, signed.decided_by) == ("overturned", "goran")
    assert next_timer(stepped(overturned)) is None


def test_a_governor_who_reviews_is_present() -> None:
    broken_by_deputy = broken(DEPUTY)
    assert stepped(review(broken_by_deputy, UPHELD, GOVERNOR, START + HOUR)).governed_at is not None
    assert stepped(review(broken(), UPHELD, DEPUTY, START + HOUR)).governed_at == START


def test_the_owner_reverses_what_a_review_overturned() -> None:
    overturned = stepped(review(broken(), OVERTURNED, OTHER_GOVERNOR, START))
    assert stepped(undo(overturned)).status == "reversed"


def test_what_was_undone_before_is_reversed_as_soon_as_it_is_overturned() -> None:
    remembered = step_of(undo(broken()))
    assert remembered.event is None
    steps = review(remembered.state, OVERTURNED, OTHER_GOVERNOR, START)
    assert isinstance(steps, tuple)
    assert [step.state.status for step in steps] == ["overturned", "reversed"]


@pytest.mark.parametrize(
    "actor",
    [GOVERNOR, Actor(REQUESTER, frozenset({"governor"}))],
)
def test_nobody_reviews_their_own_decision_or_request(actor: Actor) -> None:
    with pytest.raises(SeparationOfDuties):
        review(broken(), UPHELD, actor, START)


def test_a_voter_does_not_review_what_they_voted_for() -> None:
    approval = opened(rule=rule("all", "role:governor", "role:legal", "principal:mara"))
    voted = stepped(decide(approval, command("approve", approval), LEGAL, START))
    breaking = command("break_glass", approval, grounds="breach")
    done = stepped(decide(voted, breaking, GOVERNOR, START))
    with pytest.raises(SeparationOfDuties):
        review(done, UPHELD, LEGAL, START)


def test_the_deputy_reviews_the_only_governor_but_never_on_the_constitution() -> None:
    assert stepped(review(broken(), UPHELD, DEPUTY, START)).review is not None
    with pytest.raises(Forbidden):
        review(broken(kind="constitutional"), UPHELD, DEPUTY, START)
    with pytest.raises(Forbidden):
        review(broken(), UPHELD, NOBODY, START)


def test_a_review_says_why() -> None:
    with pytest.raises(Invalid):
        review(broken(), ReviewBody(verdict="upheld", note=" "), OTHER_GOVERNOR, START)


def test_what_owes_no_review_takes_none() -> None:
    approval = opened()
    done = stepped(decide(approval, command("approve", approval), GOVERNOR, START))
    with pytest.raises(VersionConflict):
        review(done, UPHELD, OTHER_GOVERNOR, START)


def test_the_same_review_repeats_and_another_conflicts() -> None:
    done = stepped(review(broken(), UPHELD, OTHER_GOVERNOR, START))
    assert review(done, UPHELD, OTHER_GOVERNOR, START) == Repeat()
    with pytest.raises(AlreadyDecided):
        review(done, OVERTURNED, OTHER_GOVERNOR, START)
    with pytest.raises(AlreadyDecided):
        review(done, UPHELD, DEPUTY, START)


def refused_by_deputy() -> Approval:
    approval = opened()
    rejecting = command("reject", approval)
    return stepped(decide(approval, rejecting, DEPUTY, START, took_over=True))


DUE = START + 24 * HOUR


@pytest.mark.parametrize("first", [DEPUTY, OTHER_GOVERNOR])
def test_any_governor_overturns_within_its_time_what_anybody_upheld(first: Actor) -> None:
    third = Actor("gerd", frozenset({"governor"}))
    upheld = stepped(review(broken(), UPHELD, first, START + HOUR))
    for actor, verdict in ((GOVERNOR, OVERTURNED), (third, UPHELD)):
        with pytest.raises((SeparationOfDuties, AlreadyDecided)):
            review(upheld, verdict, actor, DUE)
    overturned = stepped(review(upheld, OVERTURNED, third, DUE))
    assert (overturned.status, overturned.refused_at) == ("overturned", DUE)
    for actor in (first, OTHER_GOVERNOR):
        with pytest.raises(AlreadyDecided):
            review(overturned, UPHELD, actor, DUE)
    if first is OTHER_GOVERNOR:
        with pytest.raises(AlreadyDecided):
            review(upheld, OVERTURNED, third, DUE + SECOND)


def test_a_governors_own_refusal_owes_no_review_whoever_voted_before() -> None:
    two = opened(rule=rule("all", "role:governor", "role:governor"))
    escalated = stepped(decide(two, command("escalate", two), OTHER_GOVERNOR, START))
    voted = stepped(decide(escalated, command("approve", escalated), DEPUTY, START))
    for refused in (
        stepped(decide(voted, command("reject", voted), GOVERNOR, START)),
        stepped(veto(voted, veto_command(voted), GOVERNOR, START)),
    ):
        assert (refused.review, refused.refused_at) == (None, START)
        with pytest.raises(VersionConflict):
            review(refused, OVERTURNED, OTHER_DEPUTY, START)
    approved = stepped(decide(voted, command("approve", voted), GOVERNOR, START))
    assert approved.review is not None


def test_what_a_deputy_refused_and_another_overturned_a_governor_refuses_again() -> None:
    for actor in (OTHER_DEPUTY, OTHER_GOVERNOR):
        overturned = stepped(review(refused_by_deputy(), OVERTURNED, actor, START))
        assert overturned.refused_at is None
        with pytest.raises(AlreadyDecided):
            review(overturned, UPHELD, Actor("dora", frozenset({"deputy"})), START)
        again = stepped(review(overturned, UPHELD, GOVERNOR, START + HOUR))
        assert again.refused_at == START + HOUR
        assert again.refused_kind == "execution"


def test_two_refusals_never_cancel_each_other() -> None:
    cancelled = stepped(end_with_case(broken(), "goran", START + HOUR))
    withdrawn = stepped(end_with_case(broken(), REQUESTER, START + HOUR))
    for before in (cancelled, withdrawn):
        both = stepped(review(before, OVERTURNED, OTHER_GOVERNOR, START + 2 * HOUR))
        assert (both.status, both.refused_at) == ("reversed", START + 2 * HOUR)


def test_a_review_at_its_due_time_is_in_time() -> None:
    steps = review(broken(), UPHELD, OTHER_GOVERNOR, START + 24 * HOUR)
    assert isinstance(steps, tuple)
    assert [step.event for step in steps] == [ApprovalReviewed]


def test_a_late_review_counts_and_the_miss_is_published_before_it() -> None:
    late = START + 24 * HOUR + SECOND
    steps = review(broken(), OVERTURNED, OTHER_GOVERNOR, late)
    assert isinstance(steps, tuple)
    assert [step.event for step in steps] == [ApprovalReviewMissed, ApprovalOverturned]
    assert [step.state.version for step in steps] == [3, 4]


def test_a_missed_review_is_a_published_violation_once() -> None:
    done = broken()
    assert done.review is not None
    due = done.review.due_at
    assert time_passed(done, due + MINUTE - SECOND) == ()
    missed = step_of(time_passed(done, due + MINUTE))
    data = payload(missed)
    assert isinstance(data, ApprovalReviewMissed)
    assert data.violation.rule == "review.break_glass"
    assert data.violation.evidence
    assert time_passed(missed.state, due + HOUR) == ()
    late = review(missed.state, UPHELD, OTHER_GOVERNOR, due + HOUR)
    assert isinstance(late, tuple)
    assert len(late) == 1
