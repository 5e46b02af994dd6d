"""Cron expressions."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulators.cron import Cron


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
    assert Cron.parse(expression).next_after(at(after)) == at(expected)


WRONG = """
* * * *|* * * * * *|60 * * * *|* 24 * * *|* * 0 * *|* * * 13 *|* * * * 8|5-1 * * * *|*/0 * * * *
a * * * *|1,,2 * * * *|-1 * * * *|* * * jan *|¹ * * * *
"""


@pytest.mark.parametrize("expression", ["", *WRONG.strip().replace("\n", "|").split("|")])
def test_anything_else_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Cron.parse(expression)


def test_an_expression_that_never_matches_is_refused_when_asked() -> None:
    with pytest.raises(ValueError, match="never"):
        Cron.parse("0 0 30 2 *").next_after(at("2026-01-01T00:00:00"))


MOMENTS = st.integers(0, 6 * 366 * 86_400).map(
    lambda seconds: at("2024-01-01T00:00:00") + timedelta(seconds=seconds)
)


@given(
    after=MOMENTS,
    seconds=st.integers(0, 40 * 86_400),
    expression=st.sampled_from(["* * * * *", "*/7 3 * * *", "0 3 * * *", "30 4 1,15 * 5"]),
)
def test_the_last_match_is_the_last_of_all_matches(
    after: datetime, seconds: int, expression: str
) -> None:
    cron, until = Cron.parse(expression), after + timedelta(seconds=seconds)
    last = cron.last_until(after, until)
    if last is None:
        assert cron.next_after(after) > until
    else:
        assert after < last <= until
        assert cron.next_after(last) > until
        assert cron.next_after(last - timedelta(minutes=1)) == last
