"""A query of usage: which meter, from when to when, and how its sums are grouped. Pure."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from shared.kit.errors import FieldError, Invalid
from shared.kit.instant_parameters import check_period, instant_named
from shared.kit.months import month_of
from shared.usage.meters import GroupBy
from shared.usage.periods import start_of

LONGEST = timedelta(days=400)
LONGEST_BY_HOUR = timedelta(days=31)
MOST_SUMS = 5_000
_HOUR = 3_600


class UsageQuery(NamedTuple):
    """The hours from `first` to before `end`, in hours since 1970, of one meter or of all."""

    meter: str | None
    first: int
    end: int
    group_by: GroupBy

    @property
    def since(self) -> datetime:
        return moment(self.first)

    @property
    def until(self) -> datetime:
        return moment(self.end)


def usage_query(
    meter: str | None, since: str | None, until: str | None, group_by: GroupBy, now: datetime
) -> UsageQuery:
    """The query, in whole hours: from the hour that `since` is in to the hour that `until` is in;
    without times this month so far. Raises Invalid for what names no times, and for a longer time
    than one answer covers."""
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    end = instant_named("to", until) or this_hour + timedelta(hours=1)
    first = instant_named("from", since) or _month_before(end)
    longest = LONGEST_BY_HOUR if group_by == "hour" else LONGEST
    check_period(first, end, longest)
    if first.year < 1970:
        raise Invalid(FieldError("from", "must be after 1969"))
    return UsageQuery(meter, hour_of(first), -int(-end.timestamp() // _HOUR), group_by)


def _month_before(end: datetime) -> datetime:
    """When the month of the last millisecond before `end` begins."""
    last = end.astimezone(UTC) - timedelta(milliseconds=1)
    return last.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def moment(hour: int) -> datetime:
    """When an hour since 1970 begins."""
    return datetime.fromtimestamp(hour * _HOUR, UTC)


def hour_of(at: datetime) -> int:
    """The hour since 1970 that a moment is in."""
    return int(at.timestamp() // _HOUR)


def check_begun(period: str, latest: datetime) -> None:
    """Raises Invalid for a month that has not begun, and for what names no month."""
    if start_of(period) > latest:
        problem = f"{period} has not begun: the latest month is {month_of(latest)}"
        raise Invalid(FieldError("period", problem))


def check_sums(sums: int) -> None:
    """Raises Invalid for more than MOST_SUMS sums."""
    if sums > MOST_SUMS:
        message = f"gives more than {MOST_SUMS} sums: name a meter, or a shorter time"
        raise Invalid(FieldError("group_by", message))
