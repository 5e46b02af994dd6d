"""Deferral, escalation, delegation, takeover: deciding later, or by somebody else."""

from typing import Any

import pytest

from events.approvals import (
    ApprovalDeferred,
    ApprovalDelegated,
    ApprovalEscalated,
    ApprovalResumed,
)
from events.quorum import Grant
from functions.approvals.rules.approval import (
    DEADLINE_DUE,
    Approval,
    Repeat,
    next_timer,
)
from functions.approvals.rules.decisions import decide
from functions.approvals.rules.silence import time_passed
from functions.approvals.rules.standing import depends_on_takeover, takeover_cutoff
from shared.kit.callers import Actor
from shared.kit.control import Suspension
from shared.kit.errors import ApprovalExpired, Forbidden, Invalid
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
    step_of,
    stepped,
)


def passed_on(verb: str, approval: Approval, actor: Actor = GOVERNOR, **fields: object) -> Approval:
    return stepped(decide(approval, command(verb, approval, **fields), actor, START))


def deferred(approval: Approval) -> Approval:
    return passed_on("defer", approval, until=START + 24 * HOUR)


def test_a_deferral_stops_the_clock_until_it_ends() -> None:
    approval = opened()
    later = step_of(
        decide(
            approval, command("defer", approval, until=START + 24 * HOUR), GOVERNOR, START + HOUR
        )
    )
    assert later.event is ApprovalDeferred
    state = later.state
    assert (state.status, state.deadline_at) == ("deferred", START + 25 * HOUR)
    assert next_timer(state) == (DEADLINE_DUE, START + 24 * HOUR)


def test_a_deferral_ends_by_its_timer_and_not_before() -> None:
    state = deferred(opened())
    assert time_passed(state, START + 24 * HOUR - SECOND) == ()
    awake = step_of(time_passed(state, START + 24 * HOUR))
    assert awake.event is ApprovalResumed
    assert (awake.state.status, awake.state.deferred_until) == ("pending", None)
    assert awake.state.deadline_at == START + 26 * HOUR


def test_what_is_deferred_can_still_be_decided_and_expires_by_the_clock() -> None:
    state = deferred(opened())
    assert passed_on("approve", state).deferred_until is None
    with pytest.raises(ApprovalExpired):
        decide(state, command("approve", state), GOVERNOR, START + 26 * HOUR + SECOND)


MARA = Actor("mara", frozenset())


def deferred_by(actor: Actor, **fields: Any) -> Approval:
    approval = opened(rule=rule("any", "role:governor", "principal:mara", "role:legal"), **fields)
    return passed_on("defer", approval, actor, until=START + 24 * HOUR)


@pytest.mark.parametrize("first", [GOVERNOR, MARA])
def test_nobody_else_ends_or_shortens_a_deferral_but_a_governor(first: Actor) -> None:
    state = deferred_by(first)
    for until in (START + MINUTE, START + 48 * HOUR):
        with pytest.raises(Forbidden, match=f"{first.principal} deferred it"):
            passed_on("defer", state, LEGAL, until=until)
    for verb, fields in (("delegate", {"to": "dina"}), ("escalate", {})):
        passed = passed_on(verb, state, LEGAL, **fields)
        assert (passed.status, passed.deferred_until) == ("deferred", state.deferred_until)
        assert passed.deadline_at == state.deadline_at
        awake = stepped(time_passed(passed, START + 24 * HOUR))
        assert awake.status == ("escalated" if verb == "escalate" else "pending")
    for actor in (first, OTHER_GOVERNOR):
        assert passed_on("escalate", state, actor).deferred_until is None
        shorter = passed_on("defer", state, actor, until=START + MINUTE)
        assert (shorter.deferred_until, shorter.deferred_by) == (START + MINUTE, actor.principal)
    for verb in ("approve", "reject"):
        assert not passed_on(verb, state, LEGAL).is_open


def test_once_a_deferral_has_ended_anybody_with_a_place_defers_again() -> None:
    state, later = deferred_by(GOVERNOR), START + 24 * HOUR
    asked = command("defer", state, until=later + HOUR)
    for each in (state, stepped(time_passed(state, later))):
        assert stepped(decide(each, asked, LEGAL, later)).deferred_by == "lena"


def test_deferring_again_keeps_the_time_that_was_left() -> None:
    state = deferred(opened())
    again = decide(
        state, command("defer", state, until=START + 48 * HOUR), GOVERNOR, START + 25 * HOUR
    )
    assert stepped(again).deadline_at == START + 49 * HOUR


def test_no_deferral_reaches_beyond_thirty_days() -> None:
    end = START + 30 * 24 * HOUR
    state = passed_on("defer", opened(), until=end - SECOND)
    assert state.deadline_at == end


def test_an_escalation_opens_the_request_to_the_deputy_whose_decision_owes_a_review() -> None:
    approval = opened()
    result = step_of(decide(approval, command("escalate", approval), GOVERNOR, START))
    assert result.event is ApprovalEscalated
    assert result.state.status == "escalated"
    done = passed_on("approve", result.state, DEPUTY)
    assert (done.status, done.capacity) == ("approved", "deputy")
    assert done.review is not None
    assert done.review.due_at == START + 72 * HOUR


