"""No coin appears or is lost at Stripe's stand-in, whatever is changed in whatever order."""

from contextlib import nullcontext, suppress
from fractions import Fraction
from typing import Any

import pytest
import stripe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulators.stripe.amounts import rounded, share, spread
from emulators.stripe.periods import INTERVALS, moved, period_at
from tests.emulators.stripe.conftest import BEGIN, DAY, Shop

_CHANGES = st.lists(
    st.tuples(
        st.sampled_from(
            ["quantity", "plan", "add", "remove", "now", "later", "credit", "note", "pause", "go"]
        ),
        st.integers(1, 40),
        st.integers(0, 3 * DAY),
    ),
    max_size=8,
)


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=8))
def test_a_split_amount_sums_to_itself(total: int, weights: list[int]) -> None:
    parts = spread(total, weights)
    assert sum(parts) == (total if sum(weights) else 0)
    assert all(part >= 0 for part in parts)


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(1, 10**7), st.integers(0, 10**7))
def test_what_is_left_of_a_period_is_never_more_than_all_of_it(
    amount: int, start: int, span: int, later: int
) -> None:
    at = min(start + later, start + span)
    left = share(amount, since=start, until=start + span, at=at)
    assert 0 <= left <= amount
    assert share(amount, since=start, until=start + span, at=start) == amount


@given(
    st.integers(0, 4 * 10**9), st.sampled_from(INTERVALS), st.integers(1, 5), st.integers(0, 10**9)
)
def test_every_instant_is_in_one_period_and_the_periods_touch(
    anchor: int, interval: str, count: int, later: int
) -> None:
    moment = anchor + later
    start, end = period_at(anchor, interval, count, moment)
    assert start <= moment < end
    assert period_at(anchor, interval, count, end)[0] == end
    assert moved(anchor, interval, 0) == anchor


def test_a_half_goes_away_from_zero() -> None:
    assert [rounded(Fraction(each, 2)) for each in (1, -1, 3, -3, 2)] == [1, -1, 2, -2, 1]


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_CHANGES)
def test_what_was_billed_is_what_was_paid_owed_or_given_back(changes: list[Any]) -> None:
    _through_thirteen_months(changes)


@pytest.mark.nightly
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_CHANGES)
def test_what_was_billed_is_what_was_paid_owed_or_given_back_often(changes: list[Any]) -> None:
    _through_thirteen_months(changes)


def _through_thirteen_months(changes: list[Any]) -> None:
    shop = Shop(":memory:", checked=False)
    plans = [shop.price(4900), shop.price(19_900), shop.price(46_800, "year")]
    extra = shop.price(990)
    shop.v1.coupons.create(
        {"id": "fifth", "percent_off": 20, "duration": "repeating", "duration_in_months": 3}
    )
    customer = shop.customer()
    made = shop.v1.subscriptions.create(
        {
            "customer": customer,
            "items": [{"price": plans[0], "quantity": 3}],
            "discounts": [{"coupon": "fifth"}],
        }
    )
    for kind, size, later in changes:
        shop.to(shop.time + later + size * DAY)
        may_be_refused = kind in ("remove", "add", "note")
        with suppress(stripe.InvalidRequestError) if may_be_refused else nullcontext():
            _change(shop, customer, made.id, kind, size, plans, extra)
        _check_money(shop, customer)
    shop.to(BEGIN + 400 * DAY)
    _check_money(shop, customer)
    shop.close()


def _change(
    shop: Shop, customer: str, name: str, kind: str, size: int, plans: list[str], extra: str
) -> None:
    items = shop.account.get("subscription", name)["items"]["data"]
    changes: dict[str, Any] = {
        "quantity": {"items": [{"id": items[0]["id"], "quantity": size}]},
        "plan": {"items": [{"id": items[0]["id"], "price": plans[size % 2]}]},
        "now": {
            "items": [{"id": items[0]["id"], "quantity": size}],
            "proration_behavior": "always_invoice",
        },
        "later": {
            "items": [{"id": items[0]["id"], "quantity": size}],
            "proration_behavior": "none",
        },
        "add": {"items": [{"price": extra, "quantity": size}]},
        "remove": {"items": [{"id": items[-1]["id"], "deleted": True}]},
        "pause": {"pause_collection": {"behavior": "void"}},
        "go": {"pause_collection": ""},
    }
    if kind == "credit":
        shop.v1.customers.balance_transactions.create(
            customer, {"amount": -size * 100, "currency": "usd"}
        )
    elif kind == "note":
        found = shop.account.store.all("invoice", customer)
        paid = [each["id"] for each in found if each["amount_paid"]]
        shop.v1.credit_notes.create(
            {"invoice": paid[size % len(paid)], "amount": size * 10, "credit_amount": size * 10}
        )
    else:
        shop.v1.subscriptions.update(name, changes[kind])


