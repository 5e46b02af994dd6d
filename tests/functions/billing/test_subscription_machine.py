"""Whatever a tenant orders, pays, uses and ends, and in whatever order Stripe's notices arrive: our
subscription is Stripe's, no cent is lost, and each month's usage is asked for once."""

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from shared.kit import clock
from tests.functions.billing.conftest import Offices
from tests.simulation.billing.bill import CHOICES
from tests.simulation.billing.ledger import DAY, HOUR
from tests.simulation.billing.metering import bounds_of, month_of
from tests.simulation.billing.post import Notice, Post, at_stripe
from tests.simulation.billing.prices import Wanted, add_ons_of, most_seats
from tests.simulation.billing.reconciling import reconcile
from tests.simulation.billing.tenant import DECLINED, PAYS, Tenant
from tests.stateful import Act, run_machine, sequences

# 2024-01-31 12:00 UTC: the month that follows is the shortest, and has a leap day.
BEGIN = 1_706_702_400


@st.composite
def orders(draw: st.DrawFn) -> Wanted:
    """Anything that is sold by a call."""
    plan = draw(st.sampled_from(("pro", "team")))
    named = draw(st.lists(st.sampled_from(add_ons_of(plan)), unique=True, max_size=2))
    return Wanted(
        plan,
        draw(st.sampled_from(("month", "year"))),
        draw(st.integers(1, most_seats(plan))),
        {name: draw(st.integers(1, 3)) for name in named},
    )


