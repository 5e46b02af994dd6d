"""Sums of the calls of programs, which are counted apart from the audit log."""

from collections import defaultdict
from collections.abc import Callable, Mapping

from functions.usage.rules.query import UsageQuery, hour_of, moment
from shared.quotas.calls import CallsOfHour, read_calls
from shared.storage.firestore import TenantStore
from shared.usage.meters import API_CALLS, GroupBy
from shared.usage.sums import Sum


async def sums_of_calls(tenant_id: str, query: UsageQuery) -> list[Sum]:
    """The sums of the calls in the query's hours, by time or subject: each call is an event, and
    its subject is the group of its caller, `members` or `governors`. Empty where the query names
    another meter. Raises Unavailable."""
    if query.meter not in (None, API_CALLS):
        return []
    by: dict[tuple[int | None, str | None], int] = defaultdict(int)
    for each in await read_calls(TenantStore(tenant_id), query.first, query.end):
        by[_PLACES[query.group_by](each)] += each.calls
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
