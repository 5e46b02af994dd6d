"""Decisions that several people signed offline end in one state, in whatever order they arrive:
what anybody refused without knowing of a yes is refused."""

from collections.abc import Sequence
from datetime import datetime
from itertools import combinations, permutations
from typing import Any

import pytest

from events.approvals import ApprovalVetoed
from functions.approvals.rules.approval import REVIEW_DUE, Approval, Repeat, Steps, next_timer
from functions.approvals.rules.commands import DecisionBody, GovernorVetoBody, ReviewBody
from functions.approvals.rules.decisions import decide
from functions.approvals.rules.late import note_overtaken
from functions.approvals.rules.merging import LATEST
from functions.approvals.rules.reversals import undo
from functions.approvals.rules.reviews import review
from functions.approvals.rules.signatures import verb_of
from functions.approvals.rules.subjects import agent_subject
from functions.approvals.rules.veto import veto
from shared.kit.callers import Actor
from shared.kit.errors import AlreadyDecided, AssentError, Invalid, StaleDecisionHash
from tests.functions.approvals.builders import (
    DEPUTY,
    GOVERNOR,
    HOUR,
    LEGAL,
    MINUTE,
    NOBODY,
    OTHER_GOVERNOR,
    SECOND,
    START,
    command,
    opened,
    rule,
    stepped,
    veto_command,
)

Body = DecisionBody | GovernorVetoBody
Taken = tuple[Actor, Body]
SIGNED = {"signature": "a.b.c", "read_ms": 4000}
AGENT = {"subject": agent_subject("agt_1", "clinic-writer")}
VERBS = ("approve", "request_changes", "reject", "veto")
ONE = rule("any", "role:governor")
BOTH = rule("all", "principal:gala", "principal:goran")


def _said(verb: str, approval: Approval, **fields: Any) -> Body:
    said = {**SIGNED, "seen_version": approval.version, **fields}
    return veto_command(approval, **said) if verb == "veto" else command(verb, approval, **said)


def _decided(approval: Approval, actor: Actor, body: Body, at: datetime) -> Steps | Repeat:
    if isinstance(body, DecisionBody):
        return decide(approval, body, actor, at)
    return veto(approval, body, actor, at)


def _taken(approval: Approval, actor: Actor, body: Body, at: datetime) -> Approval:
    """The approval after the decision arrived, as the service takes it."""
    try:
        result = _decided(approval, actor, body, at)
    except AlreadyDecided:
        result = note_overtaken(approval, verb_of(body), "", actor, at)
    if isinstance(result, Repeat) or not result:
        return approval
    return result[-1].state


def _merged(approval: Approval, decisions: Sequence[Taken]) -> Any:
    """Whether anything may act in the end, and what nobody but people approves any more."""
    for number, (actor, body) in enumerate(decisions):
        approval = _taken(approval, actor, body, START + number * SECOND)
    return approval.status == "approved", approval.is_open, approval.refused_marks


@pytest.mark.parametrize("asked", [ONE, BOTH], ids=["any governor", "both governors"])
def test_any_order_of_four_decisions_ends_in_the_same_state(asked: Any) -> None:
    approval = opened(rule=asked)
    all_of_them = [
        (actor, _said(verb, approval)) for actor in (GOVERNOR, OTHER_GOVERNOR) for verb in VERBS
    ]
    seen = set()
    for size in range(1, 5):
        for chosen in combinations(all_of_them, size):
            ends = {_merged(approval, order) for order in permutations(chosen)}
            assert len(ends) == 1, [verb_of(body) for _, body in chosen]
            seen |= ends
    # Nothing, an approval, changes asked for, a refusal: not all ended alike.
    assert len(seen) == (3 if asked is ONE else 4)


def test_what_arrives_twice_changes_nothing() -> None:
    approval = opened(rule=ONE)
    decisions = [
        (GOVERNOR, _said("approve", approval)),
        (OTHER_GOVERNOR, _said("request_changes", approval)),
        (OTHER_GOVERNOR, _said("veto", approval)),
    ]
    once = _merged(approval, decisions)
    assert {_merged(approval, order) for order in permutations([*decisions, *decisions])} == {once}


