"""Months in UTC, such as `2026-11`. Pure."""

from datetime import datetime

from shared.kit.months import month_begins, month_ends


def check_period_name(period: str) -> None:
    """Raises Invalid for what names no month."""
    start_of(period)


def start_of(period: str) -> datetime:
    """The first instant of the month. Raises Invalid for what names none."""
    return month_begins(period, "period")


def end_of(period: str) -> datetime:
    """The first instant after the month. Raises Invalid for what names none."""
    return month_ends(start_of(period))


def hours_of(period: str) -> int:
    """How many hours the month has. Raises Invalid for what names none."""
    return round((end_of(period) - start_of(period)).total_seconds()) // 3600
