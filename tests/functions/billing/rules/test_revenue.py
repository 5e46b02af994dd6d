"""Movements add up over any history, and what was paid is earned to the cent."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from events.subscriptions import AddOnTaken, SubscriptionState
from functions.billing.rules.invoice import Invoice
from functions.billing.rules.kpis import movements_of, retention
from functions.billing.rules.revenue import (
    MOST_PAID,
    Paid,
    Revenue,
    bounds_of,
    earned_cents,
    months_before,
    movement_in,
    note_invoice,
    note_subscription,
    recurring_cents,
    tenant_in,
    unknown_revenue,
)
from shared.kit.months import month_of

NOVEMBER = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)
INSTANTS = st.integers(0, 2 * 365 * 86_400).map(
    lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


def subscribed(**fields: Any) -> SubscriptionState:
    stated = {"tenant_id": "acme", "plan": "pro", "interval": "month", "seats": 3, **fields}
    return SubscriptionState.model_validate(stated)


def heard(*said: tuple[datetime, SubscriptionState]) -> Revenue:
    known = unknown_revenue("acme")
    for at, each in said:
        known = note_subscription(known, each, at)
    return known


SUBSCRIPTIONS = st.builds(
    subscribed,
    plan=st.sampled_from(["pro", "team"]),
    interval=st.sampled_from(["month", "year"]),
    seats=st.integers(1, 5),
    status=st.sampled_from(["trialing", "active", "past_due", "paused", "canceled"]),
    cancel_at_period_end=st.booleans(),
    add_ons=st.lists(
        st.builds(
            AddOnTaken, add_on=st.sampled_from(["executions", "tokens"]), quantity=st.just(2)
        ),
        max_size=2,
        unique_by=lambda each: each.add_on,
    ).map(tuple),
)


class Tenants(RuleBasedStateMachine):
    """Three tenants change what they pay for while time goes on."""

    @initialize()
    def begin(self) -> None:
        self.at = datetime(2026, 1, 31, 12, tzinfo=UTC)
        self.known = {name: unknown_revenue(name) for name in ("acme", "gala", "grace")}
        # What each came to at the end of each month, counted apart.
        self.ends: dict[str, dict[str, int]] = {name: {} for name in self.known}
        self.now = dict.fromkeys(self.known, 0)
        self.months = [month_of(self.at)]

    @rule(tenant=st.sampled_from(["acme", "gala", "grace"]), said=SUBSCRIPTIONS)
    def change(self, tenant: str, said: SubscriptionState) -> None:
        for _ in range(2):
            self.known[tenant] = note_subscription(self.known[tenant], said, self.at)
        self.now[tenant] = recurring_cents(said)

    @rule(hours=st.integers(1, 2_000))
    def wait(self, hours: int) -> None:
        until = self.at + timedelta(hours=hours)
        while self.at < until:
            self._note_ends()
            self.at = min(until, bounds_of(month_of(self.at))[1])
            if month_of(self.at) != self.months[-1]:
                self.months.append(month_of(self.at))

    def _note_ends(self) -> None:
        for tenant, cents in self.now.items():
            self.ends[tenant][month_of(self.at)] = cents

    @invariant()
    def movements_add_up(self) -> None:
        if not hasattr(self, "known"):
            return
        self._note_ends()
        before = 0
        for month in self.months:
            found = movements_of(self.known.values(), month)
            bridge, ended = found.bridge, {name: each[month] for name, each in self.ends.items()}
            gained = bridge.new_cents + bridge.expansion_cents + bridge.reactivation_cents
            lost = bridge.contraction_cents + bridge.churn_cents
            assert bridge.start_cents == before
            assert bridge.start_cents + gained - lost == bridge.end_cents == sum(ended.values())
            assert found.tenants == sum(map(bool, ended.values()))
            assert sum(each.cents for each in found.churned) == bridge.churn_cents
            assert (retention(bridge) is None) == (before == 0)
            before = bridge.end_cents


Tenants.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestTenants = Tenants.TestCase


def test_a_year_is_a_twelfth_a_month_and_add_ons_count() -> None:
    add_on = AddOnTaken(add_on="tokens", quantity=2)
    assert recurring_cents(subscribed()) == 3 * 4_900
    assert recurring_cents(subscribed(interval="year")) == 3 * 3_900
    assert recurring_cents(subscribed(add_ons=(add_on,))) == 3 * 4_900 + 2 * 14_900
    assert recurring_cents(subscribed(status="past_due")) == 3 * 4_900
    for status in ("trialing", "paused", "canceled"):
        assert recurring_cents(subscribed(status=status)) == 0
    assert recurring_cents(SubscriptionState(tenant_id="acme", seats=5)) == 0
    enterprise = subscribed(plan="enterprise", seats=40)
    assert recurring_cents(enterprise) == 500_000


def test_who_pays_first_after_a_trial_is_new_in_that_month() -> None:
    trial, paid = subscribed(status="trialing"), subscribed()
    known = heard((NOVEMBER, trial), (NOVEMBER + timedelta(days=14), paid))
    assert [movement_in(known, each) for each in ("2026-11", "2026-12", "2027-01")] == [
        None,
        "new",
        None,
    ]


def test_who_leaves_at_a_months_end_and_comes_back_is_reactivated() -> None:
    gone = subscribed(status="canceled")
    later = NOVEMBER + timedelta(seconds=1)
    known = heard(
        (NOVEMBER, subscribed()), (later, gone), (later + timedelta(days=60), subscribed())
    )
    months = ["2026-10", *months_before("2027-02", 3), "2027-02"]
    assert [movement_in(known, each) for each in months] == [
        *(None, "new", "churn"),
        *("reactivation", None),
    ]


def test_what_comes_and_goes_within_a_month_is_no_movement() -> None:
    known = heard((NOVEMBER, subscribed()), (NOVEMBER, subscribed(status="canceled")))
    assert movement_in(known, "2026-11") is None
    assert movement_in(heard((NOVEMBER, subscribed())), "2026-11") == "new"


def test_the_reason_of_a_churn_is_how_the_subscription_stood() -> None:
    later = NOVEMBER + timedelta(days=3)
    canceled = subscribed(status="canceled")
    for before, after, reason in (
        (subscribed(cancel_at_period_end=True), canceled, "ended_by_tenant"),
        (subscribed(status="past_due"), canceled, "not_paid"),
        (subscribed(status="past_due"), subscribed(status="paused"), "not_paid"),
        (subscribed(), subscribed(status="paused"), "paused"),
        (subscribed(), canceled, "ended_by_operator"),
    ):
        known = heard((NOVEMBER, before), (later, after))
        assert tenant_in(known, "2026-12").reason == reason


def test_what_is_heard_late_moves_no_month_that_was_reported() -> None:
    later = NOVEMBER + timedelta(days=1)
    known = heard((later, subscribed()))
    late = note_subscription(known, subscribed(seats=5), NOVEMBER)
    assert movement_in(late, "2026-11") is None
    assert tenant_in(late, "2026-12").cents == 5 * 4_900


def invoice(*lines: tuple[int, datetime, datetime], status: str = "paid") -> Invoice:
    start, end = bounds_of("2026-11")
    cents = sum(each for each, *_ in lines)
    stated = {"invoice_id": "one", "stripe_id": "in_one", "customer_id": "cus_one"}
    said = {
        "status": status,
        "total_cents": cents,
        "due_cents": 0,
        "paid_cents": cents,
        "period_start": start,
        "period_end": end,
        "created_at": start,
        "number": None,
        "url": None,
        "lines": [
            {
                "line_id": str(number),
                "description": "",
                "cents": each,
                "quantity": None,
                "period_start": since,
                "period_end": until,
            }
            for number, (each, since, until) in enumerate(lines)
        ],
    }
    return Invoice.model_validate({**stated, **said})


def test_an_invoice_counts_once_and_only_when_it_is_paid() -> None:
    start, end = bounds_of("2026-11")
    known = unknown_revenue("acme")
    assert note_invoice(known, invoice((100, start, end), status="open")) == known
    once = note_invoice(known, invoice((100, start, end), (-30, start, end)))
    assert earned_cents(once.paid, start, end) == 70
    assert note_invoice(once, invoice((100, start, end))) == once


@settings(max_examples=15, deadline=None)
@given(order=st.permutations(range(6)), again=st.lists(st.integers(0, 5), max_size=6))
def test_of_more_than_is_kept_the_latest_stay_whatever_is_heard_again(
    order: list[int], again: list[int]
) -> None:
    """Six invoices of 62 days each, of which four and two days have room."""
    days = [bounds_of("2026-11")[0] + timedelta(days=each) for each in range(6 * 62 + 1)]
    known = unknown_revenue("acme")
    for number in (*order, *again):
        own = range(number * 62, (number + 1) * 62)
        lines = [(each, days[each], days[each + 1]) for each in own]
        known = note_invoice(known, invoice(*lines).but(invoice_id=f"inv_{number}"))
    assert [each.cents for each in known.paid] == [*range(6 * 62)][-MOST_PAID:]


@given(cents=st.integers(-(10**9), 10**9), start=INSTANTS, days=st.integers(0, 400))
def test_what_was_paid_is_earned_to_the_cent(cents: int, start: datetime, days: int) -> None:
    end = start + timedelta(days=days)
    paid = [Paid(invoice_id="one", cents=cents, start=start, end=end)]
    after = month_of(end + timedelta(days=62))
    months = [bounds_of(each) for each in months_before(after, 20)]
    assert sum(earned_cents(paid, *each) for each in months) == cents
    shares = [earned_cents(paid, *each) for each in months]
    assert all(each * cents >= 0 for each in shares)
