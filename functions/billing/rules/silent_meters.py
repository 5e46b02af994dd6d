"""Silent meters: those of a tenant that counted every week and then nothing, while another one
still counts. That is a sign of a defect in how usage is counted. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from shared.usage.meters import BUILT_IN

WEEK_HOURS = 168
# How many weeks with usage come before a week without it that makes a meter silent.
WEEKS_BEFORE = 4


class MeterUsage(NamedTuple):
    """The usage of a meter in the day that begins at `hour`, in hours since 1970."""

    meter: str
    hour: int
    quantity: int


class Span(NamedTuple):
    """The hours since 1970 from `first` to before `end`: whole weeks, the last of which is
    checked."""

    first: int
    end: int


def weeks_before(at: datetime) -> Span:
    """The weeks that end with the last whole day before `at`, in UTC."""
    end = int(at.timestamp()) // 86_400 * 24
    return Span(end - (WEEKS_BEFORE + 1) * WEEK_HOURS, end)


def silent_meters(days: Iterable[MeterUsage], span: Span) -> tuple[str, ...]:
    """The meters of ours that counted something in each week but the last, in which another meter
    did. Empty where the tenant used nothing in the last week."""
    weeks = defaultdict[str, set[int]](set)
    for each in days:
        if each.meter in BUILT_IN and each.quantity:
            weeks[each.meter].add((each.hour - span.first) // WEEK_HOURS)
    if all(WEEKS_BEFORE not in used for used in weeks.values()):
        return ()
    before = set(range(WEEKS_BEFORE))
    return tuple(sorted(meter for meter, used in weeks.items() if used == before))
