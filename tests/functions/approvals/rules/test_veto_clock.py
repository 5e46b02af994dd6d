"""A veto window closes 24 hours after the first device had the notice, 72 after the assent at the
latest, and is set once."""

from datetime import datetime

import pytest

from events.approvals import ApprovalDelivered
from events.deliveries import DeliveryAcknowledged
from functions.approvals.rules.approval import VETO_WINDOW_DUE, Approval, next_timer
from functions.approvals.rules.opening import open_request
from functions.approvals.rules.silence import time_passed
from functions.approvals.rules.veto import veto
from functions.approvals.rules.veto_clock import start_clock, wait_for_device
from shared.kit.errors import VetoWindowClosed
from tests.functions.approvals.builders import (
    GOVERNOR,
    HOUR,
    MINUTE,
    SECOND,
    START,
    active,
    request,
    stepped,
    veto_command,
)


def _waiting() -> Approval:
    return wait_for_device(open_request(request(), (active(),), START)).state


def _had(at: datetime, device_id: str = "dev_1") -> DeliveryAcknowledged:
    return DeliveryAcknowledged(
        delivery_id="dlv_1",
        device_id=device_id,
        principal="gala",
        approval_id=_waiting().approval_id,
        at=at,
    )


def _closes(approval: Approval) -> datetime:
    assert approval.veto is not None
    return approval.veto.closes_at


def test_until_a_device_has_the_notice_it_closes_after_72_hours() -> None:
    approval = _waiting()
    assert _closes(approval) == START + 72 * HOUR
    assert next_timer(approval) == (VETO_WINDOW_DUE, START + 72 * HOUR + MINUTE)
    late = veto(approval, veto_command(approval), GOVERNOR, START + 72 * HOUR)
    assert stepped(late).status == "vetoed"
    with pytest.raises(VetoWindowClosed):
        veto(approval, veto_command(approval), GOVERNOR, START + 72 * HOUR + SECOND)


@pytest.mark.parametrize(("hours", "closes"), [(0, 24), (5, 29), (48, 72), (60, 72), (72, 72)])
def test_the_first_device_starts_the_clock(hours: int, closes: int) -> None:
    at = START + hours * HOUR
    (step,) = start_clock(_waiting(), _had(at), at)
    assert step.event is ApprovalDelivered
    started = step.state
    assert _closes(started) == START + closes * HOUR
    assert started.veto is not None
    assert (started.veto.delivered_at, started.veto.device_id) == (at, "dev_1")
    assert next_timer(started) == (VETO_WINDOW_DUE, START + closes * HOUR + MINUTE)
    # It is set once.
    assert start_clock(started, _had(at, "dev_2"), at + SECOND) == ()


def test_an_acknowledgement_that_arrives_late_closes_nothing_in_the_past() -> None:
    at = START + 30 * HOUR
    (step,) = start_clock(_waiting(), _had(START + HOUR), at)
    assert _closes(step.state) == at
    assert stepped(veto(step.state, veto_command(step.state), GOVERNOR, at)).status == "vetoed"


def test_a_clock_ahead_of_the_servers_makes_no_window_longer() -> None:
    (step,) = start_clock(_waiting(), _had(START + 1000 * HOUR), START + HOUR)
    assert _closes(step.state) == START + 72 * HOUR
    assert step.state.veto is not None
    assert step.state.veto.delivered_at == START + HOUR


def test_nothing_but_an_open_window_that_waits_is_set() -> None:
    plain = open_request(request(), (active(),), START).state
    assert _closes(plain) == START + 24 * HOUR
    waiting = _waiting()
    closed = START + 72 * HOUR
    (confirmed,) = time_passed(waiting, closed + MINUTE)
    vetoed = stepped(veto(waiting, veto_command(waiting), GOVERNOR, START))
    pending = open_request(request(), (), START).state
    for each in (plain, confirmed.state, vetoed, pending):
        assert start_clock(each, _had(START), START) == ()
    assert start_clock(waiting, _had(START), closed + SECOND) == ()
