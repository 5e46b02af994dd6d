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


# Of a key's own limit: fewer a minute would leave no burst, more are no tier's.
LEAST_OF_A_KEY, MOST_OF_A_KEY = 3, 1_000


def limit_of_key(tier: Tier, per_minute: int) -> TierLimit:
    """The limit of a key within a tier: as many in an hour as sixty minutes have."""
    return TierLimit(tier, per_minute, 60 * per_minute, lease=max(1, per_minute // 20))


def tier_above(tier: Tier) -> TierLimit | None:
    """The limit of the next tier that allows more; None above the highest."""
    own = LIMITS[tier]
    more = (each for each in LIMITS.values() if each.per_minute > own.per_minute)
    return min(more, key=lambda each: each.per_minute, default=None)


class Balance(Model):
    """What was not leased yet of a tenant's requests at the second `at`: `left` of the burst, and
    `leased` of the hour that this second is in. `month_leased` are those of its month, without what
    was given back of these."""

    at: float
    left: float
    leased: int = 0
    # Not written at its default: the release before knows no such field.
    month_leased: Annotated[int, Field(exclude_if=lambda each: each == 0)] = 0

    @classmethod
    def full(cls, limit: TierLimit, now: float) -> "Balance":
        return cls(at=now, left=limit.burst)

    def at_time(self, limit: TierLimit, now: float) -> "Balance":
        """The same balance later. A clock that is behind gains nothing; a balance from more than a
        minute ahead was written by a clock that was wrong, and is as good as none."""
        if self.at > now + MINUTE:
            month = self.month_leased if is_in_month(self.at, now) else 0
            return Balance.full(limit, now).but(month_leased=month)
        at = max(now, self.at)
        gained = (at - self.at) * limit.per_minute / MINUTE
        leased = self.leased if at // HOUR == self.at // HOUR else 0
        month = self.month_leased if is_in_month(at, self.at) else 0
        left = min(limit.burst, self.left + gained)
        return Balance(at=at, left=left, leased=leased, month_leased=month)


@dataclass(frozen=True)
class Granted:
    """A lease of so many requests, to be used before the hour ends at `until`."""

    balance: Balance
    requests: int
    until: float


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
    given_back: int = 0,
    *,
    is_beyond_month: bool = False,
) -> Granted | Refused:
    """A lease of so many requests, or of what is left of the hour or the month where that is less;
    None at all where the minute has not as many. A tenant without a balance has a full one. What is
    `given_back` of the holder's earlier leases of this month, the month has again. One that
    `is_beyond_month` takes of the minute and the hour alone."""
    current = balance.at_time(limit, now) if balance else Balance.full(limit, now)
    current = current.but(month_leased=max(0, current.month_leased - given_back))
    hour_ends = (current.at // HOUR + 1) * HOUR
    wanted = min(requests, limit.per_hour - current.leased)
    per_month = None if is_beyond_month else limit.per_month
    if per_month is not None and per_month - current.month_leased < wanted:
        wanted = per_month - current.month_leased
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
    return Granted(after, wanted, hour_ends)


def unused_of(left: int, until: float, now: float) -> int:
    """How many of a lease that ended at `until` its holder gives back to the month: none while the
    lease lasts, and none once its month is over."""
    return left if now >= until and is_in_month(until - HOUR, now) else 0


def is_in_month(at: float, now: float) -> bool:
    """Whether both seconds are in the same month of UTC."""
    return month_of(datetime.fromtimestamp(at, UTC)) == month_of(datetime.fromtimestamp(now, UTC))
