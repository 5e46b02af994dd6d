"""One tenant that buys, changes, uses and ends, through the real billing function and Stripe's
stand-in, with two accounts of its own of what that must cost."""

import random
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from functions.billing.rules.refusals import StripeRefused
from functions.billing.service.invoice_calls import write_line
from functions.billing.service.stripe_calls import Unknown
from functions.billing.service.usage_invoice import ask_for_usage
from shared.kit.callers import Caller
from tests.functions.billing.worlds import World, browser
from tests.shared.usage.logs import file, told, turn, write
from tests.simulation.billing.asking import Asking
from tests.simulation.billing.bill import DELETED, Bill
from tests.simulation.billing.dying import Late, dying_at_a_line, dying_at_release, living
from tests.simulation.billing.ledger import DAY, HOUR, Ledger, datetime_of
from tests.simulation.billing.post import Notice, Post
from tests.simulation.billing.prices import Wanted

# So many of the latest notices are known again.
_REMEMBERED = 50
# Stripe keeps a key for a day, and a line is under way for a minute at most.
_LATEST = DAY - HOUR
PAYS, DECLINED = "pm_card_visa", "pm_card_chargeCustomerFail"


@dataclass
class Tenant:
    """`usage`, with its ledger and its metering, is told of everything that is done, and of nothing
    that billing or Stripe's stand-in answer. `refunded` are whole cents; `late` are lines that are
    on their way to Stripe."""

    world: World
    post: Post
    usage: Asking = field(default_factory=Asking)
    wanted: Wanted | None = None
    customer: str = ""
    waiting: list[Notice] = field(default_factory=list)
    invoices: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    refunded: int = 0
    used: int = 0
    late: list[Late] = field(default_factory=list)
    # An operator waits for its next draft.
    is_to_be_paused: bool = False

    @property
    def ledger(self) -> Ledger:
        return self.usage.ledger

    @property
    def now(self) -> int:
        return self.post.now

    @property
    def held(self) -> list[Bill]:
        """Drafts of subscriptions that do not become final by themselves."""
        drafts = [each for each in self.ledger.bills if each.status == "draft"]
        return [each for each in drafts if each.final_at is None and each.is_of_subscription]

    def arrive(self) -> None:
        """The time is another one: what fell due by now has happened."""
        self.usage.advance(self.now)
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

    async def is_paused_by_the_operator(self) -> None:
        """The operator pauses it in the dashboard; nobody is told yet."""
        said: Any = {"pause_collection": {"behavior": "void"}}
        self.world.stripe.v1.subscriptions.update(self._at_stripe()["id"], said)
        self.ledger.pause()
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
            self.usage.metering.use("tokens", tokens, moment)
        for number in range(runs):
            said = ("assent.run.started.v1", {"run_id": f"run_{name}_{number}"})
            entries.append(told(self.world.tenant, f"{name}-{number}", *said, datetime_of(moment)))
        self.usage.metering.use("executions", runs, moment)
        if entries:
            await write(self.world.tenant, *entries)

    async def store(self, size: int) -> None:
        """Keeps a file of so many bytes from now on."""
        self.used += 1
        await write(
            self.world.tenant,
            file(self.world.tenant, f"file-{self.used}", size, datetime_of(self.now)),
        )
        self.usage.metering.store(size, self.now)

    async def deliver(self, notices: Iterable[Notice]) -> None:
        """Sends these, in this order, and no more of them is waiting."""
        for each in list(notices):
            answer = await self.world.notice(each.body)
            assert answer.status_code == 200, answer.text
            if each in self.waiting:
                self.waiting.remove(each)
            self._told_of(each)
        self.arrive()

    async def deliver_and_die(self, notice: Notice) -> None:
        """Sends it to a process that dies before Stripe has the first line that it writes, which
        arrives later; Stripe sends the notice again."""
        with dying_at_a_line() as under_way:
            answer = await self.world.notice(notice.body)
        assert answer.status_code == (503 if under_way else 200), answer.text
        bill = self._bill_of(notice)
        if not under_way:
            self.waiting.remove(notice)
        self._told_of(notice, writes=not under_way)
        if under_way:
            assert bill is not None
            self.late.append(Late(*under_way[0], bill, self.now))
        self.arrive()

    async def lines_arrive_late(self) -> None:
        """What processes that died within a day had sent to Stripe arrives there, or is refused."""
        for each in self.late:
            if self.now - each.at > _LATEST or each.bill.status == DELETED:
                continue
            invoice = {"invoice": self._name(each.bill)}
            before = len(self.listed("invoiceitems", **invoice))
            with suppress(Unknown, StripeRefused):
                await write_line(each.key, each.said)
            if len(self.listed("invoiceitems", **invoice)) > before:
                said = each.said["metadata"]
                self.usage.wrote(each.bill, (said["period"], said["meter"]), each.said["amount"])
        self.late.clear()
        self.arrive()

    async def finish_by_hand(self, bill: Bill) -> None:
        """The operator makes a draft final that stays one by itself."""
        self.world.stripe.v1.invoices.finalize_invoice(self._name(bill))
        self.ledger.finish_by_hand(bill, self.now)
        self.arrive()

    async def settle(self, chance: random.Random) -> None:
        """Sends all that is waiting, in an order of chance, some of it twice."""
        while self.waiting:
            notices = [*self.waiting, *chance.sample(self.waiting, len(self.waiting) // 4)]
            chance.shuffle(notices)
            await self.deliver(notices)

    async def ask_for_usage(self, until: str = "") -> None:
        """What a sweep of the platform does for this tenant; in a process that dies `until` a
        line, or the release, of the usage invoice is at Stripe."""
        died = {"line": dying_at_a_line, "release": dying_at_release}.get(until, living)
        with died() as under_way, suppress(Unknown):
            at = datetime_of(self.now)
            await ask_for_usage(Caller.acting("service:billing", self.world.tenant, at))
        self._seen()
        if self.usage.is_due(self.now):
            self.usage.ask(self.now, until if under_way else "")
        self.arrive()
        if under_way and until == "line" and self.usage.last is not None:
            self.late.append(Late(*under_way[0], self.usage.last, self.now))

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

    def _told_of(self, notice: Notice, *, writes: bool = True) -> None:
        # A copy of one of the latest notices is known by its id, and reads no subscription.
        if notice.id not in self.seen[-_REMEMBERED:]:
            self.seen.append(notice.id)
            self._seen()
        if (bill := self._bill_of(notice)) is not None:
            self.usage.told(bill, self.now, writes=writes)

    def _bill_of(self, notice: Notice) -> Bill | None:
        if not notice.type.startswith("invoice.") or notice.about not in self.invoices:
            return None
        return self.ledger.bills[self.invoices.index(notice.about)]

    def _seen(self) -> None:
        self.usage.look(self.wanted, self.now)

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
