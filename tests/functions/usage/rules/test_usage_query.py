"""Queries of usage: whole hours, and no more than one answer has."""

from datetime import UTC, datetime

import pytest

from functions.usage.rules.meters import MOST_METERS, MOST_NAMED, check_meter, declared
from functions.usage.rules.query import MOST_SUMS, check_begun, check_sums, usage_query
from shared.kit.errors import Invalid, VersionConflict

NOW = datetime(2026, 11, 20, 12, 30, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "since", "until"),
    [
        (NOW, "2026-11-01T00:00", "2026-11-20T13:00"),
        (datetime(2026, 11, 1, tzinfo=UTC), "2026-11-01T00:00", "2026-11-01T01:00"),
        (datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC), "2026-11-01T00:00", "2026-12-01T00:00"),
    ],
)
def test_without_times_it_is_this_month_so_far(now: datetime, since: str, until: str) -> None:
    found = usage_query(None, None, None, "total", now)
    assert (found.since.isoformat()[:16], found.until.isoformat()[:16]) == (since, until)


def test_hours_are_whole() -> None:
    found = usage_query("pages", "2026-11-02T10:59:59Z", "2026-11-02T12:00:01+01:00", "hour", NOW)
    assert found.since.hour == 10
    assert found.until.hour == 12


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        ("0001-01-01T00:00:00Z", "2026-11-02T00:00:00Z", "within 31 days"),
        ("1969-12-30T00:00:00Z", "1969-12-31T00:00:00Z", "after 1969"),
        ("2026-11-02T00:00:00Z", "2026-11-02T00:00:00Z", "must be after"),
        ("2026-11-02", None, "must be a time in UTC"),
    ],
)
def test_other_times_are_refused(since: str, until: str | None, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        usage_query(None, since, until, "hour", NOW)


def test_one_answer_has_so_many_sums() -> None:
    check_sums(MOST_SUMS)
    with pytest.raises(Invalid, match="name a meter"):
        check_sums(MOST_SUMS + 1)


def test_a_meter_is_declared_once_and_so_many_at_most() -> None:
    state = None
    for number in range(MOST_METERS):
        step = declared(state, f"m{number}", "pages", "ana", NOW)
        assert step is not None
        state = step.state
    assert declared(state, "m1", "pages", "ana", NOW) is None
    assert declared(state, "m1", "sheets", "ana", NOW) is not None
    with pytest.raises(VersionConflict):
        declared(state, "one_more", "pages", "ana", NOW)
    with pytest.raises(Invalid, match="choose another name"):
        declared(None, "executions", "runs", "ana", NOW)


def test_a_meter_that_is_not_there_is_refused_by_naming_others() -> None:
    state = None
    for number in range(MOST_NAMED + 3):
        step = declared(state, f"m{number:02}", "pages", "ana", NOW)
        assert step is not None
        state = step.state
        check_meter(state, f"m{number:02}")
    check_meter(None, "api_calls")
    with pytest.raises(Invalid) as refused:
        check_meter(state, "zzz")
    [problem] = refused.value.errors
    assert problem.field == "meter"
    assert "m19, 3 more: name one of them" in problem.message
    with pytest.raises(Invalid, match="storage_byte_hours: name one"):
        check_meter(None, "m00")


def test_a_month_that_has_not_begun_has_no_roots() -> None:
    check_begun("2026-11", NOW)
    check_begun("1999-01", NOW)
    for period, said in (("2026-12", "has not begun: the latest month is 2026-11"), ("x", "month")):
        with pytest.raises(Invalid, match=said):
            check_begun(period, NOW)
