"""When periods begin and end. Instants are whole seconds since 1970, in UTC. Pure."""

import calendar
from datetime import UTC, datetime, timedelta

HOUR, DAY = 3_600, 86_400
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}
INTERVALS = (*_DAYS, *_MONTHS)


def moved(anchor: int, interval: str, count: int) -> int:
    """The anchor, that many intervals later. A month that has no such day ends at its last day; the
    time of day stays."""
    moment = datetime.fromtimestamp(anchor, UTC)
    if interval in _DAYS:
        return int((moment + timedelta(days=_DAYS[interval] * count)).timestamp())
    months = moment.year * 12 + moment.month - 1 + _MONTHS[interval] * count
    year, month = divmod(months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    day = min(moment.day, last)
    return int(moment.replace(year=year, month=month + 1, day=day).timestamp())


def period_at(anchor: int, interval: str, count: int, moment: int) -> tuple[int, int]:
    """The period around an instant: its first second, and the first that is no more in it. All
    periods begin at whole steps from the anchor, so that 31 January is followed by 28 February and
    31 March."""
    step = _guess(anchor, interval, count, moment)
    while moved(anchor, interval, step * count) > moment:
        step -= 1
    while (end := moved(anchor, interval, (step + 1) * count)) <= moment:
        step += 1
    return moved(anchor, interval, step * count), end


def _guess(anchor: int, interval: str, count: int, moment: int) -> int:
    days = _DAYS.get(interval) or _MONTHS[interval] * 30
    return (moment - anchor) // (days * count * DAY)
