"""How many requests a tenant may send, by its tier, and how instances lease their part of them.

A tenant has a balance. An instance leases several requests of it at once, all or none, and takes
them one by one without asking again. Seconds are those since 1970, as the clock at a request's
entry showed them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import Field

from shared.kit.models import Model
from shared.kit.months import month_of

Tier = Literal["free", "pro", "team"]
Window = Literal["minute", "hour", "month"]

HIGHEST: Tier = "team"
# Where balances are kept, each by the name of its group.
BALANCES = "tier_balances"
GOVERNORS, MEMBERS = "governors", "members"
GROUPS = (MEMBERS, GOVERNORS)

MINUTE, HOUR = 60, 3600


@dataclass(frozen=True)
class TierLimit:
    """The requests of a tier, or of a key within it: so many a minute, steadily, so many in an hour
    of the clock and, where a plan says it, in a month of UTC. An instance leases `lease` of them at
    once."""

    tier: Tier
    per_minute: int
    per_hour: int
    lease: int
    per_month: int | None = None

    @property
    def burst(self) -> int:
        """What may be sent at once after a pause: a third of a minute's."""
        return self.per_minute // 3

    @property
    def first_lease(self) -> int:
        """What an instance leases first in an hour: less, because a tenant's first calls reach an
        instance of each function, and what each holds the others lack."""
        return max(1, self.lease // 3)


# A larger lease would leave too little to the other instances, a smaller one cost more writes.
LIMITS: Mapping[Tier, TierLimit] = {
    each.tier: each
    for each in (
        TierLimit("free", per_minute=60, per_hour=1_000, lease=6),
        TierLimit("pro", per_minute=300, per_hour=10_000, lease=20),
        TierLimit("team", per_minute=1_000, per_hour=50_000, lease=50),
    )
}


# The bounds of a key's own limit: fewer a minute would leave no burst, and no tier has more.
LEAST_OF_A_KEY, MOST_OF_A_KEY = 3, 1_000


def limit_of_key(tier: Tier, per_minute: int) -> TierLimit:
    """The limit of a key within a tier: as many in an hour as sixty minutes have."""
    return TierLimit(tier, per_minute, 60 * per_minute, lease=max(1, per_minute // 20))


def tier_above(tier: Tier) -> TierLimit | None:
    """The limit of the next tier that allows more; None above the highest."""
    own = LIMITS[tier]
    more = (each for each in LIMITS.values() if each.per_minute > own.per_minute)
    return min(more, key=lambda each: each.per_minute, default=None)


# Left out at its default, because the release before this one does not know the field.
_OfMonth = Annotated[int, Field(exclude_if=lambda each: each == 0)]


class Balance(Model):
    """What a tenant may still lease at the second `at`: `left` of the burst, while `leased` of that
    second's hour are gone. `month_leased` are the calls of that month that count, less what was
    given back. The notes of hours have `month_noted` of them, and `month_told` is the threshold of
    the plan, in percent, that was told last."""

    at: float
    left: float
    leased: int = 0
    month_leased: _OfMonth = 0
    month_noted: _OfMonth = 0
    month_told: _OfMonth = 0

    @classmethod
    def full(cls, limit: TierLimit, now: float) -> "Balance":
        return cls(at=now, left=limit.burst)

    def at_time(self, limit: TierLimit, now: float) -> "Balance":
        """The same balance later. A clock that is behind gains nothing; a balance from more than a
        minute ahead was written by a clock that was wrong, and is as good as none."""
        if self.at > now + MINUTE:
            return self.in_month_of(now).but(at=now, left=limit.burst, leased=0)
        at = max(now, self.at)
        gained = (at - self.at) * limit.per_minute / MINUTE
        leased = self.leased if at // HOUR == self.at // HOUR else 0
        left = min(limit.burst, self.left + gained)
        return self.in_month_of(at).but(at=at, left=left, leased=leased)

    def in_month_of(self, now: float) -> "Balance":
        """The same balance, and where `now` is in another month, one that has leased nothing of
        it."""
        if is_in_month(self.at, now):
            return self
        return self.but(month_leased=0, month_noted=0, month_told=0)

    @property
    def hour(self) -> int:
        """The hour of `at`, in hours since 1970."""
        return int(self.at // HOUR)

    @property
    def unnoted(self) -> int:
        """How many calls that count are not in the notes of hours yet."""
        return self.month_leased - self.month_noted


@dataclass(frozen=True)
class HourCalls:
    """How many calls an `hour` had, which is counted in hours since 1970."""

    hour: int
    calls: int


NO_CALLS = HourCalls(0, 0)


@dataclass(frozen=True)
class Granted:
    """A lease of so many requests, to be used before the hour ends at `until`. `notes` are to be
    added, once, to the notes of hours that are over."""

    balance: Balance
    requests: int
    until: float
    notes: tuple[HourCalls, ...] = ()


@dataclass(frozen=True)
class Refused:
    """No lease: the `window` has none before `until`."""

    balance: Balance
    window: Window
    until: float


def lease(
    balance: Balance | None,
    limit: TierLimit,
    requests: int,
    now: float,
    given_back: HourCalls = NO_CALLS,
    *,
    is_beyond_month: bool = False,
    of_others: int = 0,
) -> Granted | Refused:
    """A lease of so many requests, or of what is left of the hour or the month where that is less.
    Refused where the minute has not as many. A tenant without a balance has a full one. The month
    gets back what the holder did not use of its last lease (`given_back`); the tenant's other
    balances have leased `of_others` of it. A lease that `is_beyond_month` takes of the minute and
    the hour alone, and counts in no month."""
    known, notes = _noted(balance or Balance.full(limit, now), given_back, now)
    current = known.at_time(limit, now)
    hour_ends = (current.at // HOUR + 1) * HOUR
    wanted = min(requests, limit.per_hour - current.leased)
    if limit.per_month is not None and not is_beyond_month:
        left = limit.per_month - current.month_leased - of_others
        if left < wanted:
            wanted = left
            if wanted <= 0:
                # Others may still give back what they lease until then.
                return Refused(current, "month", hour_ends)
    if wanted <= 0:
        return Refused(current, "hour", hour_ends)
    missing = wanted - current.left
    # What was refilled in several steps differs in its last digits.
    if missing > 1e-6:
        return Refused(current, "minute", current.at + missing * MINUTE / limit.per_minute)
    after = current.but(
        left=current.left - wanted,
        leased=current.leased + wanted,
        month_leased=current.month_leased + (0 if is_beyond_month else wanted),
    )
    return Granted(after, wanted, hour_ends, notes)


def _noted(balance: Balance, back: HourCalls, now: float) -> tuple[Balance, tuple[HourCalls, ...]]:
    """The balance with what is given back, and the notes that this makes: of the balance's own
    hour, where it is over, and of an earlier hour to which calls are given back."""
    notes = []
    calls = min(back.calls, balance.month_leased)
    balance = balance.but(month_leased=balance.month_leased - calls)
    # An hour before the balance's own was noted already.
    if calls and back.hour < balance.hour:
        calls = min(calls, balance.month_noted)
        balance = balance.but(month_noted=balance.month_noted - calls)
        notes.append(HourCalls(back.hour, -calls))
    if balance.unnoted > 0 and now >= (balance.hour + 1) * HOUR:
        notes.append(HourCalls(balance.hour, balance.unnoted))
        balance = balance.but(month_noted=balance.month_leased)
    return balance, tuple(notes)


def unused_of(left: int, until: float, now: float) -> HourCalls:
    """What the holder of a lease that ended at `until` gives back to the month: nothing while the
    lease lasts, and nothing once its month is over."""
    if now < until or not is_in_month(until - HOUR, now):
        return NO_CALLS
    return HourCalls(int(until // HOUR) - 1, left)


def is_in_month(at: float, now: float) -> bool:
    """Whether both seconds are in the same month of UTC."""
    return month_of(datetime.fromtimestamp(at, UTC)) == month_of(datetime.fromtimestamp(now, UTC))
