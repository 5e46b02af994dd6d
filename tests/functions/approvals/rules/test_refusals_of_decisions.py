"""A refusal says what its title cannot: when, by whom, about which content, who may."""

from functools import partial

import pytest

from functions.approvals.rules.commands import ReviewBody
from functions.approvals.rules.decisions import decide
from functions.approvals.rules.reviews import review
from functions.approvals.rules.silence import time_passed
from functions.approvals.rules.veto import veto
from shared.kit.errors import (
    AlreadyDecided,
    ApprovalExpired,
    AssentError,
    Forbidden,
    StaleDecisionHash,
    VetoWindowClosed,
)
from tests.functions.approvals.builders import (
    GOVERNOR,
    HOUR,
    MINUTE,
    NOBODY,
    OTHER_GOVERNOR,
    SECOND,
    START,
    active,
    command,
    opened,
    stepped,
    veto_command,
)

DEADLINE = "2026-11-20T14:00:00.000Z"


def _detail(error: pytest.ExceptionInfo[AssentError]) -> str:
    assert error.value.detail != error.value.title
    return error.value.detail


def test_a_late_decision_is_told_the_deadline_and_what_silence_meant() -> None:
    approval = opened()
    late = approval.deadline_at + 2 * MINUTE
    for state in (approval, stepped(time_passed(approval, late))):
        for refuse in (
            partial(decide, state, command("approve", state), GOVERNOR, late),
            partial(veto, state, veto_command(state), GOVERNOR, late),
        ):
            with pytest.raises(ApprovalExpired) as refused:
                refuse()
            told = f"the deadline was {DEADLINE}; silence has denied the request"
            assert _detail(refused) == told


def test_a_late_rejection_is_told_that_silence_approved() -> None:
    approval = opened(kind="artifact", risk="low", silence_approves=True)
    assert approval.on_timeout == "approve"
    with pytest.raises(ApprovalExpired, match="silence has approved the request"):
        decide(approval, command("reject", approval), GOVERNOR, approval.deadline_at + SECOND)


def test_a_second_decision_is_told_who_took_the_first_and_when() -> None:
    approval = opened()
    decided = stepped(decide(approval, command("reject", approval), GOVERNOR, START + MINUTE))
    with pytest.raises(AlreadyDecided) as refused:
        decide(decided, command("approve", approval), OTHER_GOVERNOR, START + HOUR)
    assert _detail(refused) == (
        "it is rejected: decided by gala (reject) at 2026-11-20T12:01:00.000Z"
    )


def test_a_late_veto_is_told_until_when_one_counted() -> None:
    approval = opened(active())
    assert approval.veto is not None
    with pytest.raises(VetoWindowClosed) as refused:
        veto(approval, veto_command(approval), GOVERNOR, approval.veto.closes_at + SECOND)
    assert _detail(refused) == "a veto counted until 2026-11-21T12:00:00.000Z"


def test_a_decision_about_another_content_is_told_both_hashes() -> None:
    approval, other = opened(), opened(content={"action": "drop"})
    for refuse in (
        partial(decide, approval, command("approve", other), GOVERNOR, START),
        partial(veto, approval, veto_command(other), GOVERNOR, START),
    ):
        with pytest.raises(StaleDecisionHash) as refused:
            refuse()
        assert approval.decision_hash in _detail(refused)
        assert other.decision_hash in _detail(refused)


def test_a_second_review_is_told_who_made_the_first_and_when() -> None:
    approval = opened()
    broken = command("break_glass", approval, grounds="outage")
    decided = stepped(decide(approval, broken, GOVERNOR, START))
    upheld = ReviewBody(verdict="upheld", note="It was right.")
    reviewed = stepped(review(decided, upheld, OTHER_GOVERNOR, START + HOUR))
    overturned = ReviewBody(verdict="overturned", note="It was wrong.")
    with pytest.raises(AlreadyDecided) as refused:
        review(reviewed, overturned, OTHER_GOVERNOR, START + 2 * HOUR)
    assert "by goran at 2026-11-20T13:00:00.000Z: upheld" in _detail(refused)


def test_who_may_not_decide_is_told_who_may() -> None:
    approval = opened()
    with pytest.raises(Forbidden) as refused:
        decide(approval, command("approve", approval), NOBODY, START)
    assert "role:governor" in _detail(refused)
