"""Which meters of a tenant have fallen silent, though they counted before and the tenant goes on: a
sign that something is not counted any more. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from shared.usage.meters import BUILT_IN

WEEK_HOURS = 168
# How many weeks with usage make one without it remarkable.
WEEKS_BEFORE = 4


class Used(NamedTuple):
    """What was used of a meter in the time that begins at `hour`, in hours since 1970."""

    meter: str
    hour: int
    quantity: int


class Span(NamedTuple):
    """The hours since 1970 from `first` to before `end`: whole weeks, of which the last is
    judged."""

    first: int
    end: int


def weeks_before(at: datetime) -> Span:
    """The weeks that end with the last whole day before `at`, in UTC."""
    end = int(at.timestamp()) // 86_400 * 24
    return Span(end - (WEEKS_BEFORE + 1) * WEEK_HOURS, end)


def silent_meters(days: Iterable[Used], span: Span) -> tuple[str, ...]:
    """The meters of ours that counted something in each of the weeks before, and nothing in the
    last week, in which another one did. Empty where the tenant used nothing at all."""
    weeks = defaultdict[str, set[int]](set)
    for each in days:
        if each.meter in BUILT_IN and each.quantity:
            weeks[each.meter].add((each.hour - span.first) // WEEK_HOURS)
    if all(WEEKS_BEFORE not in found for found in weeks.values()):
        return ()
    before = set(range(WEEKS_BEFORE))
    return tuple(sorted(meter for meter, found in weeks.items() if found == before))