def _approved(**fields: Any) -> tuple[Approval, Approval]:
    asked = opened(rule=ONE, **fields)
    body = command("approve", asked)
    return asked, stepped(decide(asked, body, GOVERNOR, START + HOUR))


@pytest.mark.parametrize("verb", ["request_changes", "reject", "veto"])
def test_an_unaware_refusal_takes_an_approval_back(verb: str) -> None:
    asked, approved = _approved(**AGENT)
    latest = START + HOUR + LATEST
    body = _said(verb, asked)
    taken = _taken(approved, OTHER_GOVERNOR, body, latest)
    assert (taken.status, taken.decision, taken.decided_by) == ("vetoed", verb, "goran")
    assert taken.review is None
    assert undo(taken)[-1].state.status == "reversed"
    assert _taken(approved, OTHER_GOVERNOR, body, latest + SECOND) == approved


def test_what_was_undone_before_is_reversed_at_once() -> None:
    asked, approved = _approved(**AGENT)
    undone = undo(approved)[-1].state
    assert _taken(undone, OTHER_GOVERNOR, _said("veto", asked), START + 2 * HOUR).status == (
        "reversed"
    )


def test_what_nothing_reverses_is_reviewed() -> None:
    asked, approved = _approved()
    at = START + 2 * HOUR
    steps = veto(approved, veto_command(asked, seen_version=1, **SIGNED), OTHER_GOVERNOR, at)
    assert isinstance(steps, tuple)
    assert [each.event for each in steps] == [ApprovalVetoed]
    owed = steps[0].state
    assert owed.review is not None
    assert (owed.review.because, owed.review.status) == ("late_refusal", "owed")
    assert next_timer(owed) == (REVIEW_DUE, at + 24 * HOUR + MINUTE)
    # Whoever took part does not review.
    for actor in (GOVERNOR, OTHER_GOVERNOR):
        with pytest.raises(AssentError):
            review(owed, _verdict(), actor, at)
    upheld = stepped(review(owed, _verdict(), DEPUTY, at)).review
    assert upheld is not None
    assert upheld.status == "upheld"


def _verdict(verdict: Any = "upheld") -> ReviewBody:
    return ReviewBody(verdict=verdict, note="Nothing had been sent.")


def _with_a_deputys_vote(**fields: Any) -> tuple[Approval, Approval]:
    asked = opened(rule=rule("all", "role:governor", "role:governor"), **fields)
    passed = stepped(decide(asked, command("escalate", asked), OTHER_GOVERNOR, START))
    voted = stepped(decide(passed, command("approve", passed), DEPUTY, START))
    return passed, stepped(decide(voted, command("approve", voted), GOVERNOR, START + HOUR))


def _broken(**fields: Any) -> tuple[Approval, Approval]:
    asked = opened(rule=ONE, **fields)
    body = command("break_glass", asked, grounds="outage", note="Nobody else is awake.")
    return asked, stepped(decide(asked, body, GOVERNOR, START + HOUR))


THIRD = Actor("gerd", frozenset({"governor"}))


@pytest.mark.parametrize("fields", [{}, AGENT], ids=["kept", "reversed"])
@pytest.mark.parametrize("made", [_broken, _with_a_deputys_vote])
def test_a_governors_late_refusal_outlives_the_review_that_was_owed(made: Any, fields: Any) -> None:
    asked, approved = made(**fields)
    assert approved.review is not None
    for verb in ("reject", "veto"):
        at = START + 2 * HOUR
        refused = _taken(approved, OTHER_GOVERNOR, _said(verb, asked), at)
        assert (refused.status, refused.refused_kind) == ("vetoed", "execution")
        assert refused.review is not None
        owed = (refused.review.because, refused.review.status, refused.review.due_at)
        assert owed == ("late_refusal", "owed", at + 24 * HOUR)
        assert not refused.may_still_be_refused
        overturned = stepped(review(refused, _verdict("overturned"), THIRD, at))
        assert overturned.refused_marks == refused.refused_marks


