"""Who may decide, when, about what, and what a second decision meets."""

from typing import Any

import pytest

from events.approvals import (
    ApprovalApproved,
    ApprovalChangesRequested,
    ApprovalRejected,
)
from events.buckets import as_of
from functions.approvals.rules.approval import Approval, Repeat
from functions.approvals.rules.decisions import decide
from functions.approvals.rules.reversals import cancel
from functions.approvals.rules.silence import time_passed
from shared.kit.callers import Actor
from shared.kit.errors import (
    AlreadyDecided,
    ApprovalExpired,
    Forbidden,
    Invalid,
    SeparationOfDuties,
    StaleDecisionHash,
)
from shared.kit.transitions import payload
from tests.functions.approvals.builders import (
    DEPUTY,
    GOVERNOR,
    HOUR,
    MINUTE,
    NOBODY,
    OTHER_GOVERNOR,
    REQUESTER,
    SECOND,
    START,
    command,
    opened,
    step_of,
    stepped,
)

VERBS = {
    "approve": (ApprovalApproved, "approved"),
    "reject": (ApprovalRejected, "rejected"),
    "request_changes": (ApprovalChangesRequested, "changes_requested"),
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_governor_decides_and_the_event_says_what_was_decided(verb: str) -> None:
    approval = opened()
    result = step_of(decide(approval, command(verb, approval), GOVERNOR, START + MINUTE))
    event, status = VERBS[verb]
    data = payload(result)
    assert isinstance(data, event)
    assert (data.status, data.decided_by, data.decided_at) == (status, "gala", START + MINUTE)
    assert data.version == approval.version + 1


def test_a_decision_received_at_the_deadline_counts() -> None:
    approval = opened()
    at = approval.deadline_at
    assert stepped(decide(approval, command("approve", approval), GOVERNOR, at)).decided_at == at


def test_a_decision_a_millisecond_after_the_deadline_is_refused() -> None:
    approval = opened()
    at = approval.deadline_at + SECOND / 1000
    with pytest.raises(ApprovalExpired):
        decide(approval, command("approve", approval), GOVERNOR, at)


def test_silence_is_shown_by_the_clock_before_its_timer_has_run() -> None:
    approval = opened()
    assert as_of(approval, approval.deadline_at) == approval
    shown = as_of(approval, approval.deadline_at + SECOND / 1000)
    told = stepped(time_passed(approval, approval.deadline_at + MINUTE))
    for name in ("status", "decision", "decided_by", "decided_at", "capacity", "deferred_until"):
        assert getattr(shown, name) == getattr(told, name)
    assert as_of(told, approval.deadline_at + HOUR) == told


def test_a_late_decision_gets_the_same_refusal_before_and_after_the_timer() -> None:
    approval = opened()
    late = approval.deadline_at + 2 * MINUTE
    expired = stepped(time_passed(approval, late))
    for state in (approval, expired):
        with pytest.raises(ApprovalExpired):
            decide(state, command("approve", approval), GOVERNOR, late)


def test_nobody_decides_on_their_own_request_even_as_governor() -> None:
    approval = opened()
    requester = Actor(REQUESTER, frozenset({"governor"}))
    with pytest.raises(SeparationOfDuties):
        decide(approval, command("approve", approval), requester, START)


@pytest.mark.parametrize("actor", [NOBODY, DEPUTY])
def test_who_the_rule_does_not_name_may_not_decide(actor: Actor) -> None:
    approval = opened()
    with pytest.raises(Forbidden):
        decide(approval, command("approve", approval), actor, START)


def test_a_decision_about_another_content_is_stale() -> None:
    approval = opened()
    other = command("approve", opened(content={"action": "drop"}))
    with pytest.raises(StaleDecisionHash):
        decide(approval, other, GOVERNOR, START)


def test_the_same_decision_again_is_a_repeat_and_a_different_one_a_conflict() -> None:
    approval = opened()
    decided = stepped(decide(approval, command("approve", approval), GOVERNOR, START))
    again = START + HOUR
    assert decide(decided, command("approve", approval), GOVERNOR, again) == Repeat()
    with pytest.raises(AlreadyDecided):
        decide(decided, command("reject", approval), GOVERNOR, again)
    with pytest.raises(AlreadyDecided):
        decide(decided, command("approve", approval), OTHER_GOVERNOR, again)


def test_a_repeat_about_another_content_is_a_conflict() -> None:
    approval = opened()
    decided = stepped(decide(approval, command("approve", approval), GOVERNOR, START))
    with pytest.raises(AlreadyDecided):
        decide(decided, command("approve", opened(content={"a": 1})), GOVERNOR, START)


def test_a_cancelled_request_is_decided() -> None:
    approval = opened()
    cancelled = stepped(cancel(approval, REQUESTER, START))
    with pytest.raises(AlreadyDecided):
        decide(cancelled, command("approve", approval), GOVERNOR, START)


@pytest.mark.parametrize(
    ("verb", "fields", "named"),
    [
        ("request_changes", {"note": " "}, "note"),
        ("approve", {"until": START + HOUR}, "until"),
        ("approve", {"to": "noor"}, "to"),
        ("approve", {"grounds": "legal"}, "grounds"),
        ("break_glass", {}, "grounds"),
        ("defer", {}, "until"),
        ("defer", {"until": START}, "until"),
        ("defer", {"until": START + 31 * 24 * HOUR}, "until"),
        ("delegate", {}, "to"),
        ("delegate", {"to": REQUESTER}, "to"),
        ("delegate", {"to": GOVERNOR.principal}, "to"),
    ],
)
def test_an_unusable_decision_names_its_field(
    verb: str, fields: dict[str, Any], named: str
) -> None:
    approval = opened()
    with pytest.raises(Invalid) as refusal:
        decide(approval, command(verb, approval, **fields), GOVERNOR, START)
    assert [error.field for error in refusal.value.errors] == [named]


def expired() -> Approval:
    approval = opened()
    return stepped(time_passed(approval, approval.deadline_at + MINUTE))


def test_refusals_come_in_the_order_of_the_contracts() -> None:
    approval = opened()
    other = opened(content={"action": "drop"})
    requester = Actor(REQUESTER, frozenset())
    nonsense = command("request_changes", other, note="")
    late = approval.deadline_at + HOUR
    with pytest.raises(SeparationOfDuties):
        decide(approval, command("approve", other, until=START), requester, late)
    for actor in (NOBODY, requester):
        with pytest.raises(Forbidden):
            decide(approval, nonsense, actor, late)
    decided = stepped(decide(approval, command("approve", approval), GOVERNOR, START))
    with pytest.raises(Invalid):
        decide(decided, nonsense, GOVERNOR, late)
    with pytest.raises(AlreadyDecided):
        decide(decided, command("reject", other), GOVERNOR, late)
    with pytest.raises(ApprovalExpired):
        decide(approval, command("reject", other), GOVERNOR, late)
    with pytest.raises(ApprovalExpired):
        decide(expired(), command("reject", other), GOVERNOR, START)
