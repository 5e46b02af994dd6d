"""Cron expressions."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulators.scheduler import last_match, next_match


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        ("* * * * *", "2026-11-20T12:00:00", "2026-11-20T12:01:00"),
        ("* * * * *", "2026-11-20T12:00:59", "2026-11-20T12:01:00"),
        ("0 3 * * *", "2026-11-20T03:00:00", "2026-11-21T03:00:00"),
        ("0 3 * * *", "2026-11-20T02:59:59", "2026-11-20T03:00:00"),
        ("*/15 * * * *", "2026-11-20T12:46:00", "2026-11-20T13:00:00"),
        ("5/20 * * * *", "2026-11-20T12:26:00", "2026-11-20T12:45:00"),
        ("0 0 1 1 *", "2026-11-20T12:00:00", "2027-01-01T00:00:00"),
        ("0 0 29 2 *", "2026-11-20T12:00:00", "2028-02-29T00:00:00"),
        ("0 9 * * 1-5", "2026-11-20T09:00:00", "2026-11-23T09:00:00"),
        ("0 9 * * 7", "2026-11-20T09:00:00", "2026-11-22T09:00:00"),
        ("0 9 * * 0", "2026-11-20T09:00:00", "2026-11-22T09:00:00"),
        ("0 0 25 * 6", "2026-11-20T00:00:00", "2026-11-21T00:00:00"),
        ("0 0 25 * 6", "2026-11-22T00:00:00", "2026-11-25T00:00:00"),
        ("0 0,12 * * *", "2026-12-31T12:00:00", "2027-01-01T00:00:00"),
    ],
)
def test_the_next_match_is_found(expression: str, after: str, expected: str) -> None:
    assert next_match(expression, at(after)) == at(expected)


def test_an_expression_that_never_matches_is_refused_when_asked() -> None:
    with pytest.raises(ValueError, match="failed to find next date"):
        next_match("0 0 30 2 *", at("2026-01-01T00:00:00"))


MOMENTS = st.integers(0, 6 * 366 * 86_400).map(
    lambda seconds: at("2024-01-01T00:00:00") + timedelta(seconds=seconds)
)


@given(
    after=MOMENTS,
    seconds=st.integers(0, 40 * 86_400),
    expression=st.sampled_from(
        ["* * * * *", "*/7 3 * * *", "0 3 * * *", "30 4 1,15 * 5", "0 0 */2 * 1"]
    ),
)
def test_the_last_match_is_the_last_of_all_matches(
    after: datetime, seconds: int, expression: str
) -> None:
    until = after + timedelta(seconds=seconds)
    last = last_match(expression, after, until)
    if last is None:
        assert next_match(expression, after) > until
    else:
        assert after < last <= until
        assert next_match(expression, last) > until
        assert next_match(expression, last - timedelta(minutes=1)) == last