def test_a_deputys_late_refusal_may_be_overturned() -> None:
    asked = opened(rule=rule("all", "role:governor", "role:governor"))
    passed = stepped(decide(asked, command("escalate", asked), OTHER_GOVERNOR, START))
    unaware = _said("reject", passed)
    voted = stepped(decide(passed, command("approve", passed), DEPUTY, START))
    approved = stepped(decide(voted, command("approve", voted), GOVERNOR, START + HOUR))
    refused = _taken(approved, DEPUTY, unaware, START + 2 * HOUR)
    assert refused.review is not None
    assert (refused.capacity, refused.review.because) == ("deputy", "late_refusal")
    assert refused.refused_marks
    overturned = stepped(review(refused, _verdict("overturned"), THIRD, START + 3 * HOUR))
    assert overturned.refused_marks == ()


def test_a_governor_who_stands_in_for_another_refuses_as_a_governor() -> None:
    asked = opened(rule=rule("any", "principal:goran"))
    passed = stepped(decide(asked, command("delegate", asked, to="gala"), OTHER_GOVERNOR, START))
    for refused in (
        stepped(decide(passed, command("reject", passed), GOVERNOR, START)),
        stepped(veto(passed, veto_command(passed), GOVERNOR, START)),
    ):
        assert (refused.capacity, refused.review) == ("governor", None)


@pytest.mark.parametrize("verb", ["request_changes", "reject", "veto"])
def test_a_right_that_was_lost_takes_back_nothing(verb: str) -> None:
    asked, approved = _approved()
    was_governor = Actor(GOVERNOR.principal, frozenset())
    with pytest.raises(AlreadyDecided):
        _decided(approved, was_governor, _said(verb, asked), START + 2 * HOUR)
    # A deputy whose grant is gone.
    escalated = stepped(decide(asked, command("escalate", asked), GOVERNOR, START))
    by_deputy = stepped(decide(escalated, command("approve", escalated), DEPUTY, START))
    was_deputy = Actor(DEPUTY.principal, frozenset())
    with pytest.raises(AlreadyDecided):
        _decided(by_deputy, was_deputy, _said(verb, escalated), START + HOUR)
    # Whoever still has it takes it back.
    taken = _taken(by_deputy, DEPUTY, _said(verb, escalated), START + HOUR)
    assert taken.status == "vetoed"


@pytest.mark.parametrize("verb", ["request_changes", "reject"])
def test_whom_only_the_requester_added_takes_back_nothing(verb: str) -> None:
    asked = opened(rule=ONE, added_rule=rule("any", "principal:lena", "principal:noor"))
    voted = stepped(decide(asked, command("approve", asked), LEGAL, START))
    approved = stepped(decide(voted, command("approve", voted), GOVERNOR, START))
    assert approved.status == "approved"
    with pytest.raises(AlreadyDecided):
        _decided(approved, NOBODY, _said(verb, asked), START + HOUR)


@pytest.mark.parametrize(
    "said",
    [
        {"seen_version": None},
        {"signature": None},
        {"seen_version": 2},
    ],
    ids=["without a version", "unsigned", "seen after the approval"],
)
def test_whoever_could_know_or_signed_nothing_is_refused(said: Any) -> None:
    asked, approved = _approved(**AGENT)
    body = veto_command(asked, **{"seen_version": 1, "signature": "a.b.c", "read_ms": 1, **said})
    at = START + 2 * HOUR
    refusal = Invalid if said == {"seen_version": None} else AlreadyDecided
    with pytest.raises(refusal):
        veto(approved, body, OTHER_GOVERNOR, at)


def test_the_refusal_is_about_the_same_content() -> None:
    asked, approved = _approved(**AGENT)
    body = _said("veto", asked, decision_hash="0" * 64)
    with pytest.raises(StaleDecisionHash):
        _decided(approved, OTHER_GOVERNOR, body, START + 2 * HOUR)


def test_nobody_has_seen_what_is_not_there_yet() -> None:
    asked, _ = _approved()
    for body in (_said("approve", asked, seen_version=2), _said("veto", asked, seen_version=2)):
        with pytest.raises(Invalid, match="seen_version: must be at most 1"):
            _decided(asked, GOVERNOR, body, START)
