"""A delivery's life as values: tried, lost, tried again, given up, sent at most twice unknown."""

from datetime import UTC, datetime, timedelta

import pytest

from functions.notifications.rules.delivery import (
    LEASE,
    PAUSES,
    Delivery,
    Ended,
    acknowledge,
    begin,
    end,
    next_timer,
    put_off,
    resend,
    stand_down,
)
from shared.kit.errors import VersionConflict

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NEW = Delivery(
    delivery_id="ndl_1",
    event_id="evt_1",
    kind="approval_pending",
    means="push",
    principal="gov",
    device_id="dev_1",
    subject="approval/apr_1",
    approval_id="apr_1",
    roles=("governor",),
    created_at=NOON,
    due_at=NOON,
)


def _begun(delivery: Delivery, at: datetime, claim: str = "one") -> Delivery:
    (step,) = begin(delivery, claim, at)
    return step.state


def _ended(delivery: Delivery, ended: Ended, at: datetime, claim: str = "one") -> Delivery:
    (step,) = end(delivery, claim, ended, at)
    return step.state


def test_one_process_sends_what_two_take() -> None:
    taken = _begun(NEW, NOON)
    assert begin(taken, "two", NOON) == ()
    assert begin(NEW, "two", NOON - timedelta(milliseconds=1)) == ()
    assert end(taken, "two", Ended("delivered"), NOON) == ()
    sent = _ended(taken, Ended("delivered"), NOON)
    assert (sent.status, next_timer(sent), len(sent.attempts)) == ("delivered", None, 1)
    assert begin(sent, "two", NOON + LEASE) == ()


def test_a_process_that_dies_sends_once_more_and_no_more() -> None:
    first = _begun(NEW, NOON)
    second = _begun(first, NOON + LEASE, "two")
    assert [each.outcome for each in second.attempts] == ["unknown"]
    # The first one lives after all, and is not believed.
    assert end(first.but(claim="two"), "one", Ended("delivered"), NOON) == ()
    (given_up,) = begin(second, "three", NOON + 2 * LEASE)
    assert (given_up.state.status, given_up.state.unknown) == ("doubtful", 2)
    assert next_timer(given_up.state) is None


def test_what_may_have_arrived_is_sent_twice_at_most() -> None:
    unknown = Ended("unknown", "broke off")
    once = _ended(_begun(NEW, NOON), unknown, NOON)
    assert (once.status, once.due_at) == ("waiting", NOON + PAUSES[0])
    assert once.due_at is not None
    twice = _ended(_begun(once, once.due_at), unknown, NOON)
    assert twice.status == "doubtful"


def test_what_did_not_arrive_is_tried_with_pauses_until_they_are_over() -> None:
    delivery, at = NEW, NOON
    for pause in PAUSES:
        delivery = _ended(_begun(delivery, at), Ended("not_sent", "answered 503"), at)
        assert (delivery.status, delivery.due_at) == ("waiting", at + pause)
        at += pause
    delivery = _ended(_begun(delivery, at), Ended("not_sent"), at)
    assert (delivery.status, len(delivery.attempts)) == ("failed", len(PAUSES) + 1)


def test_the_other_side_says_when_to_try_again_and_not_for_ever() -> None:
    taken = _begun(NEW, NOON)
    later = _ended(taken, Ended("not_sent", "", NOON + timedelta(minutes=2)), NOON)
    assert later.due_at == NOON + timedelta(minutes=2)
    never = _ended(taken, Ended("not_sent", "", NOON + timedelta(days=900)), NOON)
    assert never.due_at == NOON + timedelta(hours=6)


def test_nothing_is_tried_after_the_time_in_which_it_is_of_use() -> None:
    short = NEW.but(useful_until=NOON + timedelta(seconds=5))
    over = _ended(_begun(short, NOON), Ended("not_sent"), NOON)
    assert (over.status, over.due_at) == ("failed", None)
    doubted = _ended(_begun(short, NOON), Ended("unknown"), NOON)
    assert doubted.status == "doubtful"


@pytest.mark.parametrize("outcome", ["refused", "gone"])
def test_a_refusal_is_final_until_somebody_resends(outcome: str) -> None:
    refused = _ended(_begun(NEW, NOON), Ended(outcome), NOON)  # type: ignore[arg-type]
    assert refused.status == "failed"
    (again,) = resend(refused, NOON + timedelta(days=1))
    assert (again.state.status, again.state.unknown) == ("waiting", 0)
    assert len(again.state.attempts) == 1
    with pytest.raises(VersionConflict, match="on its way"):
        resend(again.state, NOON)


def test_attempts_before_a_resend_do_not_count() -> None:
    doubtful = _ended(
        _begun(_ended(_begun(NEW, NOON), Ended("unknown"), NOON), NOON + PAUSES[0]),
        Ended("unknown"),
        NOON,
    )
    (again,) = resend(doubtful, NOON)
    once = _ended(_begun(again.state, NOON), Ended("unknown"), NOON)
    assert (once.status, len(once.attempts), once.unknown) == ("waiting", 3, 1)


def test_what_is_moot_or_put_off_was_not_sent() -> None:
    taken = _begun(NEW, NOON)
    (moot,) = stand_down(taken, "one")
    assert (moot.state.status, moot.state.attempts) == ("moot", ())
    later = NOON + timedelta(hours=5)
    (moved,) = put_off(taken, "one", later, later + timedelta(hours=1))
    assert (moved.state.status, moved.state.due_at) == ("waiting", later)
    assert stand_down(taken, "two") == put_off(taken, "two", later, later) == ()


def test_a_device_acknowledges_once_what_was_sent_to_it() -> None:
    with pytest.raises(VersionConflict, match="not sent to a device"):
        acknowledge(NEW, NOON)
    sent = _ended(_begun(NEW, NOON), Ended("delivered"), NOON)
    (had,) = acknowledge(sent, NOON)
    assert had.event is not None
    assert had.fields == {"at": NOON}
    assert acknowledge(had.state, NOON + timedelta(1)) == ()
    (about_a_run,) = acknowledge(sent.but(approval_id=None), NOON)
    assert about_a_run.event is None
    with pytest.raises(VersionConflict):
        acknowledge(sent.but(device_id=None, channel_id="nch_1"), NOON)
