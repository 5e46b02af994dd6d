"""Cron expressions of five fields, in UTC."""

import re
from datetime import UTC, datetime

# 29 February of a leap year may be eight years away.
MOST_YEARS = 9
LONGEST = 100

_RANGE = re.compile(r"([0-9]+)-([0-9]+)")
_FIELDS = re.compile(r"[0-9*/,-]+( [0-9*/,-]+){4}")


def check_cron(text: str) -> str:
    """The expression. Excludes names, wrapping ranges and other extensions, which not every cron
    supports. Raises ValueError for any other text."""
    from croniter import croniter

    is_long = len(text) > LONGEST
    wraps = any(int(low) > int(high) for low, high in _RANGE.findall(text[:LONGEST]))
    if is_long or not _FIELDS.fullmatch(text) or wraps or not croniter.is_valid(text, strict=True):
        raise ValueError('must be five cron fields such as "* * * * *"')
    return text


def next_after(cron: str, at: datetime) -> datetime | None:
    """The first instant of the expression after that one; None where there is none for years."""
    from croniter import CroniterBadDateError, croniter

    try:
        times = croniter(cron, at.astimezone(UTC), max_years_between_matches=MOST_YEARS)
        found: datetime = times.get_next(datetime)
    except CroniterBadDateError:
        return None
    return found
