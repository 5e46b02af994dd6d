"""How much time a suspension takes from what was running, and gives back."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.kit.control import Suspension, postponed_by

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(hours: float) -> datetime:
    return NOON + hours * HOUR


def test_what_ran_is_due_as_much_later_as_nobody_could_act() -> None:
    one, two = Suspension(at=at(1), until=at(4)), Suspension(at=at(9), until=at(11))
    assert postponed_by((one,), at(0), at(2), at(5)) == 3 * HOUR
    # The second begins after it was due, but before it is due with the time given back.
    assert postponed_by((one, two), at(0), at(7), at(12)) == 5 * HOUR
    assert postponed_by((one, two), at(0), at(5), at(12)) == 3 * HOUR


def test_what_began_later_or_was_due_before_loses_nothing() -> None:
    one = Suspension(at=at(1), until=at(4))
    assert postponed_by((one,), at(4), at(9), at(5)) == timedelta(0)
    assert postponed_by((one,), at(0), at(1), at(5)) == timedelta(0)
    assert postponed_by((one,), at(3), at(9), at(5)) == HOUR
    assert postponed_by((Suspension(at=at(1)),), None, at(2), at(6)) == 5 * HOUR


SPANS = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50)), min_size=1, max_size=6)


@given(spans=SPANS, due=st.integers(1, 200))
def test_of_any_suspensions_the_open_time_is_as_long_as_without(
    spans: list[tuple[int, int]], due: int
) -> None:
    suspensions, now = [], 0
    for gap, length in spans:
        suspensions.append(Suspension(at=at(now + gap), until=at(now + gap + length)))
        now += gap + length
    end = at(due) + postponed_by(suspensions, at(0), at(due), at(now + 1000))
    closed = sum(
        (min(each.until or end, end) - each.at for each in suspensions if each.at < end),
        timedelta(0),
    )
    assert end - at(0) - closed == due * HOUR
