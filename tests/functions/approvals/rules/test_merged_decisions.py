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
from functions.approvals.rules.signing import verb_of
from functions.approvals.rules.subjects import agent_subject
from functions.approvals.rules.veto import veto
from shared.kit.callers import Actor
from shared.kit.errors import AlreadyDecided, AssentError, Invalid, StaleDecisionHash
from tests.functions.approvals.builders import (
    DEPUTY,
    GOVERNOR,
    HOUR,
    MINUTE,
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
@pytest.mark.parametrize("fields", [{}, AGENT], ids=["irreversible", "reversible"])
def test_any_order_of_four_decisions_ends_in_the_same_state(asked: Any, fields: Any) -> None:
    approval = opened(rule=asked, **fields)
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


@pytest.mark.parametrize("fields", [{}, AGENT], ids=["irreversible", "reversible"])
def test_what_arrives_twice_changes_nothing(fields: Any) -> None:
    approval = opened(rule=ONE, **fields)
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


def _verdict() -> ReviewBody:
    return ReviewBody(verdict="upheld", note="Nothing had been sent.")


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
