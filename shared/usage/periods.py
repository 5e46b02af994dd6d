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


def hour_bounds(period: str) -> tuple[int, int]:
    """The first hour of the month and the one after its last, in hours since 1970. Raises Invalid
    for what names none."""
    first, end = (int(each.timestamp()) // 3600 for each in (start_of(period), end_of(period)))
    return first, end


def hours_of(period: str) -> int:
    """How many hours the month has. Raises Invalid for what names none."""
    first, end = hour_bounds(period)
    return end - first
