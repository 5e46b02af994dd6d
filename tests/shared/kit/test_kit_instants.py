"""Instants: UTC, whole milliseconds, text that sorts as time does."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.kit.instants import Instant, format_instant, parse_instant, to_milliseconds

BEGINNING = datetime(1, 1, 3, tzinfo=UTC)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.builds(
    lambda zone, microseconds: (BEGINNING + timedelta(microseconds=microseconds)).astimezone(zone),
    zones,
    st.integers(0, 9_997 * 365 * 86_400_000_000),
)


@given(moments)
def test_an_instant_survives_being_written_and_read(moment: datetime) -> None:
    text = format_instant(moment)
    assert parse_instant(text) == to_milliseconds(moment)
    assert text.endswith("Z")
    assert len(text) == len("2026-11-20T12:00:00.000Z")


@given(moments, moments)
def test_texts_sort_as_the_moments_do(one: datetime, other: datetime) -> None:
    earlier = to_milliseconds(one) < to_milliseconds(other)
    assert (format_instant(one) < format_instant(other)) == earlier


def test_milliseconds_are_cut_and_never_rounded_up() -> None:
    moment = datetime(2026, 11, 20, 12, 0, 0, 999_999, tzinfo=UTC)
    assert format_instant(moment) == "2026-11-20T12:00:00.999Z"


def test_a_text_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="no offset"):
        parse_instant("2026-11-20T12:00:00")


def test_json_has_the_text_and_python_the_moment() -> None:
    adapter: TypeAdapter[datetime] = TypeAdapter(Instant)
    moment = adapter.validate_python("2026-11-20T13:00:00.1239+01:00")
    assert moment == datetime(2026, 11, 20, 12, 0, 0, 123_000, tzinfo=UTC)
    assert adapter.dump_json(moment) == b'"2026-11-20T12:00:00.123Z"'
    assert adapter.dump_python(moment) == moment


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-11-20T12:00:00",
        "2026-02-30T12:00:00Z",
        "tomorrow",
    ],
)
def test_what_is_no_moment_in_utc_is_a_validation_error(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Instant).validate_python(text)
