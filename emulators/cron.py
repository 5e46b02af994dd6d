"""Cron expressions of five fields, as Cloud Scheduler reads them (unix-cron, UTC). Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# minute, hour, day of month, month, day of week (0 and 7 are Sunday)
_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_FURTHEST = timedelta(days=366 * 8)  # 29 February is at most eight years away


@dataclass(frozen=True)
class Cron:
    """A parsed expression."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool

    @classmethod
    def parse(cls, text: str) -> "Cron":
        """Raises ValueError for anything but five valid fields."""
        fields = text.split()
        if len(fields) != len(_BOUNDS):
            raise ValueError(f"{text!r} has {len(fields)} fields, not five")
        minutes, hours, days, months, weekdays = (
            _values(field, low, high) for field, (low, high) in zip(fields, _BOUNDS, strict=True)
        )
        return cls(
            minutes,
            hours,
            days,
            months,
            frozenset(day % 7 for day in weekdays),
            # Both days given: either will do. The oldest oddity of cron.
            either_day=not fields[2].startswith("*") and not fields[4].startswith("*"),
        )

    def next_after(self, moment: datetime) -> datetime:
        """The first whole minute after `moment` that matches. Raises ValueError where none does
        (30 February)."""
        found = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
        end = found + _FURTHEST
        while found < end:
            if found.month not in self.months:
                found = _next_month(found)
            elif not self._day_matches(found):
                found = found.replace(hour=0, minute=0) + timedelta(days=1)
            elif found.hour not in self.hours:
                found = found.replace(minute=0) + timedelta(hours=1)
            elif found.minute not in self.minutes:
                found += timedelta(minutes=1)
            else:
                return found
        raise ValueError("the expression never matches")

    def last_until(self, after: datetime, until: datetime) -> datetime | None:
        """The last match in (after, until], or None."""
        step = timedelta(minutes=1)
        # From the end backwards, in windows that double: a month of minutes is never walked.
        while True:
            begin = max(after, until - step)
            found = last = self._next_or_none(begin, until)
            while found is not None:
                last, found = found, self._next_or_none(found, until)
            if last is not None or begin == after:
                return last
            step *= 2

    def _next_or_none(self, after: datetime, until: datetime) -> datetime | None:
        found = self.next_after(after)
        return found if found <= until else None

    def _day_matches(self, day: datetime) -> bool:
        by_date = day.day in self.days
        by_weekday = day.isoweekday() % 7 in self.weekdays
        return by_date or by_weekday if self.either_day else by_date and by_weekday


def _next_month(moment: datetime) -> datetime:
    first = moment.replace(day=1, hour=0, minute=0)
    return (first + timedelta(days=32)).replace(day=1)


def _values(field: str, low: int, high: int) -> frozenset[int]:
    found: set[int] = set()
    for part in field.split(","):
        span, slash, step = part.partition("/")
        first, last = _span(span, low, high, open_ended=bool(slash))
        found.update(range(first, last + 1, _number(step, 1, high) if slash else 1))
    return frozenset(found)


def _span(text: str, low: int, high: int, *, open_ended: bool) -> tuple[int, int]:
    if text == "*":
        return low, high
    first, dash, last = text.partition("-")
    begin = _number(first, low, high)
    end = _number(last, begin, high) if dash else (high if open_ended else begin)
    return begin, end


def _number(text: str, low: int, high: int) -> int:
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise ValueError(f"{text!r} is not a number from {low} to {high}")
    return int(text)
