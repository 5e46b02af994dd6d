"""Instants: aware, in UTC, in whole milliseconds, and as text that sorts by time."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, PlainSerializer

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_milliseconds(moment: datetime) -> datetime:
    """`moment` in UTC, cut (never rounded up) to the millisecond it lies in. Raises ValueError
    where that is before the year 1 or after 9999."""
    try:
        utc = moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{moment.isoformat()} is beyond the calendar in UTC") from error
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def format_instant(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds: `2026-11-20T12:00:00.000Z`; sorts as text."""
    return to_milliseconds(moment).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_instant(text: str) -> datetime:
    """The moment of a formatted instant. Raises ValueError for text without an offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no offset from UTC")
    return to_milliseconds(moment)


def milliseconds_of(moment: datetime) -> int:
    """Whole milliseconds since 1970, cut and never rounded: no float is between."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


Instant = Annotated[
    AwareDatetime,
    AfterValidator(to_milliseconds),
    PlainSerializer(format_instant, return_type=str, when_used="json"),
]