class Selling(RuleBasedStateMachine):
    """One tenant. What `lifecycle` may do to a subscription beside this is a rule more, which tells
    the ledger what it does."""

    def __init__(self, act: Act, offices: Offices, folder: Path) -> None:
        super().__init__()
        self.act, self.offices, self.folder = act, offices, folder
        self.open = ExitStack()
        self.tenant: Tenant

    @initialize(met=st.sampled_from(CHOICES))
    def begin(self, met: str) -> None:
        number = len(list(self.folder.iterdir()))
        file = self.folder / f"{number}" / "stripe.db"
        file.parent.mkdir()
        post = self.open.enter_context(at_stripe(file, BEGIN))
        self.open.enter_context(_time_of(post))
        self.act(self.offices.sell_at(post.url))
        self.tenant = Tenant(self.offices.tenant(post.url), post)
        post.choose(met)
        self.tenant.ledger.met = met

    @property
    def post(self) -> Post:
        return self.tenant.post

    def is_live(self) -> bool:
        return self.tenant.ledger.is_live

    def may_change(self) -> bool:
        return self.tenant.ledger.may_change

    def may_pause(self) -> bool:
        return self.tenant.ledger.may_pause

    def owes(self) -> bool:
        return any(each.status == "open" for each in self.tenant.ledger.bills)

    @precondition(lambda self: not self.is_live())
    @rule(wanted=orders())
    def buy(self, wanted: Wanted) -> None:
        self.act(self.tenant.buy(wanted))
        # The same order in the same instant would be the same request for an approval.
        self._to(self.post.now + 1)

    @precondition(may_change)
    @rule(wanted=orders())
    def change(self, wanted: Wanted) -> None:
        self.act(self.tenant.change(wanted))

    @precondition(may_change)
    @rule(seats=st.integers(1, 5))
    def change_seats(self, seats: int) -> None:
        known = self.tenant.wanted
        assert known is not None
        wanted = Wanted(known.plan, known.interval, seats, known.add_ons)
        self.act(self.tenant.change(wanted))

    @precondition(may_pause)
    @rule()
    def pause(self) -> None:
        self.act(self.tenant.pause())

    @precondition(lambda self: self.tenant.ledger.may_be_paused)
    @rule()
    def the_operator_pauses(self) -> None:
        self.act(self.tenant.is_paused_by_the_operator())

    @precondition(lambda self: self.tenant.ledger.standing == "paused")
    @rule()
    def resume(self) -> None:
        self.act(self.tenant.resume())

    @precondition(is_live)
    @rule()
    def end(self) -> None:
        self.act(self.tenant.end())

    @precondition(is_live)
    @rule()
    def end_at_once(self) -> None:
        self.act(self.tenant.end_at_once())

    @precondition(is_live)
    @rule(card=st.sampled_from((PAYS, DECLINED)))
    def use_card(self, card: str) -> None:
        self.act(self.tenant.use_card(card))

    @precondition(owes)
    @rule(number=st.integers(0, 9))
    def pay(self, number: int) -> None:
        owed = [each for each in self.tenant.ledger.bills if each.status == "open"]
        self.act(self.tenant.pay(owed[number % len(owed)]))

    @precondition(owes)
    @rule(number=st.integers(0, 9))
    def void(self, number: int) -> None:
        owed = [each for each in self.tenant.ledger.bills if each.status == "open"]
        self.act(self.tenant.void(owed[number % len(owed)]))

    def has_held(self) -> bool:
        return bool(self.tenant.held)

    @precondition(has_held)
    @rule(number=st.integers(0, 9))
    def finish_by_hand(self, number: int) -> None:
        held = self.tenant.held
        self.act(self.tenant.finish_by_hand(held[number % len(held)]))

    @precondition(lambda self: bool(self.tenant.ledger.bills))
    @rule(part=st.integers(1, 100))
    def refund(self, part: int) -> None:
        self.act(self.tenant.refund(part))

    @rule(tokens=st.integers(1, 3_000_000), runs=st.integers(0, 2))
    def use(self, tokens: int, runs: int) -> None:
        self.act(self.tenant.use(tokens=tokens, runs=runs))

    @rule(tokens=st.integers(1, 1_000_000))
    def use_in_the_month_before(self, tokens: int) -> None:
        before = bounds_of(month_of(self.post.now))[0] - DAY
        self.act(self.tenant.use(tokens=tokens, at=before))

    @rule(hours=st.one_of(st.integers(1, 72), st.integers(72, 24 * 50)))
    def wait(self, hours: int) -> None:
        self._to(self.post.now + hours * HOUR)

    @precondition(is_live)
    @rule(is_told=st.booleans())
    def wait_until_a_draft_is_made(self, is_told: bool) -> None:
        self._to(self.tenant.ledger.renews_at + 60)
        if is_told:
            self.act(self.tenant.deliver(self.tenant.waiting))

    @precondition(lambda self: self.tenant.usage.due is not None)
    @rule(waits=st.booleans(), until=st.sampled_from(("", "", "line", "release")))
    def ask_for_what_was_used_before_an_end(self, waits: bool, until: str) -> None:
        due = self.tenant.usage.due
        assert due is not None
        if waits:
            self._to(max(due, self.post.now))
        self.act(self.tenant.ask_for_usage(until))

    @precondition(lambda self: bool(self.tenant.waiting))
    @rule(chance=st.randoms(use_true_random=False), several=st.integers(1, 4))
    def deliver_some(self, chance: random.Random, several: int) -> None:
        waiting = self.tenant.waiting
        some = [chance.choice(waiting) for _ in range(several)]
        self.act(self.tenant.deliver(some))

    @precondition(lambda self: any(map(_is_drawn_up, self.tenant.waiting)))
    @rule()
    def die_on_a_draft(self) -> None:
        drafts = [each for each in self.tenant.waiting if _is_drawn_up(each)]
        self.act(self.tenant.deliver_and_die(drafts[-1]))

    @precondition(lambda self: bool(self.tenant.late))
    @rule()
    def late_lines_arrive(self) -> None:
        self.act(self.tenant.lines_arrive_late())

    @rule(chance=st.randoms(use_true_random=False))
    def settle_and_compare(self, chance: random.Random) -> None:
        self.act(self.tenant.settle(chance))
        self.act(reconcile(self.tenant))

    def _to(self, moment: int) -> None:
        self.post.move(moment)
        self.tenant.arrive()
        note(f"it is {self.post.clock()}, and {len(self.tenant.waiting)} notices wait")

    def teardown(self) -> None:
        try:
            if hasattr(self, "tenant"):
                self.act(self.tenant.settle(random.Random(1)))
                self.act(reconcile(self.tenant))
        finally:
            self.open.close()


def _is_drawn_up(notice: Notice) -> bool:
    return notice.type == "invoice.created"


@contextmanager
def _time_of(post: Post) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as memory:
        memory.setattr(clock, "now", post.clock)
        yield


async def _run(offices: Offices, folder: Path, most: int, steps: int, **more: Any) -> None:
    await run_machine(lambda act: Selling(act, offices, folder), sequences(most, steps, **more))


async def test_no_cent_is_lost_whatever_happens(
    offices: Offices, database: str, tmp_path: Path
) -> None:
    await _run(offices, tmp_path, 4, 12, derandomize=True)


@pytest.mark.nightly
async def test_no_cent_is_lost_whatever_happens_often(
    offices: Offices, database: str, tmp_path: Path
) -> None:
    await _run(offices, tmp_path, 60, 30)
