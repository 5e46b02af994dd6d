"""What a customer must be asked for and pay, reckoned from what was ordered and when: an account of
its own, which neither `functions/billing` nor Stripe's stand-in has a part in. Money is whole
cents, instants are whole seconds since 1970."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.simulation.billing.bill import COLLECTS, GIVES_UP, KEEPS, USAGE, VOIDS, Bill
from tests.simulation.billing.parts import Part
from tests.simulation.billing.prices import Wanted, trial_days

HOUR, DAY = 3_600, 86_400
# When a payment that failed is tried again, as Stripe's stand-in does by default.
RETRIES = (3, 5, 7)
# Less is not taken from a card: it stays on the balance.
LEAST = 50


def datetime_of(at: int) -> datetime:
    """The instant in UTC."""
    return datetime.fromtimestamp(at, UTC)


def later(anchor: int, interval: str, count: int) -> int:
    """So many months or years after the anchor, at its time of the day, on its day or the last that
    the month has."""
    at = datetime_of(anchor)
    months = at.year * 12 + at.month - 1 + count * (12 if interval == "year" else 1)
    year, month = months // 12, months % 12 + 1
    day = min(at.day, calendar.monthrange(year, month)[1])
    return int(at.replace(year=year, month=month, day=day).timestamp())


@dataclass
class Ledger:
    """One customer of Stripe's. `met` says what becomes of a draft that a pause meets."""

    met: str = COLLECTS
    bought: int = 0
    parts: dict[str, Part] = field(default_factory=dict)
    interval: str = "month"
    anchor: int = 0
    trial_end: int | None = None
    status: str = ""
    ends: bool = False
    trialed: bool = False
    is_paused: bool = False
    pays: bool = True
    waiting: list[int] = field(default_factory=list)
    balance: int = 0
    bills: list[Bill] = field(default_factory=list)

    @property
    def is_live(self) -> bool:
        return self.status in ("trialing", "active", "past_due")

    @property
    def standing(self) -> str:
        """The status that a tenant is shown."""
        return "paused" if self.is_live and self.is_paused else self.status

    @property
    def may_change(self) -> bool:
        return self.is_live and not self.is_paused

    @property
    def may_pause(self) -> bool:
        """Whether it is paid for and goes on, and nothing waits for the next invoice."""
        return self.may_be_paused and not any(each.final_at for each in self._drafts())

    @property
    def may_be_paused(self) -> bool:
        """Whether an operator may pause it, and no change is lost by that."""
        return self.standing == "active" and not self.ends and not self.waiting

    @property
    def renews_at(self) -> int:
        return self.parts["plan"].end

    def buy(self, wanted: Wanted, at: int) -> None:
        """The first order, on a page that takes the money at once."""
        days = 0 if self.trialed else trial_days(wanted.plan)
        self.bought += 1
        # What waited for an invoice of an earlier subscription waits for ever.
        self.waiting, self.interval, self.ends = [], wanted.interval, False
        self.is_paused = False
        self.trial_end = at + days * DAY if days else None
        self.anchor, self.trialed = at + days * DAY, self.trialed or days > 0
        self.status = "trialing" if days else "active"
        until = self.trial_end or later(at, wanted.interval, 1)
        self.parts = {
            name: Part(unit, quantity, at, until, 0, at)
            for name, (unit, quantity) in wanted.costs.items()
        }
        lines = [0] * len(self.parts) if days else self._bill_whole()
        bill = self._bill(at, lines, "subscription_create")
        self._finish(bill, at)

    def change(self, wanted: Wanted, at: int) -> None:
        """Another order, which the rest of the period is asked and given back for with the next
        invoice; with another interval all begins anew, with an invoice."""
        self.ends, costs = False, wanted.costs
        if self.status == "trialing":
            self._set_parts(costs, at, billed=False)
            self.interval = wanted.interval
        elif wanted.interval != self.interval:
            self._give_back(self.parts.values(), at)
            self.interval, self.anchor = wanted.interval, at
            self._begin(costs, at)
            self._finish(self._bill(at, self._bill_whole(), "subscription_update"), at)
        else:
            self._set_parts(costs, at, billed=True)

    def pause(self) -> None:
        """No later period is asked for."""
        self.is_paused = True

    def resume(self, at: int) -> None:
        """Goes on in the period that was paid for, or in a new one that is asked for now. Of a
        draft that the pause met, or of what it gave up, nobody is asked any more."""
        self.is_paused = False
        for each in self._drafts():
            if each.final_at is None:
                self._finish(each, at, VOIDS)
        if self._newest().status == "uncollectible":
            self.void(self._newest())
        if self._newest().status == "void":
            self.anchor = at
            self._begin_again(at)
            self._finish(self._bill(at, self._bill_whole(), "subscription_update"), at)

    def cancel(self, at: int) -> None:
        """Ends now. What is open stays so, and drafts stay drafts: nothing is taken by itself."""
        self.status = "canceled"
        for each in filter(lambda bill: bill.is_of_subscription, self.bills):
            each.final_at = each.next_try = None

    def ask_for_usage(self, at: int, number: int) -> Bill:
        """A usage invoice, which waits for its lines."""
        bill = Bill(at, [], USAGE, self.bought, number, is_written=False)
        self.bills.append(bill)
        return bill

    def finish_by_hand(self, bill: Bill, at: int) -> None:
        """The operator makes a draft final. Nothing is taken for it by itself."""
        self._finish(bill, at, "")

    def pay(self, bill: Bill) -> None:
        """Somebody paid it by hand."""
        bill.status, bill.next_try = "paid", None
        if bill is self._newest() and self.status == "past_due":
            self.status = "active"

    def void(self, bill: Bill) -> None:
        """Nobody owes it any more; what it took of the balance comes back."""
        assert bill.due is not None
        self.balance -= bill.total - bill.due
        bill.status, bill.next_try = "void", None

    def advance(self, until: int) -> None:
        """All that falls due by then, in its order."""
        while (due := self._next()) is not None and due[0] <= until:
            at, bill = due
            if bill is None:
                self._turn(at)
            elif bill.status == "draft":
                self._end_draft(bill, at)
            else:
                self._try(bill, at)

    def is_due(self, moment: int) -> bool:
        """Whether anything happens by itself until then."""
        due = self._next()
        return due is not None and due[0] <= moment

    def _next(self) -> tuple[int, Bill | None] | None:
        found: list[tuple[int, Bill | None]] = []
        if self.is_live:
            found.append((self.renews_at, None))
        for each in self.bills:
            moment = each.final_at if each.status == "draft" else each.next_try
            if moment is not None:
                found.append((moment, each))
        return min(found, key=lambda each: each[0], default=None)

    def _turn(self, at: int) -> None:
        if self.ends:
            if self.waiting:
                self._finish(self._bill(at, [], "subscription_cycle"), at)
            if self.status != "canceled":
                self.cancel(at)
            return
        if self.status == "trialing":
            self.status, self.anchor = "active", at
        self._begin_again(at)
        bill = self._bill(at, self._bill_whole(), "subscription_cycle")
        if self.is_paused:
            self._finish(bill, at, VOIDS)
        else:
            bill.final_at = at + HOUR

    def _drafts(self) -> list[Bill]:
        """Those of the subscription."""
        drafts = [each for each in self.bills if each.status == "draft"]
        return [each for each in drafts if each.is_of_subscription and each.bought == self.bought]

    def _newest(self) -> Bill:
        return [each for each in self.bills if each.is_of_subscription][-1]

    def _begin_again(self, at: int) -> None:
        self._begin({name: (each.unit, each.quantity) for name, each in self.parts.items()}, at)

    def _begin(self, costs: dict[str, tuple[int, int]], at: int) -> None:
        count = 1
        while (until := later(self.anchor, self.interval, count)) <= at:
            count += 1
        self.parts = {
            name: Part(unit, quantity, at, until, 0, at) for name, (unit, quantity) in costs.items()
        }

    def _bill_whole(self) -> list[int]:
        for each in self.parts.values():
            each.billed, each.since = each.whole, each.start
        return [each.whole for each in self.parts.values()]

    def _set_parts(self, costs: dict[str, tuple[int, int]], at: int, *, billed: bool) -> None:
        period = self.parts["plan"]
        before, self.parts = self.parts, {}
        for name, (unit, quantity) in costs.items():
            known = before.pop(name, None)
            if known is not None and (known.unit, known.quantity) == (unit, quantity):
                self.parts[name] = known
                continue
            if billed and known is not None:
                self._give_back([known], at)
            part = Part(unit, quantity, period.start, period.end, 0, at)
            if billed:
                part.billed = part.left(part.whole, period.start, at)
                self.waiting += [part.billed] if part.billed else []
            self.parts[name] = part
        if billed:
            self._give_back(before.values(), at)

    def _give_back(self, parts: Iterable[Part], at: int) -> None:
        for each in parts:
            amount = -each.left(each.billed, each.since, at)
            self.waiting += [amount] if amount else []

    def _bill(self, at: int, lines: list[int], reason: str) -> Bill:
        bill = Bill(at, [*lines, *self.waiting], reason, self.bought)
        self.waiting = []
        self.bills.append(bill)
        return bill

    def _end_draft(self, bill: Bill, at: int) -> None:
        met = self.met if self.is_paused and bill.is_of_subscription else COLLECTS
        if met == KEEPS:
            bill.final_at = None
        else:
            self._finish(bill, at, met)

    def _finish(self, bill: Bill, at: int, then: str = COLLECTS) -> None:
        total, due = bill.total, 0
        if total > 0:
            due = max(0, total + self.balance)
        due = due if due >= LEAST else 0
        self.balance += total - due
        bill.due, bill.final_at, bill.status = due, None, "open"
        if not due:
            self.pay(bill)
        elif then == COLLECTS:
            self._try(bill, at)
        elif then == VOIDS:
            self.void(bill)
        elif then == GIVES_UP:
            bill.status = "uncollectible"

    def _try(self, bill: Bill, at: int) -> None:
        bill.tries += 1
        if self.pays:
            self.pay(bill)
            return
        days = RETRIES[bill.tries - 1] if bill.tries <= len(RETRIES) else None
        bill.next_try = None if days is None else at + days * DAY
        if not bill.is_of_subscription:
            return
        if days is None:
            self.cancel(at)
        elif self.is_live:
            self.status = "past_due"
