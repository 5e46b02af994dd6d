"""Months of UTC, as `2026-11`."""

from datetime import UTC, datetime

from shared.kit.errors import FieldError, Invalid


def month_of(at: datetime) -> str:
    """The month that the moment is in."""
    return f"{at.astimezone(UTC):%Y-%m}"


def month_ends(at: datetime) -> datetime:
    """When the next month begins."""
    utc = at.astimezone(UTC)
    year, month = (utc.year + 1, 1) if utc.month == 12 else (utc.year, utc.month + 1)
    return datetime(year, month, 1, tzinfo=UTC)


def month_begins(month: str, field: str) -> datetime:
    """When the month that somebody names begins. Raises Invalid, at the field, for what names
    none, and for the last one that a calendar has."""
    try:
        first = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
        if month_of(first) != month:
            raise ValueError(month)
        month_ends(first)
    except ValueError as error:
        raise Invalid(FieldError(field, "must be a month in UTC, like 2026-11")) from error
    return first
