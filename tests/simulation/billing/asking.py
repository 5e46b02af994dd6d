"""Which bill asks for which usage: moves between the two accounts, as the platform must make them
at Stripe."""

from dataclasses import dataclass, field

from tests.simulation.billing.bill import DELETED, Bill
from tests.simulation.billing.ledger import HOUR, Ledger
from tests.simulation.billing.metering import Metering, bounds_of, month_of
from tests.simulation.billing.prices import Wanted


@dataclass
class Asking:
    """One tenant's. What was used before an end or a pause that the platform saw is asked for from
    `due` on, on the usage invoice `last`, which has that `number`."""

    ledger: Ledger = field(default_factory=Ledger)
    metering: Metering = field(default_factory=Metering)
    due: int | None = None
    last: Bill | None = None
    number: int = 1
    # What was bought, and whether renewals asked for its usage, when the platform last looked.
    looked: tuple[int, bool] = (0, False)

    def advance(self, now: int) -> None:
        """What fell due by now has happened; a void bill asks for nothing."""
        self.ledger.advance(now)
        for each in self.ledger.bills:
            if each.status == "void" and each.asks:
                self.metering.take_back(each.usage)
                each.asks = False

    def look(self, wanted: Wanted | None, now: int) -> None:
        """The platform reads the subscription."""
        self.advance(now)
        ledger = self.ledger
        if ledger.status:
            self.metering.note(wanted, ledger.standing, now)
        is_new = self.looked[1] or self.looked[0] != ledger.bought
        if ledger.may_change:
            self.due = self.last = None
        elif ledger.bought and is_new:
            self.due = bounds_of(month_of(now))[1] + HOUR
            self.last, self.number = None, 1
        self.looked = (ledger.bought, ledger.may_change)

    def is_due(self, now: int) -> bool:
        """Whether the platform's sweep would ask for what was used before an end."""
        return self.due is not None and now >= self.due

    def ask(self, now: int, until: str = "") -> None:
        """A sweep: what is owed goes on the usage invoice, which is released then; a process that
        dies does so `until` its first line, or its release. One that is final already is followed
        by another, which the next sweep makes; once nothing is owed there is none any more."""
        owed = self.metering.ask(now)
        self.metering.take_back(owed)
        if not owed and not self._in_vain():
            self.due = self.last = None
        elif self.last is not None and self.last.status != "draft":
            self.last, self.number = None, self.number + 1
        else:
            made = self.last or self._left_over()
            self.last = made or self.ledger.ask_for_usage(now, self.number)
            self._complete(self.last, now, until)

    def told(self, bill: Bill, now: int, *, writes: bool = True) -> None:
        """The platform hears of an invoice, and writes on it what it lacks. A usage invoice that
        nobody waits for is deleted."""
        if bill.status != "draft" or bill.is_written:
            self._asked(bill, now, writes=writes)
            return
        is_awaited = self.last is None and self.is_due(now) and bill is self._left_over()
        if bill is self.last or is_awaited:
            self.last = bill
            self._complete(bill, now, "" if writes else "line")
        else:
            self._delete(bill)

    def wrote(self, bill: Bill, key: tuple[str, str], cents: int) -> None:
        """A line is on it that was on its way."""
        bill.usage[key] = bill.usage.get(key, 0) + cents
        self.metering.asked[key] = self.metering.asked.get(key, 0) + cents

    def _complete(self, bill: Bill, now: int, until: str) -> None:
        self._asked(bill, now, writes=until != "line")
        if until or bill.is_written:
            return
        if bill.usage:
            bill.is_written, bill.final_at = True, now + HOUR
        else:
            self._delete(bill)

    def _asked(self, bill: Bill, now: int, *, writes: bool) -> None:
        """A draft that becomes final takes what was used. What lies where nobody is asked for it
        moves to it."""
        renews = bill.reason == "subscription_cycle" and self.looked[1]
        takes = bill.final_at is not None and (renews or not bill.is_of_subscription)
        if bill.status != "draft" or not (takes or not bill.is_written):
            return
        for each in self._in_vain():
            if each is not bill:
                self._clear(each)
        if writes:
            for key, cents in self.metering.ask(now).items():
                bill.usage[key] = bill.usage.get(key, 0) + cents

    def _in_vain(self) -> list[Bill]:
        """Bills with usage that nobody is asked for: drafts that do not become final, those that a
        pause met, and what it gave up."""
        return [each for each in self.ledger.bills if each.usage and self._is_in_vain(each)]

    def _is_in_vain(self, bill: Bill) -> bool:
        if bill.status == "uncollectible":
            return True
        is_met = bill.reason == "subscription_cycle" and not self.looked[1]
        return bill.status == "draft" and (bill.final_at is None or is_met)

    def _clear(self, bill: Bill) -> None:
        if bill.status == "uncollectible":
            self.ledger.void(bill)
            self.metering.take_back(bill.usage)
            bill.asks = False
        elif not bill.is_written:
            self._delete(bill)
        else:
            self.metering.take_back(bill.usage)
            bill.usage = {}

    def _delete(self, bill: Bill) -> None:
        self.metering.take_back(bill.usage)
        bill.usage, bill.status = {}, DELETED

    def _left_over(self) -> Bill | None:
        """The usage invoice of this number that was made and not released."""
        for each in self.ledger.bills:
            is_of_it = (each.bought, each.number) == (self.ledger.bought, self.number)
            if each.status == "draft" and not each.is_written and is_of_it:
                return each
        return None
