"""Months of UTC, as `2026-11`."""

from datetime import UTC, datetime


def month_of(at: datetime) -> str:
    """The month that the moment is in."""
    return f"{at.astimezone(UTC):%Y-%m}"


def month_ends(at: datetime) -> datetime:
    """When the next month begins."""
    utc = at.astimezone(UTC)
    year, month = (utc.year + 1, 1) if utc.month == 12 else (utc.year, utc.month + 1)
    return datetime(year, month, 1, tzinfo=UTC)
