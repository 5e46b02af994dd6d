"""The next invoice, as an order would make it."""

from datetime import UTC, datetime, timedelta

import pytest

from functions.billing.rules.credits import Credits, Grant, payable
from functions.billing.rules.next_invoice import NextInvoice, credit_items, renews_at, trial_days
from functions.billing.rules.order import Order, items_of
from functions.billing.rules.subscription import Subscription, unsubscribed

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ENDS = NOW + timedelta(days=9)
PRO = Order(plan="pro", interval="month", seats=3)
YEAR = Order(plan="pro", interval="year", seats=3)
FREE = Order(plan="free")


def subscribed(**changes: object) -> Subscription:
    fields = {"stripe_id": "sub_1", "plan": "pro", "interval": "month", "seats": 3}
    return unsubscribed("acme").but(**fields, period_end=ENDS, **changes)


@pytest.mark.parametrize(
    ("known", "order", "at"),
    [
        (subscribed(), PRO, ENDS),
        (subscribed(), YEAR, None),
        (subscribed(status="trialing"), YEAR, ENDS),
        (subscribed(), FREE, None),
        (unsubscribed("acme"), PRO, NOW + timedelta(days=14)),
        (unsubscribed("acme").but(trialed=True), PRO, None),
        (subscribed(status="canceled", trialed=True), PRO, None),
    ],
)
def test_credits_pay_what_is_drawn_up_as_a_renewal(
    known: Subscription, order: Order, at: datetime | None
) -> None:
    assert renews_at(known, order, NOW) == at


def test_a_trial_is_given_once() -> None:
    assert trial_days(unsubscribed("acme"), PRO) == 14
    assert trial_days(unsubscribed("acme"), FREE) == 0
    assert trial_days(subscribed(), PRO) == 0


def test_what_stripe_shows_leads_from_its_lines_to_what_is_due() -> None:
    shown = {
        "total": 900,
        "total_excluding_tax": 800,
        "amount_due": 650,
        "total_discount_amounts": [{"amount": 150, "discount": "di_1"}, {"amount": 50}],
        "next_payment_attempt": None,
        "period_end": int(ENDS.timestamp()),
        "lines": {"data": [{"description": None, "amount": 1_000}]},
    }
    found = NextInvoice.from_stripe(shown)
    assert (found.due_cents, found.discount_cents, found.tax_cents) == (650, 200, 100)
    assert (found.balance_cents, found.at) == (-250, ENDS)
    untaxed = NextInvoice.from_stripe({**shown, "total_excluding_tax": None})
    assert untaxed.tax_cents == 0


def test_the_catalogue_alone_says_what_a_first_order_costs() -> None:
    found = NextInvoice.from_catalogue(items_of(PRO))
    assert (found.due_cents, [each.cents for each in found.lines]) == (14_700, [14_700])
    assert NextInvoice.from_catalogue(items_of(FREE)).due_cents == 0


def test_credits_are_lines_that_no_discount_takes_from() -> None:
    grants = tuple(
        Grant(
            credit_id=f"crd_{days}",
            amount_cents=500,
            left_cents=500,
            reason="An outage",
            granted_at=NOW,
            expires_at=NOW + timedelta(days=days),
        )
        for days in (40, 20, 5)
    )
    credits = Credits(tenant_id="acme", grants=grants)
    items = credit_items(credits, payable(credits, 700, ENDS))
    assert [each["amount"] for each in items] == [-500, -200]
    assert items[0]["description"] == "Credit until 2026-12-10: An outage"
    assert not any(each["discountable"] for each in items)
    assert payable(credits, -20, ENDS) == ()
