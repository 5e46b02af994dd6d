"""Months in UTC, such as `2026-11`. Pure."""

from datetime import UTC, datetime

from shared.kit.errors import FieldError, Invalid
from shared.kit.months import month_ends


def check_period_name(period: str) -> None:
    """Raises Invalid for what names no month."""
    start_of(period)


def start_of(period: str) -> datetime:
    """The first instant of the month. Raises Invalid for what names none."""
    try:
        first = datetime.strptime(period, "%Y-%m").replace(tzinfo=UTC)
        if first.strftime("%Y-%m") != period:
            raise ValueError(period)
        month_ends(first)
        return first
    except ValueError as error:
        message = "must be a month in UTC, like 2026-11"
        raise Invalid(FieldError("period", message)) from error


def end_of(period: str) -> datetime:
    """The first instant after the month. Raises Invalid for what names none."""
    return month_ends(start_of(period))


def hours_of(period: str) -> int:
    """How many hours the month has. Raises Invalid for what names none."""
    return round((end_of(period) - start_of(period)).total_seconds()) // 3600
