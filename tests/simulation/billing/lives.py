"""What simulated tenants order, use, pay and end, and when: the same for the same seed."""

import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, NamedTuple

from tests.simulation.billing.ledger import DAY, HOUR
from tests.simulation.billing.metering import bounds_of, month_of
from tests.simulation.billing.prices import Wanted, add_ons_of, most_seats
from tests.simulation.billing.tenant import DECLINED, PAYS, Tenant

# 2024-01-10. Trials of two weeks end from 24 January on: on the 31st, too, and on 29 February.
BEGIN = 1_704_844_800
# Everything that people do, they do from nine o'clock to a quarter to ten.
MORNING, AT_MOST = 9 * HOUR, 45 * 60
_BUYING_DAYS = 42
_GIBIBYTE = 1 << 30

Deed = Callable[[Tenant], Coroutine[Any, Any, None]]


class Appointment(NamedTuple):
    """Something that a tenant does at an instant."""

    at: int
    tenant: int
    deed: Deed


@dataclass
class Life:
    """One tenant's. Each deed asks what the tenant has then, so none is impossible."""

    number: int
    seed: int

    def __post_init__(self) -> None:
        self.chance = random.Random(f"{self.seed}/{self.number}")

    def appointments(self, months: int, monthly: int | None = None) -> list[Appointment]:
        """All of them, by time. Whoever does not buy for a year first ends after `monthly` months
        where that is said."""
        # The first three are sure to renew on the 31st of January and on 29 February.
        first = {0: 7, 1: 36, 2: 36}.get(self.number, self.chance.randrange(_BUYING_DAYS))
        interval = {0: "month", 1: "month", 2: "year"}.get(self.number)
        found = [self._at(first, lambda tenant: self._buy(tenant, interval))]
        lasts = months if monthly is None or interval == "year" else monthly
        for month in range(lasts):
            begin = first + 15 + month * 30
            found += [self._at(begin + self.chance.randrange(30), self._use) for _ in range(2)]
            if self.chance.random() < 0.35:
                found += self._changes(begin + self.chance.randrange(30))
        if self.number % 8 == 0:
            found.append(self._at(first + self.chance.randrange(90), self._store))
        if lasts < months:
            found.append(self._at(first + 15 + lasts * 30, self._ends_at_once))
        return sorted(found, key=lambda each: each.at)

    def _changes(self, day: int) -> list[Appointment]:
        """A deed, with what follows from it."""
        kind = self.chance.choice(
            ("order", "order", "seats", "interval", "declined", "end", "pause", "met")
        )
        if kind == "declined":
            back = self.chance.choice((self._pays_again, self._pays_by_hand, self._buys_again))
            return [
                self._at(day, self._is_declined),
                self._at(day + self.chance.randrange(20, 45), back),
            ]
        if kind in ("pause", "met"):
            pauses = self._pauses if kind == "pause" else self._is_to_be_paused
            return [
                self._at(day, pauses),
                self._at(day + self.chance.randrange(1, 70), self._resumes),
            ]
        if kind == "end":
            after = self.chance.choice((self._order, self._buys_again))
            ends = self.chance.choice((self._ends, self._ends, self._ends_at_once))
            return [self._at(day, ends), self._at(day + self.chance.randrange(1, 50), after)]
        deeds: dict[str, Deed] = {
            "order": self._order,
            "seats": self._seats,
            "interval": self._interval,
        }
        return [self._at(day, deeds[kind])]

    def _at(self, day: int, deed: Deed) -> Appointment:
        moment = BEGIN + day * DAY + MORNING + self.chance.randrange(AT_MOST)
        return Appointment(moment, self.number, deed)

    def _wanted(self, interval: str | None = None) -> Wanted:
        plan = self.chance.choice(("pro", "team"))
        add_ons = self.chance.sample(add_ons_of(plan), self.chance.choice((0, 0, 1, 2)))
        return Wanted(
            plan,
            interval or self.chance.choice(("month", "month", "year")),
            self.chance.randint(1, most_seats(plan)),
            {each: self.chance.randint(1, 3) for each in add_ons},
        )

    async def _buy(self, tenant: Tenant, interval: str | None = None) -> None:
        if not tenant.ledger.is_live:
            await tenant.buy(self._wanted(interval))

    async def _buys_again(self, tenant: Tenant) -> None:
        await self._buy(tenant)

    async def _order(self, tenant: Tenant) -> None:
        if tenant.ledger.may_change:
            await tenant.change(self._wanted())

    async def _seats(self, tenant: Tenant) -> None:
        known = tenant.wanted
        if known is not None and tenant.ledger.may_change:
            seats = self.chance.randint(1, most_seats(known.plan))
            await tenant.change(Wanted(known.plan, known.interval, seats, known.add_ons))

    async def _interval(self, tenant: Tenant) -> None:
        known = tenant.wanted
        if known is not None and tenant.ledger.may_change:
            other = "year" if known.interval == "month" else "month"
            await tenant.change(Wanted(known.plan, other, known.seats, known.add_ons))

    async def _ends(self, tenant: Tenant) -> None:
        if tenant.ledger.is_live:
            await tenant.end()

    async def _ends_at_once(self, tenant: Tenant) -> None:
        if tenant.ledger.is_live:
            await tenant.end_at_once()

    async def _pauses(self, tenant: Tenant) -> None:
        if tenant.ledger.may_pause:
            await tenant.pause()

    async def _is_to_be_paused(self, tenant: Tenant) -> None:
        tenant.is_to_be_paused = True

    async def _resumes(self, tenant: Tenant) -> None:
        if tenant.ledger.standing == "paused":
            await tenant.resume()

    async def _is_declined(self, tenant: Tenant) -> None:
        if tenant.ledger.is_live:
            await tenant.use_card(DECLINED)

    async def _pays_again(self, tenant: Tenant) -> None:
        if tenant.ledger.is_live:
            await tenant.use_card(PAYS)

    async def _pays_by_hand(self, tenant: Tenant) -> None:
        for each in [bill for bill in tenant.ledger.bills if bill.status == "open"]:
            await tenant.pay(each)

    async def _use(self, tenant: Tenant) -> None:
        if tenant.wanted is None:
            return
        limit = tenant.wanted.limits["tokens"]
        runs = self.chance.randrange(3)
        await tenant.use(tokens=self.chance.randint(1, limit), runs=runs)
        if self.chance.random() < 0.2:
            late = bounds_of(month_of(tenant.now))[0] - self.chance.randrange(1, 40) * DAY
            await tenant.use(tokens=self.chance.randint(1, limit), at=late)

    async def _store(self, tenant: Tenant) -> None:
        await tenant.store(self.chance.randint(1, 300) * _GIBIBYTE)