def _check_money(shop: Shop, customer: str) -> None:
    """Of each invoice and of the customer's whole account, as it is kept."""
    store, moved_by_balance = shop.account.store, 0
    for each in store.all("invoice", customer):
        lines = each["lines"]["data"]
        off = sum(part["amount"] for line in lines for part in line["discount_amounts"])
        assert each["subtotal"] == sum(line["amount"] for line in lines)
        assert each["total"] == each["subtotal"] - off
        assert off == sum(part["amount"] for part in each["total_discount_amounts"])
        prior = each["pre_payment_credit_notes_amount"]
        assert each["amount_due"] == each["amount_paid"] + each["amount_remaining"] + prior
        if each["status"] in ("open", "paid", "uncollectible"):
            moved_by_balance += each["total"] - each["amount_due"]
    entries = store.all("customer_balance_transaction", customer)
    balance = shop.account.get("customer", customer)["balance"]
    assert balance == sum(each["amount"] for each in entries)
    given_back = sum(
        each["amount"] for each in entries if each["type"] in ("adjustment", "credit_note")
    )
    assert balance == moved_by_balance + given_back
    taken = sum(each["amount_captured"] for each in store.all("charge", customer))
    assert taken == sum(each["amount_paid"] for each in store.all("invoice", customer))


def test_unused_time_never_gives_back_more_than_was_billed(shop: Shop) -> None:
    shop.v1.coupons.create({"id": "half", "percent_off": 50, "duration": "forever"})
    customer = shop.customer()
    made = shop.v1.subscriptions.create(
        {
            "customer": customer,
            "items": [{"price": shop.price(10_000)}],
            "discounts": [{"coupon": "half"}],
        }
    )
    shop.to(BEGIN + 1)
    shop.v1.subscriptions.cancel(made.id, {"prorate": True, "invoice_now": True})
    assert [each.total for each in shop.invoices(customer)] == [5000, -5000]


def test_refunds_and_credit_notes_stop_at_what_was_paid(shop: Shop) -> None:
    customer = shop.customer()
    made: Any = shop.v1.subscriptions.create(
        {
            "customer": customer,
            "items": [{"price": shop.price(5000)}],
            "expand": ["latest_invoice.payments"],
        }
    )
    intent = made.latest_invoice.payments.data[0].payment.payment_intent
    shop.v1.refunds.create({"payment_intent": intent, "amount": 2000})
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        shop.v1.refunds.create({"payment_intent": intent, "amount": 3001})
    line = made.latest_invoice.lines.data[0].id
    note = shop.v1.credit_notes.create(
        {
            "invoice": made.latest_invoice.id,
            "refund_amount": 1000,
            "credit_amount": 500,
            "lines": [{"type": "invoice_line_item", "invoice_line_item": line, "amount": 1500}],
        }
    )
    assert (note.type, note.post_payment_amount) == ("post_payment", 1500)
    assert shop.v1.customers.retrieve(customer).balance == -500
    with pytest.raises(stripe.InvalidRequestError, match="sum to more"):
        shop.v1.credit_notes.create(
            {"invoice": made.latest_invoice.id, "amount": 3501, "credit_amount": 3501}
        )


def test_a_credit_note_of_an_open_invoice_lowers_what_is_paid(shop: Shop) -> None:
    customer = shop.v1.customers.create({"email": "ada@acme.example"}).id
    made: Any = shop.v1.subscriptions.create(
        {
            "customer": customer,
            "items": [{"price": shop.price(5000)}],
            "collection_method": "send_invoice",
            "days_until_due": 14,
        }
    )
    first = shop.v1.credit_notes.create({"invoice": made.latest_invoice, "amount": 1000})
    shop.v1.credit_notes.create({"invoice": made.latest_invoice, "amount": 2000})
    shop.v1.credit_notes.void_credit_note(first.id)
    assert shop.v1.invoices.retrieve(made.latest_invoice).amount_remaining == 3000
    shop.v1.credit_notes.create({"invoice": made.latest_invoice, "amount": 3000})
    over = shop.v1.invoices.retrieve(made.latest_invoice)
    assert (over.status, over.amount_paid) == ("paid", 0)


def test_less_than_half_a_dollar_waits_for_the_next_invoice(shop: Shop) -> None:
    customer = shop.customer()
    for amount in (30, 40):
        invoice = shop.v1.invoices.create({"customer": customer, "currency": "usd"})
        shop.v1.invoice_items.create(
            {"customer": customer, "invoice": invoice.id, "amount": amount, "currency": "usd"}
        )
        shop.v1.invoices.finalize_invoice(invoice.id, {"auto_advance": True})
    assert [each.amount_paid for each in shop.invoices(customer)] == [0, 70]
    assert shop.v1.customers.retrieve(customer).balance == 0
