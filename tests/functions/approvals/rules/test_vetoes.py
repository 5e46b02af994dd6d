"""A veto reverses inside its window, rejects what is pending, and is refused later."""

from typing import Any

import pytest

from events.approvals import (
    ApprovalRejected,
    ApprovalVetoed,
)
from functions.approvals.rules.approval import (
    VETO_WINDOW_DUE,
    Approval,
    Repeat,
    next_timer,
)
from functions.approvals.rules.decisions import decide
from functions.approvals.rules.reversals import cancel, fail_to_undo, undo
from functions.approvals.rules.silence import time_passed
from functions.approvals.rules.veto import is_false_positive, veto
from shared.kit.callers import Actor
from shared.kit.errors import (
    AlreadyDecided,
    ApprovalExpired,
    Forbidden,
    Invalid,
    StaleDecisionHash,
    VetoWindowClosed,
)
from tests.functions.approvals.builders import (
    DEPUTY,
    GOVERNOR,
    HOUR,
    LEGAL,
    MINUTE,
    NOBODY,
    OTHER_GOVERNOR,
    REQUESTER,
    SECOND,
    START,
    active,
    command,
    opened,
    rule,
    signed_of,
    step_of,
    stepped,
    veto_command,
)

CLOSES = START + 24 * HOUR


def auto_approved(**fields: Any) -> Approval:
    approval = opened(active(), **fields)
    assert approval.status == "auto_approved"
    return approval


def test_a_match_assents_at_once_and_opens_a_window_of_24_hours() -> None:
    approval = auto_approved()
    assert approval.veto is not None
    assert approval.veto.closes_at == CLOSES
    assert approval.decided_by == approval.precedent_id == active().precedent_id
    assert next_timer(approval) == (VETO_WINDOW_DUE, CLOSES + MINUTE)


def test_whom_the_requester_added_vetoes_nothing() -> None:
    asked = opened(rule=rule("any", "role:governor"), added_rule=rule("any", "role:legal"))
    with pytest.raises(Forbidden, match="the requester added you"):
        veto(asked, veto_command(asked), LEGAL, START)
    assert stepped(veto(asked, veto_command(asked), GOVERNOR, START)).status == "rejected"


@pytest.mark.parametrize(
    ("actor", "counts"),
    [(GOVERNOR, True), (LEGAL, True), (DEPUTY, False)],
)
def test_the_vetoes_of_governors_and_of_whom_the_policy_names_count_against_a_precedent(
    actor: Actor, counts: bool
) -> None:
    # A governor counts with and without a place, whoever else the policy names.
    for asked in (rule("any", "role:governor", "role:legal"), rule("any", "role:legal")):
        approval = auto_approved(rule=asked)
        if actor is DEPUTY and asked.of[0].role == "legal":
            continue
        vetoed = stepped(veto(approval, veto_command(approval), actor, START, took_over=True))
        assert is_false_positive(vetoed) == counts
    assert not is_false_positive(stepped(veto(opened(), veto_command(opened()), GOVERNOR, START)))


def test_a_veto_at_the_closing_second_reverses() -> None:
    steps = veto(auto_approved(), veto_command(opened()), GOVERNOR, CLOSES)
    assert isinstance(steps, tuple)
    assert [step.event for step in steps] == [ApprovalVetoed]
    state = steps[0].state
    assert (state.status, state.decided_by, state.decided_at) == ("vetoed", "gala", CLOSES)
    signed = signed_of(steps[0])
    assert signed is not None
    assert signed.outcome == "vetoed"
    assert next_timer(state) is None


def test_a_veto_after_the_window_is_refused_before_and_after_the_timer() -> None:
    late = CLOSES + SECOND / 1000
    confirmed = stepped(time_passed(auto_approved(), CLOSES + MINUTE))
    assert confirmed.status == "confirmed"
    for state in (auto_approved(), confirmed):
        with pytest.raises(VetoWindowClosed):
            veto(state, veto_command(state), GOVERNOR, late)


def test_what_is_confirmed_stays_confirmed_whatever_a_clock_says() -> None:
    confirmed = stepped(time_passed(auto_approved(), CLOSES + MINUTE))
    with pytest.raises(VetoWindowClosed):
        veto(confirmed, veto_command(confirmed), GOVERNOR, CLOSES)


def test_the_window_is_not_confirmed_while_a_veto_may_be_on_its_way() -> None:
    assert time_passed(auto_approved(), CLOSES + MINUTE - SECOND) == ()