def test_a_deputys_rejection_owes_a_review_too() -> None:
    done = passed_on("reject", passed_on("escalate", opened()), DEPUTY)
    assert done.review is not None


def test_the_governor_may_still_decide_what_was_escalated_and_owes_nothing() -> None:
    done = passed_on("approve", passed_on("escalate", opened()))
    assert (done.capacity, done.review) == ("approver", None)


def test_a_deputy_hands_back_what_was_escalated() -> None:
    handed_back = passed_on("escalate", passed_on("escalate", opened()), DEPUTY)
    assert (handed_back.status, handed_back.grants) == ("pending", ())
    with pytest.raises(Forbidden):
        decide(handed_back, command("approve", handed_back), DEPUTY, START)


def test_escalating_what_is_deferred_wakes_it() -> None:
    state = passed_on("escalate", deferred(opened()))
    assert (state.status, state.deferred_until) == ("escalated", None)
    assert state.deadline_at == START + 2 * HOUR


def test_a_deferral_of_what_was_escalated_returns_to_the_deputy() -> None:
    state = deferred(passed_on("escalate", opened()))
    awake = step_of(time_passed(state, START + 24 * HOUR))
    assert awake.state.status == "escalated"


def test_a_delegate_decides_as_a_deputy_and_nobody_else_does() -> None:
    approval = opened()
    result = step_of(decide(approval, command("delegate", approval, to="dina"), GOVERNOR, START))
    assert result.event is ApprovalDelegated
    done = passed_on("approve", result.state, DEPUTY)
    assert (done.capacity, done.review is not None) == ("deputy", True)
    assert done.votes[0].on_behalf_of == "gala"
    with pytest.raises(Forbidden):
        decide(result.state, command("approve", approval), OTHER_DEPUTY, START)


def test_a_delegate_needs_the_role_that_the_place_asks_for() -> None:
    places = rule("any", "role:governor", "role:legal", "principal:mara")
    mara = Actor("mara", frozenset())
    for giver in (GOVERNOR, LEGAL, mara):
        delegated = passed_on("delegate", opened(rule=places), giver, to="noor")
        with pytest.raises(Forbidden):
            decide(delegated, command("approve", delegated), NOBODY, START)
    assert (
        passed_on(
            "approve", passed_on("delegate", opened(rule=places), mara, to="dina"), DEPUTY
        ).status
        == "approved"
    )
    legal = passed_on("delegate", opened(rule=rule("any", "role:legal")), LEGAL, to="dina")
    with pytest.raises(Forbidden):
        decide(legal, command("approve", legal), DEPUTY, START)


def test_a_delegate_hands_back_but_passes_nothing_on() -> None:
    delegated = passed_on("delegate", opened(), to="dina")
    with pytest.raises(Forbidden):
        decide(delegated, command("delegate", delegated, to="lena"), DEPUTY, START)
    handed_back = passed_on("escalate", delegated, DEPUTY)
    assert handed_back.grants == ()
    assert passed_on("approve", handed_back).status == "approved"


def test_a_new_delegation_replaces_the_earlier_one_of_the_same_person() -> None:
    state = passed_on("delegate", passed_on("delegate", opened(), to="dina"), to="dario")
    assert [grant.to for grant in state.grants] == ["dario"]
    with pytest.raises(Forbidden):
        decide(state, command("approve", state), DEPUTY, START)
    assert passed_on("approve", state, OTHER_DEPUTY).status == "approved"


def test_who_delegated_has_no_vote_left_and_may_still_refuse() -> None:
    two = opened(rule=rule("all", "role:governor", "role:governor"))
    delegated = passed_on("delegate", two, to="dina")
    with pytest.raises(Forbidden):
        decide(delegated, command("approve", delegated), GOVERNOR, START)
    voted = passed_on("approve", delegated, DEPUTY)
    assert voted.missing == ("role:governor",)
    with pytest.raises(Forbidden):
        decide(voted, command("approve", voted), GOVERNOR, START)
    assert passed_on("reject", voted).capacity == "governor"
    assert passed_on("approve", voted, OTHER_GOVERNOR).status == "approved"


@pytest.mark.parametrize("verb", ["delegate", "escalate"])
def test_who_voted_passes_nothing_on(verb: str) -> None:
    two = opened(rule=rule("all", "role:governor", "role:governor"))
    voted = passed_on("approve", two)
    with pytest.raises(Forbidden, match="nothing is left to pass on"):
        passed_on(verb, voted, to="dina" if verb == "delegate" else None)


def test_one_escalation_opens_one_place_to_one_deputy_or_to_who_escalated() -> None:
    two = opened(rule=rule("all", "role:governor", "role:governor"))
    escalated = passed_on("escalate", two)
    by_deputy = passed_on("approve", escalated, DEPUTY)
    for actor in (OTHER_DEPUTY, GOVERNOR):
        with pytest.raises(Forbidden):
            decide(by_deputy, command("approve", by_deputy), actor, START)
    by_governor = passed_on("approve", escalated)
    with pytest.raises(Forbidden):
        decide(by_governor, command("approve", by_governor), DEPUTY, START)


