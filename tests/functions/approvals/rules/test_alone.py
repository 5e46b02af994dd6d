"""A tenant's only human may approve what they wrote, and nothing else, and nobody else may."""

import itertools
from typing import Any

import pytest

from events.approvals import ApprovalApproved, CaseBinding
from events.members import MemberState
from functions.approvals.rules.alone import Humans, KnownHuman, follow, is_sole, may_be_self
from functions.approvals.rules.approval import Approval, Repeat
from functions.approvals.rules.commands import ReviewBody
from functions.approvals.rules.decisions import decide
from functions.approvals.rules.drafts import counts
from functions.approvals.rules.entity_types import APPROVAL
from functions.approvals.rules.reviews import review
from shared.kit.callers import Actor, Caller
from shared.kit.errors import AssentError, SeparationOfDuties, StaleDecisionHash
from shared.policy.authorization import Authorization
from shared.policy.platform import platform_policies
from shared.policy.vocabulary import Act
from tests.functions.approvals.builders import (
    GOVERNOR,
    HOUR,
    REQUESTER,
    START,
    command,
    opened,
    rule,
    signed_of,
    step_of,
    stepped,
)
from tests.functions.approvals.humans import member

FOUNDER = Actor(REQUESTER, frozenset({"governor", "tenant_admin"}))


def case(purpose: Any) -> dict[str, Any]:
    """What makes a request one of a creation case."""
    binding = CaseBinding(case_id="cas_1", revision=1, purpose=purpose)
    return {"kind": "constitutional", "case": binding}


def by_self(approval: Approval, verb: str = "approve", **fields: Any) -> Any:
    return decide(approval, command(verb, approval, **fields), FOUNDER, START, alone=True)


@pytest.mark.parametrize("risk", ["low", "medium"])
@pytest.mark.parametrize("about", [{}, case("creation"), case("evolution"), case("proposal")])
def test_the_only_human_approves_their_own_request_and_the_record_says_so(
    about: dict[str, Any], risk: str
) -> None:
    step = step_of(by_self(opened(risk=risk, **about)))
    done = step.state
    assert step.event is ApprovalApproved
    assert (done.status, done.capacity, done.decided_by) == ("approved", "self", REQUESTER)
    assert [(each.principal, each.capacity) for each in done.votes] == [(REQUESTER, "self")]
    signed = signed_of(step)
    assert signed is not None
    assert signed.capacity == "self"


NEVER: list[dict[str, Any]] = [
    {"risk": "high"},
    {"risk": "critical"},
    {"kind": "constitutional", "risk": "low"},
    {**case("ethics_escalation"), "risk": "low"},
    {**case("creation"), "risk": "high"},
    {"rule": rule("any", "role:legal")},
    {"rule": rule("any", "role:legal"), "added_rule": rule("any", "role:governor")},
]


@pytest.mark.parametrize("about", NEVER)
def test_what_is_grave_or_changes_the_rules_or_is_for_others_is_never_by_self(
    about: dict[str, Any],
) -> None:
    with pytest.raises(SeparationOfDuties):
        by_self(opened(**about))


@pytest.mark.parametrize(
    ("verb", "fields"),
    [
        ("break_glass", {"grounds": "outage"}),
        ("defer", {"until": START + HOUR}),
        ("escalate", {}),
        ("delegate", {"to": "dina"}),
    ],
)
def test_only_approving_is_by_self(verb: str, fields: dict[str, Any]) -> None:
    with pytest.raises(SeparationOfDuties):
        by_self(opened(), verb, **fields)


@pytest.mark.parametrize("roles", [(), ("tenant_admin",), ("deputy",), ("operator", "end_user")])
def test_a_key_and_who_is_no_governor_approves_nothing_of_their_own(roles: Any) -> None:
    actor = Actor(REQUESTER, frozenset(roles))
    for asked in (opened(), opened(rule=rule("any", f"principal:{REQUESTER}", "role:deputy"))):
        with pytest.raises(SeparationOfDuties):
            decide(asked, command("approve", asked), actor, START, alone=True)


def test_beside_others_nobody_approves_their_own_request() -> None:
    asked = opened()
    with pytest.raises(SeparationOfDuties):
        decide(asked, command("approve", asked), FOUNDER, START)


def test_being_alone_changes_nothing_about_what_others_ask() -> None:
    asked = opened(requested_by="service:indexer")
    done = stepped(decide(asked, command("approve", asked), FOUNDER, START, alone=True))
    assert done.capacity == "approver"


