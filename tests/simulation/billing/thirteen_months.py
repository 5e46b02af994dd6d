"""Tenants that live for months at once, with one account at Stripe: what they are asked for is
reconciled to the cent, and each line of usage is verified offline."""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.functions.billing.worlds import World
from tests.simulation.billing.bill import CHOICES
from tests.simulation.billing.figures import Figures
from tests.simulation.billing.ledger import DAY, HOUR
from tests.simulation.billing.lives import BEGIN, Appointment, Life
from tests.simulation.billing.post import Post
from tests.simulation.billing.reconciling import StripeObject, reconcile, verify_offline
from tests.simulation.billing.tenant import Tenant

Tell = Callable[[str], None]
_AT_ONCE = 8
# When drafts of the day are there, and when they are final.
_DRAFTS, _FINAL = 10 * HOUR, 11 * HOUR + 300


@dataclass
class Simulation:
    """`open_tenant` makes a tenant of the platform that nobody else has; `tell` takes a line for
    people after each month. Lives are shorter where `monthly` says so."""

    post: Post
    open_tenant: Callable[[], World]
    tenants: int
    months: int
    seed: int
    tell: Tell
    monthly: int | None = None

    async def run(self, folder: Path) -> Figures:
        """Raises AssertionError for the first cent that differs."""
        self.began, spent = time.monotonic(), time.process_time()
        self.chance = random.Random(self.seed)
        self.turns = asyncio.Semaphore(_AT_ONCE)
        self.notices = 0
        self.people = [Tenant(self.open_tenant(), self.post) for _ in range(self.tenants)]
        days = self.months * 31 + 20
        await self._live(days)
        figures = Figures(self.tenants, days)
        await asyncio.gather(
            *(self._audit(place, each, folder, figures) for place, each in enumerate(self.people))
        )
        figures.notices = self.notices
        figures.seconds = self._spent()
        figures.processor_seconds = time.process_time() - spent
        return figures

    def _spent(self) -> float:
        return time.monotonic() - self.began

    async def _live(self, days: int) -> None:
        lives = (
            Life(number, self.seed).appointments(self.months, self.monthly)
            for number in range(self.tenants)
        )
        due = sorted((each for life in lives for each in life), key=lambda each: each.at)
        for day in range(days):
            midnight = BEGIN + day * DAY
            if day and day % 31 == 0:
                self.tell(f"day {day} of {days}: {self.notices} notices, {self._spent():.0f} s")
            while due and due[0].at < midnight + _DRAFTS:
                await self._meet(due.pop(0))
            for moment in (_DRAFTS, _FINAL):
                await self._pass(midnight + moment)

    async def _meet(self, each: Appointment) -> None:
        self.post.move(each.at)
        tenant = self.people[each.tenant]
        tenant.arrive()
        await each.deed(tenant)

    async def _pass(self, moment: int) -> None:
        """Sends notices of what fell due by then, and asks for what was used before an end. One in
        ten tenants is told nothing today, and not asked; one sweep in five dies on the way."""
        if not any(_has_due(each, moment) for each in self.people):
            return
        self.post.move(moment)
        for each in self.people:
            each.arrive()
        if any(each.is_to_be_paused for each in self.people):
            self._choose(self.chance.choice(CHOICES))
        for each in self.people:
            await self._stumble(each)
        told = [each for each in self.people if each.waiting and self.chance.random() > 0.1]
        await asyncio.gather(*map(self._tell, told))
        asked = []
        for each in [each for each in self.people if each.usage.is_due(moment)]:
            if self.chance.random() < 0.2:
                await each.ask_for_usage(self.chance.choice(("line", "release")))
            elif self.chance.random() > 0.1:
                asked.append(each)
        await asyncio.gather(*map(self._ask_for_usage, asked))

    def _choose(self, met: str) -> None:
        """What becomes of drafts that a pause meets from now on: of all before, it has."""
        self.post.choose(met)
        for each in self.people:
            each.ledger.met = met

    async def _stumble(self, tenant: Tenant) -> None:
        """Of a draft, one process in five dies with a line on its way, which arrives at the next
        of these hours; and an operator who wants to pause the tenant does it now."""
        if tenant.late:
            await tenant.lines_arrive_late()
        drafts = [each for each in tenant.waiting if each.type == "invoice.created"]
        if drafts and self.chance.random() < 0.2:
            await tenant.deliver_and_die(drafts[-1])
        if drafts and tenant.is_to_be_paused and tenant.ledger.may_be_paused:
            tenant.is_to_be_paused = False
            await tenant.is_paused_by_the_operator()

    async def _tell(self, tenant: Tenant) -> None:
        """In an order of chance; of those about the same object some are lost, and one is not."""
        waiting = tuple(tenant.waiting)
        latest = {each.about: each for each in waiting}
        kept = [each for each in waiting if each is latest[each.about] or self._is_kept()]
        twice = [each for each in kept if self.chance.random() < 0.1]
        self.chance.shuffle(kept)
        async with self.turns:
            await tenant.deliver([*kept, *twice])
        self.notices += len(kept) + len(twice)
        tenant.waiting = [each for each in tenant.waiting if each not in waiting]

    async def _ask_for_usage(self, tenant: Tenant) -> None:
        async with self.turns:
            await tenant.ask_for_usage()

    def _is_kept(self) -> bool:
        return self.chance.random() < 0.2

    async def _audit(self, place: int, tenant: Tenant, folder: Path, figures: Figures) -> None:
        async with self.turns:
            await tenant.settle(self.chance)
            while tenant.usage.is_due(tenant.now):
                await tenant.ask_for_usage()
                await tenant.settle(self.chance)
            invoices = await reconcile(tenant)
            file = folder / f"proof-{place}.json"
            figures.usage_lines += await verify_offline(tenant, invoices, file)
        _add(figures, invoices, tenant)


def _has_due(tenant: Tenant, moment: int) -> bool:
    """Whether anything happens to the tenant by itself until then, or it was not told of all."""
    asks = tenant.usage.due is not None and tenant.usage.due <= moment
    return asks or bool(tenant.waiting) or tenant.ledger.is_due(moment)


def _add(figures: Figures, invoices: list[StripeObject], tenant: Tenant) -> None:
    for each in invoices:
        figures.invoices[each["status"]] += 1
        figures.lines += len(each["lines"])
        figures.cents["paid"] += each["paid_cents"]
        if each["status"] != "draft":
            figures.cents["invoiced"] += each["total_cents"]
        if each["status"] == "open":
            figures.cents["open"] += each["due_cents"]
    figures.usage_invoices += sum(not each.is_of_subscription for each in tenant.ledger.bills)
    figures.cents["usage"] += sum(tenant.usage.metering.asked.values())
    figures.cents["balances"] += tenant.ledger.balance
