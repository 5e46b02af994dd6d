"""What usage beyond a plan's limits must cost, reckoned from what was used and from what was known
to be paid for, when: a second account, which shares no code with the platform's."""

import calendar
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.simulation.billing.ledger import DAY, HOUR, datetime_of
from tests.simulation.billing.prices import OVERAGE, Wanted

Limits = Mapping[str, int]
# Whoever was asked for money in vain keeps what was paid for so long.
GRACE = 14 * DAY
# How many months that are over an invoice looks back on.
MOST_MONTHS = 16


def month_of(at: int) -> str:
    """As `2024-02`."""
    return f"{datetime_of(at):%Y-%m}"


def bounds_of(month: str) -> tuple[int, int]:
    """Its first second, and the first of the next one."""
    year, number = map(int, month.split("-"))
    start = calendar.timegm((year, number, 1, 0, 0, 0))
    return start, start + calendar.monthrange(year, number)[1] * DAY


@dataclass
class Metering:
    """One tenant's usage: `used` by month and meter, and what invoices `asked` for of it."""

    used: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    asked: dict[tuple[str, str], int] = field(default_factory=dict)
    files: list[tuple[int, int]] = field(default_factory=list)
    # The limits of each month in which somebody looked: the highest, and those at its end.
    most: dict[str, Limits | None] = field(default_factory=dict)
    last: dict[str, Limits | None] = field(default_factory=dict)
    unpaid_since: int | None = None

    def use(self, meter: str, quantity: int, at: int) -> None:
        self.used[month_of(at), meter] += quantity

    def store(self, size: int, at: int) -> None:
        """A file of so many bytes is kept from now on."""
        self.files.append((at, size))

    def note(self, wanted: Wanted | None, status: str, at: int) -> None:
        """What the platform saw at Stripe: these limits hold from now on, beside those that held
        in this month before."""
        self.unpaid_since = (self.unpaid_since or at) if status == "past_due" else None
        in_force = status in ("trialing", "active") or (
            self.unpaid_since is not None and at < self.unpaid_since + GRACE
        )
        now = wanted.limits if wanted is not None and in_force else None
        month = month_of(at)
        self.most[month], self.last[month] = _higher(self._limits_in(month), now), now

    def ask(self, at: int) -> dict[tuple[str, str], int]:
        """What an invoice asks for at this instant: each month and meter that costs more than was
        asked for it before. Corrections cost what one line would."""
        new = {}
        for month in self._months_before(at):
            limits = self._limits_in(month)
            for meter, price in OVERAGE.items():
                if limits is None or meter not in limits:
                    continue
                beyond = max(0, self._quantity(month, meter) - limits[meter])
                cents = beyond * price["cents"] // price["per"]
                if more := cents - self.asked.get((month, meter), 0):
                    new[month, meter] = more
                    self.asked[month, meter] = cents
        return new

    def take_back(self, usage: Mapping[tuple[str, str], int]) -> None:
        """An invoice that asked for this never will."""
        for key, cents in usage.items():
            self.asked[key] -= cents

    def _quantity(self, month: str, meter: str) -> int:
        if meter != "storage":
            return self.used.get((month, meter), 0)
        start, end = bounds_of(month)
        # A file lies there for the first time at the end of the hour in which it came.
        kept = sum(size * max(0, end - max(start, at // HOUR * HOUR)) for at, size in self.files)
        hours = kept // HOUR
        return hours // ((end - start) // HOUR)

    def _limits_in(self, month: str) -> Limits | None:
        if month in self.most:
            return self.most[month]
        earlier = max((each for each in self.last if each < month), default=None)
        return None if earlier is None else self.last[earlier]

    def _months_before(self, at: int) -> list[str]:
        found: list[str] = []
        start = bounds_of(month_of(at))[0]
        for _ in range(MOST_MONTHS):
            found.append(month_of(start - 1))
            start = bounds_of(found[-1])[0]
        return found[::-1]


def _higher(one: Limits | None, other: Limits | None) -> Limits | None:
    if one is None or other is None:
        return one if other is None else other
    return {meter: max(one[meter], other[meter]) for meter in one.keys() & other.keys()}
