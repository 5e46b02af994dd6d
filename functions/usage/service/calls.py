"""Calls of programs as sums of usage, which the audit log does not have."""

from collections import defaultdict
from collections.abc import Callable, Mapping

from functions.usage.rules.query import Asked, hour_of, moment
from shared.quotas.calls import CallsOfHour, read_calls
from shared.storage.firestore import TenantStore
from shared.usage.meters import API_CALLS, GroupBy
from shared.usage.sums import Sum


async def sums_of_calls(tenant_id: str, about: Asked) -> list[Sum]:
    """The sums of what is asked for, by time or subject: a call is an event, and its subject is
    whose it was, `members` or `governors`. Empty where another meter is asked for. Raises
    Unavailable."""
    if about.meter not in (None, API_CALLS):
        return []
    by: dict[tuple[int | None, str | None], int] = defaultdict(int)
    for each in await read_calls(TenantStore(tenant_id), about.first, about.end):
        by[_PLACES[about.group_by](each)] += each.calls
    return [
        Sum(API_CALLS, hour, subject, calls, calls)
        for (hour, subject), calls in sorted(by.items(), key=lambda each: _order(*each[0]))
    ]


def _order(hour: int | None, subject: str | None) -> tuple[int, str]:
    return hour or 0, subject or ""


def _month(hour: int) -> int:
    return hour_of(moment(hour).replace(day=1, hour=0))


_PLACES: Mapping[GroupBy, Callable[[CallsOfHour], tuple[int | None, str | None]]] = {
    "total": lambda _: (None, None),
    "subject": lambda each: (None, each.group),
    "hour": lambda each: (each.hour, None),
    "day": lambda each: (each.hour // 24 * 24, None),
    "month": lambda each: (_month(each.hour), None),
}