def test_an_escalation_passes_no_place_of_another_role_to_a_deputy() -> None:
    theirs = opened(rule=rule("any", "role:legal"))
    with pytest.raises(Invalid, match="no place of the rule passes to a deputy"):
        decide(theirs, command("escalate", theirs), LEGAL, START)


def test_at_most_sixteen_people_pass_their_place_on() -> None:
    state = opened()
    for number in range(16):
        state = passed_on(
            "delegate", state, Actor(f"g{number}", frozenset({"governor"})), to="dina"
        )
    with pytest.raises(Invalid):
        decide(state, command("delegate", state, to="dina"), GOVERNOR, START)
    assert len(state.grants) == 16


def test_a_delegate_fills_only_the_places_of_who_delegated() -> None:
    approval = opened(rule=rule("all", "principal:mara", "role:legal"))
    delegated = passed_on("delegate", approval, Actor("mara", frozenset()), to="dina")
    voted = passed_on("approve", delegated, DEPUTY)
    assert (voted.status, voted.votes[0].places) == ("pending", (0,))
    done = passed_on("approve", voted, LEGAL)
    assert (done.status, done.capacity) == ("approved", "approver")
    assert done.review is not None, "a deputy's vote is part of the decision"


@pytest.mark.parametrize("verb", ["escalate", "delegate"])
def test_the_constitution_never_passes_to_a_deputy(verb: str) -> None:
    approval = opened(kind="constitutional")
    with pytest.raises(Invalid):
        decide(
            approval,
            command(verb, approval, **({"to": "noor"} if verb == "delegate" else {})),
            GOVERNOR,
            START,
        )


def test_no_grant_however_it_came_about_opens_the_constitution() -> None:
    grant = Grant(to=None, by="gala", places=(0,), at=START)
    forged = opened(kind="constitutional").model_copy(update={"grants": (grant,)})
    with pytest.raises(Forbidden):
        decide(forged, command("approve", forged), DEPUTY, START)


def test_a_deputy_takes_over_after_a_missed_deadline_except_the_constitution() -> None:
    approval = opened()
    assert depends_on_takeover(approval, DEPUTY)
    done = stepped(decide(approval, command("approve", approval), DEPUTY, START, took_over=True))
    assert (done.capacity, done.review is not None) == ("deputy", True)
    constitutional = opened(kind="constitutional")
    assert not depends_on_takeover(constitutional, DEPUTY)
    with pytest.raises(Forbidden):
        decide(constitutional, command("approve", approval), DEPUTY, START, took_over=True)


def test_a_takeover_gives_nothing_where_no_governor_was_asked() -> None:
    approval = opened(rule=rule("any", "role:legal"))
    assert not depends_on_takeover(approval, DEPUTY)
    with pytest.raises(Forbidden):
        decide(approval, command("approve", approval), DEPUTY, START, took_over=True)


def test_a_takeover_needs_the_role_and_four_hours() -> None:
    approval = opened()
    with pytest.raises(Forbidden):
        decide(approval, command("approve", approval), LEGAL, START, took_over=True)
    assert takeover_cutoff(START + 4 * HOUR) == START


def test_a_deputy_is_answered_again_after_the_takeover_ended() -> None:
    approval = opened()
    done = stepped(decide(approval, command("approve", approval), DEPUTY, START, took_over=True))
    assert decide(done, command("approve", approval), DEPUTY, START + HOUR) == Repeat()
    with pytest.raises(Forbidden):
        decide(done, command("approve", approval), OTHER_DEPUTY, START + HOUR)


def test_what_a_governor_does_is_remembered_as_presence() -> None:
    assert passed_on("defer", opened(), until=START + HOUR).governed_at == START
    assert passed_on("approve", opened(rule=rule("any", "role:legal")), LEGAL).governed_at is None
    assert passed_on("escalate", opened()).governed_at == START


def test_a_governor_who_stands_in_for_another_is_present_too() -> None:
    passed = passed_on("delegate", opened(rule=rule("any", "principal:lena")), LEGAL, to="gala")
    assert passed_on("approve", passed, GOVERNOR).governed_at == START


def test_the_requester_cannot_be_made_a_deputy_by_a_role() -> None:
    approval = passed_on("escalate", opened())
    requester = Actor(REQUESTER, frozenset({"deputy"}))
    with pytest.raises(Exception, match="your text in it"):
        decide(approval, command("approve", approval), requester, START + MINUTE)


def test_a_deputy_takes_over_after_four_hours_in_which_the_tenant_was_open() -> None:
    earlier = Suspension(at=START - 30 * HOUR, until=START - 20 * HOUR)
    later = Suspension(at=START + HOUR, until=START + 11 * HOUR)
    assert takeover_cutoff(START + 4 * HOUR, (earlier,)) == START
    assert takeover_cutoff(START + 14 * HOUR, (earlier, later)) == START
    assert takeover_cutoff(START + 15 * HOUR, (earlier, later)) == START + 11 * HOUR