def test_a_vetoed_assent_is_never_confirmed() -> None:
    vetoed = stepped(veto(auto_approved(), veto_command(opened()), GOVERNOR, START))
    assert time_passed(vetoed, CLOSES + HOUR) == ()


def test_a_veto_on_a_pending_approval_rejects() -> None:
    approval = opened()
    steps = veto(approval, veto_command(approval), GOVERNOR, approval.deadline_at)
    assert isinstance(steps, tuple)
    assert [step.event for step in steps] == [ApprovalRejected]
    state = stepped(steps)
    assert (state.status, state.decision) == ("rejected", "veto")
    assert state.veto_reason is not None


def test_a_veto_after_the_deadline_is_an_expiry() -> None:
    approval = opened()
    late = approval.deadline_at + SECOND
    expired = stepped(time_passed(approval, late + MINUTE))
    for state in (approval, expired):
        with pytest.raises(ApprovalExpired):
            veto(state, veto_command(state), GOVERNOR, late)


def test_the_same_veto_again_is_a_repeat_and_anothers_a_conflict() -> None:
    vetoed = stepped(veto(auto_approved(), veto_command(opened()), GOVERNOR, START))
    reversed_ = stepped(undo(vetoed))
    for state in (vetoed, reversed_):
        assert veto(state, veto_command(state), GOVERNOR, CLOSES + HOUR) == Repeat()
        with pytest.raises(AlreadyDecided):
            veto(state, veto_command(state), OTHER_GOVERNOR, START)


def test_what_a_person_approved_is_not_vetoed() -> None:
    approval = opened()
    done = stepped(decide(approval, command("approve", approval), GOVERNOR, START))
    with pytest.raises(AlreadyDecided):
        veto(done, veto_command(done), OTHER_GOVERNOR, START)


def test_a_decision_on_what_a_precedent_assented_to_is_a_conflict() -> None:
    with pytest.raises(AlreadyDecided):
        decide(auto_approved(), command("approve", opened()), GOVERNOR, START)


def test_refusals_of_a_veto_come_in_order() -> None:
    approval = auto_approved()
    silent = veto_command(approval, decision_hash="0" * 64, explanation=" ")
    stale = veto_command(approval, decision_hash="0" * 64)
    late = CLOSES + HOUR
    for actor in (NOBODY, DEPUTY, Actor(REQUESTER, frozenset())):
        with pytest.raises(Forbidden):
            veto(approval, silent, actor, late)
    with pytest.raises(Invalid):
        veto(approval, silent, GOVERNOR, late)
    with pytest.raises(VetoWindowClosed):
        veto(approval, stale, GOVERNOR, late)
    with pytest.raises(StaleDecisionHash):
        veto(approval, stale, GOVERNOR, START)
    with pytest.raises(StaleDecisionHash):
        veto(opened(), stale, GOVERNOR, START)


def test_the_owner_reverses_or_reports_that_it_could_not() -> None:
    vetoed = stepped(veto(auto_approved(), veto_command(opened()), GOVERNOR, START))
    assert stepped(undo(vetoed)).status == "reversed"
    failed = stepped(fail_to_undo(vetoed))
    assert failed.status == "reversal_failed"
    assert stepped(undo(failed)).status == "reversed", "a later attempt succeeded"
    assert fail_to_undo(stepped(undo(vetoed))) == (), "an older report came late"


def test_a_rollback_the_owner_made_by_itself_is_remembered_for_a_later_veto() -> None:
    remembered = step_of(undo(auto_approved()))
    assert remembered.event is None
    undone = remembered.state
    assert undone.version == auto_approved().version
    assert undo(undone) == ()
    steps = veto(undone, veto_command(undone), GOVERNOR, START)
    assert isinstance(steps, tuple)
    assert [step.state.status for step in steps] == ["vetoed", "reversed"]
    assert undo(stepped(steps)) == ()


def test_a_rollback_of_what_was_refused_means_nothing() -> None:
    approval = opened()
    rejected = stepped(veto(approval, veto_command(approval), GOVERNOR, START))
    assert undo(rejected) == ()
    assert fail_to_undo(rejected) == ()


def test_a_withdrawal_ends_only_what_is_open() -> None:
    assert stepped(cancel(opened(), REQUESTER, START)).status == "cancelled"
    assert cancel(auto_approved(), REQUESTER, START) == ()
