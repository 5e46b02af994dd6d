"""One tenant that buys, changes, uses and ends, through the real billing function and Stripe's
stand-in, with two accounts of its own of what that must cost."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from functions.billing.service.settling import settle_usage
from shared.kit.callers import Caller
from tests.functions.billing.worlds import World, browser
from tests.shared.usage.logs import file, told, turn, write
from tests.simulation.billing.ledger import HOUR, LAST, Bill, Ledger, datetime_of
from tests.simulation.billing.metering import Metering, bounds_of, month_of
from tests.simulation.billing.post import Notice, Post
from tests.simulation.billing.prices import Wanted

# So many of the latest notices are known again.
_REMEMBERED = 50
PAYS, DECLINED = "pm_card_visa", "pm_card_chargeCustomerFail"


@dataclass
class Tenant:
    """`ledger` and `metering` are told of everything that is done, and of nothing that billing or
    Stripe's stand-in answer. `refunded` are whole cents. What was used before an end that the
    platform saw is asked for from `due` on, on the bill `last`."""

    world: World
    post: Post
    ledger: Ledger = field(default_factory=Ledger)
    metering: Metering = field(default_factory=Metering)
    wanted: Wanted | None = None
    customer: str = ""
    waiting: list[Notice] = field(default_factory=list)
    invoices: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    refunded: int = 0
    used: int = 0
    due: int | None = None
    last: Bill | None = None
    bought: int = 0
    # What was bought, and whether renewals asked for its usage, when the platform last looked.
    looked: tuple[int, bool] = (0, False)

    @property
    def now(self) -> int:
        return self.post.now

    @property
    def is_due(self) -> bool:
        """Whether the platform's sweep would ask for what was used before an end."""
        return self.due is not None and self.now >= self.due

    def arrive(self) -> None:
        """The time is another one: what fell due by now has happened."""
        self.ledger.advance(self.now)
        for each in self.post.collect(self.customer):
            self.waiting.append(each)
            if each.type == "invoice.created":
                self.invoices.append(each.about)

    async def buy(self, wanted: Wanted) -> None:
        """Opens a page, and pays there."""
        page = await self.world.sent("POST", "/billing/checkout", wanted.body)
        self._seen()
        self.customer = str((await self.world.kept()).customer_id)
        await self.world.pay(page["url"])
        self.ledger.pays, self.wanted = True, wanted
        self.ledger.buy(wanted, self.now)
        self.bought += 1
        self.arrive()

    async def change(self, wanted: Wanted) -> None:
        """Orders something else; where governance becomes looser, a governor approves it."""
        await self._ordered("PUT", "/subscription", wanted.body)
        self.ledger.change(wanted, self.now)
        self.wanted = wanted
        self._seen()
        self.arrive()

    async def end(self) -> None:
        """Ends with its period."""
        await self._ordered("PUT", "/subscription", {"plan": "free"})
        self.ledger.ends = True
        self._seen()
        self.arrive()

    async def pause(self) -> None:
        """Pays for no later period, and has Free."""
        await self._ordered("POST", "/subscription/pause")
        self.ledger.pause()
        self._seen()
        self.arrive()

    async def resume(self) -> None:
        """Goes on with what was paused."""
        await self._ordered("POST", "/subscription/resume")
        self.ledger.resume(self.now)
        self._seen()
        self.arrive()

    async def end_at_once(self) -> None:
        """The operator ends it in the dashboard; nobody is told yet."""
        self.world.stripe.v1.subscriptions.cancel(self._at_stripe()["id"])
        self.ledger.cancel(self.now)
        self.arrive()

    async def use_card(self, card: str) -> None:
        """Takes another card from now on, on the portal's page."""
        page = await self.world.sent("POST", "/billing/portal")
        self._seen()
        async with browser() as person:
            answer = await person.post(page["url"], data={"action": "card", "card": card})
        assert answer.status_code == 200, answer.text
        self.ledger.pays = card == PAYS
        self.arrive()

    async def pay(self, bill: Bill) -> None:
        """Pays an open invoice on its page."""
        shown = self.world.stripe.v1.invoices.retrieve(self._name(bill))
        async with browser() as person:
            answer = await person.post(str(shown.hosted_invoice_url), data={"card": PAYS})
        assert answer.status_code == 200, answer.text
        self.ledger.pay(bill)
        self.arrive()

    async def void(self, bill: Bill) -> None:
        """The operator gives an open invoice up."""
        self.world.stripe.v1.invoices.void_invoice(self._name(bill))
        self.ledger.void(bill)
        self.arrive()

    async def refund(self, part: int) -> None:
        """The operator gives back so many hundredths of the newest payment."""
        charges = self.world.stripe.v1.charges.list({"customer": self.customer, "limit": 100})
        paid = [each for each in charges.data if each.amount_captured > each.amount_refunded]
        if paid:
            left = paid[0].amount_captured - paid[0].amount_refunded
            amount = max(1, left * part // 100)
            self.world.stripe.v1.refunds.create({"charge": paid[0].id, "amount": amount})
            self.refunded += amount
        self.arrive()

    async def use(self, *, tokens: int = 0, runs: int = 0, at: int | None = None) -> None:
        """Uses tokens of a model, and starts runs, now or as what is told late."""
        moment = self.now if at is None else at
        name, entries = f"use-{self.used}", []
        self.used += 1
        if tokens:
            asked = tokens // 3
            entries.append(
                turn(self.world.tenant, name, asked, tokens - asked, datetime_of(moment))
            )
            self.metering.use("tokens", tokens, moment)
        for number in range(runs):
            said = ("assent.run.started.v1", {"run_id": f"run_{name}_{number}"})
            entries.append(told(self.world.tenant, f"{name}-{number}", *said, datetime_of(moment)))
        self.metering.use("executions", runs, moment)
        if entries:
            await write(self.world.tenant, *entries)

    async def store(self, size: int) -> None:
        """Keeps a file of so many bytes from now on."""
        self.used += 1
        await write(
            self.world.tenant,
            file(self.world.tenant, f"file-{self.used}", size, datetime_of(self.now)),
        )
        self.metering.store(size, self.now)

    async def deliver(self, notices: Iterable[Notice]) -> None:
        """Sends these, in this order, and no more of them is waiting."""
        for each in list(notices):
            answer = await self.world.notice(each.body)
            assert answer.status_code == 200, answer.text
            if each in self.waiting:
                self.waiting.remove(each)
            # A copy of one of the latest notices is known by its id, and reads no subscription.
            if each.id not in self.seen[-_REMEMBERED:]:
                self.seen.append(each.id)
                self._seen()
            if each.type.startswith("invoice.") and each.about in self.invoices:
                self._asked(self.ledger.bills[self.invoices.index(each.about)])
        self.arrive()

    async def settle(self, chance: random.Random) -> None:
        """Sends all that is waiting, in an order of chance, some of it twice."""
        while self.waiting:
            notices = [*self.waiting, *chance.sample(self.waiting, len(self.waiting) // 4)]
            chance.shuffle(notices)
            await self.deliver(notices)

    async def ask_last(self) -> None:
        """What a sweep of the platform does for this tenant."""
        await settle_usage(
            Caller.acting("service:billing", self.world.tenant, datetime_of(self.now))
        )
        self._seen()
        if self.is_due:
            self._ask_last()
        self.arrive()

    def _ask_last(self) -> None:
        """What is owed goes on an invoice of its own. One that is final already is followed by
        another, which the next sweep makes; once nothing is owed there is none any more."""
        owed = self.metering.ask(self.now)
        self.metering.take_back(owed)
        if not owed and not any(each.usage for each in self._held()):
            self.due = self.last = None
        elif self.last is not None and self.last.status != "draft":
            self.last = None
        else:
            self.last = self.last or self.ledger.ask_last(self.now)
            self._asked(self.last)

    def _held(self) -> list[Bill]:
        """Drafts that never become final."""
        return [
            each for each in self.ledger.bills if each.status == "draft" and each.final_at is None
        ]

    def read(self, path: str, **params: Any) -> dict[str, Any]:
        """What Stripe's stand-in has there, as plain data."""
        read: dict[str, Any] = self.world.stripe.raw_request("get", f"/v1/{path}", **params).data
        return read

    def listed(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """All of a list there, in its order."""
        found: list[dict[str, Any]] = []
        while True:
            after = {"starting_after": found[-1]["id"]} if found else {}
            page = self.read(path, limit=100, **params, **after)
            found += page["data"]
            if not page["has_more"]:
                return found

    def _asked(self, bill: Bill) -> None:
        """A draft that becomes final takes what was used. What lies on one that never will, because
        its subscription ended, moves to it."""
        takes = bill.reason in ("subscription_cycle", LAST)
        if bill.status != "draft" or not takes or bill.final_at is None:
            return
        for each in self._held():
            self.metering.take_back(each.usage)
            each.usage = {}
        for key, cents in self.metering.ask(self.now).items():
            bill.usage[key] = bill.usage.get(key, 0) + cents

    def _seen(self) -> None:
        self.ledger.advance(self.now)
        if self.ledger.status:
            self.metering.note(self.wanted, self.ledger.standing, self.now)
        looked = (self.bought, self.ledger.may_change)
        if self.ledger.may_change:
            self.due = self.last = None
        elif self.bought and (self.looked[1] or self.looked[0] != self.bought):
            self.due, self.last = bounds_of(month_of(self.now))[1] + HOUR, None
        self.looked = looked

    async def _ordered(self, *call: Any) -> None:
        self._seen()
        shown = await self.world.sent(*call)
        if shown["waits_for"]:
            await self.world.decide(shown["waits_for"], "approve")
            shown = await self.world.sent(*call)
        assert shown["waits_for"] is None, shown

    def _at_stripe(self) -> dict[str, Any]:
        return self.listed("subscriptions", customer=self.customer, status="all")[0]

    def _name(self, bill: Bill) -> str:
        [place] = [number for number, each in enumerate(self.ledger.bills) if each is bill]
        return self.invoices[place]