def test_a_rule_for_two_waits_for_a_second_person() -> None:
    asked = opened(rule=rule("all", "role:governor", "role:governor"))
    voted = stepped(by_self(asked))
    assert (voted.status, voted.votes[0].capacity) == ("pending", "self")
    assert by_self(voted) == Repeat()
    done = stepped(decide(voted, command("approve", voted), GOVERNOR, START))
    assert (done.status, done.capacity) == ("approved", "approver")


def test_content_that_was_not_seen_is_refused_to_the_only_human_too() -> None:
    asked = opened()
    with pytest.raises(StaleDecisionHash):
        decide(asked, command("approve", opened(content={"a": 1})), FOUNDER, START, alone=True)


def test_nobody_reviews_or_teaches_by_self() -> None:
    done = stepped(by_self(opened()))
    assert not counts(done)
    assert counts(done.but(capacity="approver"))
    with pytest.raises(SeparationOfDuties):
        review(done, ReviewBody(verdict="upheld", note="good"), FOUNDER, START)


ACTS = ("approve", "break_glass", "defer")
# Beyond these, the place in the rule is one of the rules' own.
_FACTS = [
    (risk, about, roles, alone, verb)
    for risk in ("low", "medium", "high", "critical")
    for about in ({}, {"kind": "constitutional"}, case("creation"), case("ethics_escalation"))
    for roles in (("governor",), ("tenant_admin",))
    for alone in (True, False)
    for verb in ACTS
]


@pytest.mark.by_day(48)
@pytest.mark.parametrize(("risk", "about", "roles", "alone", "verb"), _FACTS)
def test_the_platforms_policies_say_the_same(
    risk: str, about: dict[str, Any], roles: tuple[str, ...], alone: bool, verb: Any
) -> None:
    asked, actor = opened(risk=risk, **about), Actor(REQUESTER, frozenset(roles))
    caller = Caller(actor.principal, "clinic", frozenset(), actor.roles, START, "")
    act = Act(f"approvals.{verb}", "Approval", ("approve_hitl_request", "assent"))
    authorization = Authorization(caller, [act], platform_policies())
    authorization.is_alone = alone
    if alone and may_be_self(asked, verb, actor):
        authorization.ask_about(APPROVAL, asked.approval_id, asked, START)
    else:
        with pytest.raises(SeparationOfDuties):
            authorization.ask_about(APPROVAL, asked.approval_id, asked, START)


def followed(*told: tuple[str, int, MemberState]) -> tuple[Humans | None, dict[str, KnownHuman]]:
    """What is known after these events, in this order."""
    humans: Humans | None = None
    known: dict[str, KnownHuman] = {}
    for name, sequence, published in told:
        for step in follow(known.get(name), humans, published, sequence):
            if isinstance(step.state, Humans):
                humans = step.state
            else:
                known[name] = step.state
    return humans, known


def test_events_in_any_order_and_twice_count_each_human_once() -> None:
    gone = member("otto", removed_at=START)
    story = [
        ("gala", 1, member("gala")),
        ("otto", 1, member("otto")),
        ("otto", 2, member("otto", roles=("analyst",))),
        ("otto", 3, gone),
        ("bot", 1, member("bot", kind="service", roles=("operator",))),
    ]
    for order in itertools.permutations(story):
        humans, known = followed(*order, *order)
        assert humans == Humans(here=1)
        assert is_sole(humans, known["gala"])
        assert not is_sole(humans, known["otto"])
        assert "bot" not in known
    for order in itertools.permutations([*story, ("otto", 4, member("otto"))][1:]):
        humans, known = followed(story[0], *order)
        assert humans == Humans(here=2)
        assert not is_sole(humans, known["gala"])


def test_a_tenant_that_never_signed_up_has_nobody_alone() -> None:
    here = KnownHuman(principal_id="gala", is_here=True, sequence=1)
    assert not is_sole(None, None)
    assert not is_sole(None, here)
    assert not is_sole(Humans(here=1), None)
    assert not is_sole(Humans(here=0), here)
    assert is_sole(Humans(here=1), here)


def test_refusing_ones_own_request_stays_possible_and_is_not_by_self() -> None:
    done = stepped(by_self(opened(), "reject", note="no"))
    assert (done.status, done.capacity) == ("rejected", "approver")
    assert issubclass(SeparationOfDuties, AssentError)
