"""Quiet hours, over time zones and the days on which clocks change."""

from datetime import UTC, datetime, timedelta

import pytest

from events.deliveries import QuietHours
from functions.notifications.rules.quiet import due_at, flaw_of, held_until, last_call_at

NIGHT = QuietHours(begin="22:00", end="07:00", time_zone="Europe/Berlin")


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("hours", "at", "until"),
    [
        # An end of the same day, of the next, and outside.
        (NIGHT, "2026-11-20T03:00+01:00", "2026-11-20T07:00+01:00"),
        (NIGHT, "2026-11-20T22:00+01:00", "2026-11-21T07:00+01:00"),
        (NIGHT, "2026-11-20T21:59+01:00", "2026-11-20T21:59+01:00"),
        (NIGHT, "2026-11-20T07:00+01:00", "2026-11-20T07:00+01:00"),
        # Clocks went forward at 02:00: one hour less to wait. Backward: one more.
        (NIGHT, "2026-03-28T23:00+01:00", "2026-03-29T07:00+02:00"),
        (NIGHT, "2026-10-24T23:00+02:00", "2026-10-25T07:00+01:00"),
        # An end that the clock skips is as much later.
        (
            QuietHours(begin="22:00", end="02:30", time_zone="Europe/Berlin"),
            "2026-03-29T01:00+01:00",
            "2026-03-29T03:30+02:00",
        ),
        # An end that comes twice: the first, and during the second hour the second.
        (
            QuietHours(begin="22:00", end="02:30", time_zone="Europe/Berlin"),
            "2026-10-25T02:10+02:00",
            "2026-10-25T02:30+02:00",
        ),
        (
            QuietHours(begin="22:00", end="02:30", time_zone="Europe/Berlin"),
            "2026-10-25T02:10+01:00",
            "2026-10-25T02:30+01:00",
        ),
        # By day, far away, where a day begins earlier.
        (
            QuietHours(begin="09:00", end="17:00", time_zone="Pacific/Auckland"),
            "2026-11-20T22:00+00:00",
            "2026-11-21T04:00+00:00",
        ),
    ],
)
def test_what_comes_in_quiet_hours_waits_for_their_end(
    hours: QuietHours, at: str, until: str
) -> None:
    assert held_until(hours, _at(at)) == _at(until)


def test_nothing_is_ever_held_into_the_past_or_for_a_day() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for zone in ("Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "UTC"):
        hours = QuietHours(begin="21:45", end="02:15", time_zone=zone)
        for step in range(0, 366 * 24, 7):
            at = start + timedelta(hours=step)
            assert timedelta() <= held_until(hours, at) - at <= timedelta(hours=6)


def test_quiet_hours_never_delay_the_last_call() -> None:
    at, night = _at("2026-11-20T23:00+01:00"), _at("2026-11-21T07:00+01:00")
    assert due_at(NIGHT, at, None, is_last_call=False) == night
    assert due_at(NIGHT, at, None, is_last_call=True) == at
    # It ends at two: at one, the last call comes, and this with it.
    ends = _at("2026-11-21T02:00+01:00")
    assert due_at(NIGHT, at, ends, is_last_call=False) == ends - timedelta(hours=1)
    assert due_at(NIGHT, at, at - timedelta(1), is_last_call=False) == at
    assert due_at(None, at, ends, is_last_call=False) == at


def test_a_last_call_comes_an_hour_before_or_halfway() -> None:
    at = _at("2026-11-20T12:00+00:00")
    assert last_call_at(at + timedelta(hours=24), at) == at + timedelta(hours=23)
    assert last_call_at(at + timedelta(minutes=30), at) == at + timedelta(minutes=15)
    assert last_call_at(at, at) is None


@pytest.mark.parametrize(
    ("begin", "end", "zone", "said"),
    [
        ("22:00", "7:00", "UTC", "such as 22:00"),
        ("24:00", "07:00", "UTC", "such as 22:00"),
        ("22:00", "22:00", "UTC", "must differ"),
        ("22:00", "07:00", "Berlin", "such as Europe/Berlin"),
        ("22:00", "07:00", "../../etc/passwd", "such as Europe/Berlin"),
    ],
)
def test_hours_that_cannot_be_kept_are_refused(begin: str, end: str, zone: str, said: str) -> None:
    flaw = flaw_of(QuietHours(begin=begin, end=end, time_zone=zone))
    assert flaw is not None
    assert said in flaw
    assert flaw_of(NIGHT) is None
