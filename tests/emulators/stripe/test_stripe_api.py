"""How Stripe's stand-in is called: keys, repeats, cursors, what is expanded, errors."""

from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.emulators.stripe.conftest import BEGIN, DAY, Shop


def test_a_repeat_with_the_same_key_gets_the_same_answer_and_does_nothing(shop: Shop) -> None:
    said: Any = {"email": "ada@acme.example"}
    first = shop.v1.customers.create(said, {"idempotency_key": "one"})
    again = shop.v1.customers.create(said, {"idempotency_key": "one"})
    assert first.id == again.id
    assert len(shop.v1.customers.list().data) == 1
    with pytest.raises(stripe.IdempotencyError) as refused:
        shop.v1.customers.create({"email": "eve@acme.example"}, {"idempotency_key": "one"})
    assert refused.value.http_status == 400
    shop.time += DAY + 1
    assert shop.v1.customers.create(said, {"idempotency_key": "one"}).id != first.id


def test_a_key_remembers_a_declined_card_and_not_a_wrong_call(shop: Shop) -> None:
    customer = shop.customer("pm_card_chargeCustomerFail")
    made = shop.v1.subscriptions.create(
        {"customer": customer, "items": [{"price": shop.price(4900)}]}
    )
    invoice: Any = made.latest_invoice
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            shop.v1.invoices.pay(invoice, {}, {"idempotency_key": "pay"})
    assert shop.v1.invoices.retrieve(invoice).attempt_count == 2
    with pytest.raises(stripe.InvalidRequestError):
        shop.v1.prices.create(
            {"product": "none", "currency": "usd", "unit_amount": 1}, {"idempotency_key": "price"}
        )
    product = shop.v1.products.create({"name": "Pro"}).id
    shop.v1.prices.create(
        {"product": product, "currency": "usd", "unit_amount": 1}, {"idempotency_key": "price"}
    )


def test_cursors_show_each_object_once_in_both_directions(shop: Shop) -> None:
    made = [shop.v1.products.create({"name": f"Plan {each}"}).id for each in range(7)]
    newest = made[::-1]
    pages = shop.v1.products.list({"limit": 3})
    assert [each.id for each in pages.auto_paging_iter()] == newest
    assert pages.has_more
    before = shop.v1.products.list({"limit": 3, "ending_before": newest[5]})
    assert [each.id for each in before.data] == newest[2:5]
    assert before.has_more
    with pytest.raises(stripe.InvalidRequestError):
        shop.v1.products.list({"starting_after": "prod_none"})
    with pytest.raises(stripe.InvalidRequestError):
        shop.v1.products.list({"limit": 101})


def test_what_is_expanded_is_whole_and_what_cannot_be_is_refused(shop: Shop) -> None:
    customer = shop.customer()
    made: Any = shop.v1.subscriptions.create(
        {
            "customer": customer,
            "items": [{"price": shop.price(4900)}],
            "expand": ["latest_invoice.payments.data.payment.payment_intent", "customer"][1:],
        }
    )
    assert made.customer.email == "ada@acme.example"
    listed: Any = shop.v1.subscriptions.list(
        {"customer": customer, "expand": ["data.latest_invoice.payments"]}
    )
    assert listed.data[0].latest_invoice.payments.data[0].status == "paid"
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        shop.v1.subscriptions.retrieve(made.id, {"expand": ["nothing"]})
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        shop.v1.subscriptions.retrieve(made.id, {"expand": ["status.more"]})


def test_an_invoice_shows_ten_lines_and_lists_all(shop: Shop) -> None:
    customer = shop.customer()
    for each in range(12):
        shop.v1.invoice_items.create(
            {"customer": customer, "amount": 100 + each, "currency": "usd"}
        )
    invoice = shop.v1.invoices.create(
        {"customer": customer, "pending_invoice_items_behavior": "include"}
    )
    assert (len(invoice.lines.data), invoice.lines.has_more) == (10, True)
    lines = shop.v1.invoices.line_items.list(invoice.id, {"limit": 5}).auto_paging_iter()
    assert [each.amount for each in lines] == [100 + each for each in range(12)]
    assert invoice.total == sum(range(100, 112))


@pytest.mark.parametrize(
    ("call", "error", "param"),
    [
        (lambda v1: v1.customers.create({"nonsense": "1"}), "unknown", "nonsense"),
        (lambda v1: v1.customers.retrieve("cus_none"), "No such customer", "id"),
        (lambda v1: v1.prices.create({"currency": "usd"}), "Missing", "product"),
        (lambda v1: v1.subscriptions.create({"items": []}), "Missing", "customer"),
        (lambda v1: v1.coupons.create({"percent_off": 120}), "percentage", "percent_off"),
        (lambda v1: v1.products.list({"limit": "many"}), "integer", "limit"),
        (lambda v1: v1.products.list({"created": "today"}), "integer", "created"),
        (lambda v1: v1.products.list({"created": {"gte": 10**20}}), "at most", "gte"),
        (lambda v1: v1.customers.create({"metadata": "acme"}), "object", "metadata"),
    ],
)
def test_a_wrong_call_is_answered_as_stripe_does(
    shop: Shop, call: Any, error: str, param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=error) as refused:
        call(shop.v1)
    assert refused.value.param == param


def test_only_keys_for_tests_are_let_in_and_only_one_version_is_spoken(shop: Shop) -> None:
    for key in ("sk_live_any", "nothing"):
        client = stripe.StripeClient(key, http_client=shop.transport)
        with pytest.raises(stripe.AuthenticationError):
            client.v1.customers.list()
    with pytest.raises(stripe.InvalidRequestError, match="speaks"):
        shop.v1.customers.list({}, {"stripe_version": "2020-08-27"})


def test_cards_that_are_declined_cannot_be_kept_and_no_number_is_taken(shop: Shop) -> None:
    customer = shop.v1.customers.create({}).id
    with pytest.raises(stripe.CardError) as declined:
        shop.v1.payment_methods.attach(
            "pm_card_chargeDeclinedInsufficientFunds", {"customer": customer}
        )
    said = declined.value.error
    assert said is not None
    assert said.decline_code == "insufficient_funds"
    with pytest.raises(stripe.InvalidRequestError, match="numbers"):
        shop.v1.payment_methods.create(
            {
                "type": "card",
                "card": {
                    "number": "4242424242424242",
                    "exp_month": 1,
                    "exp_year": 2030,
                    "cvc": "123",
                },
            }
        )


def test_a_card_of_another_customer_pays_nothing(shop: Shop) -> None:
    ada, grace = shop.customer(), shop.customer()
    method = shop.v1.payment_methods.list({"customer": ada}).data[0].id
    with pytest.raises(stripe.InvalidRequestError, match="does not have a payment method"):
        shop.v1.subscriptions.create(
            {
                "customer": grace,
                "items": [{"price": shop.price(100)}],
                "default_payment_method": method,
            }
        )


def test_a_test_clock_runs_by_itself_and_takes_its_customers_along(shop: Shop) -> None:
    clock = shop.v1.test_helpers.test_clocks.create({"frozen_time": BEGIN + 500 * DAY})
    customer = shop.customer(test_clock=clock.id)
    made = shop.v1.subscriptions.create(
        {"customer": customer, "items": [{"price": shop.price(4900)}]}
    )
    shop.to(BEGIN + 900 * DAY)
    assert len(shop.invoices(customer)) == 1
    until = BEGIN + 540 * DAY
    moving = shop.v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": until})
    assert moving.status == "advancing"
    assert shop.v1.test_helpers.test_clocks.retrieve(clock.id).status == "ready"
    found = shop.invoices(customer)
    assert [each.status for each in found] == ["paid", "paid"]
    assert found[1].created == made["items"].data[0].current_period_end
    with pytest.raises(stripe.InvalidRequestError, match="forward"):
        shop.v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": until})


def test_what_was_sold_is_there_after_a_restart(tmp_path: Path) -> None:
    first = Shop(tmp_path / "stripe.db")
    customer = first.customer()
    made = first.v1.subscriptions.create(
        {"customer": customer, "items": [{"price": first.price(4900)}]}
    )
    first.close()
    second = Shop(tmp_path / "stripe.db")
    second.to(BEGIN + 29 * DAY)
    assert second.subscription(made.id).status == "active"
    assert len(second.invoices(customer)) == 2
    second.close()


def test_a_lookup_key_names_one_price_and_can_be_handed_over(shop: Shop) -> None:
    first = shop.price(4900, lookup_key="pro_month")
    with pytest.raises(stripe.InvalidRequestError, match="already uses"):
        shop.price(5900, lookup_key="pro_month")
    second = shop.price(5900, lookup_key="pro_month", transfer_lookup_key=True)
    found = shop.v1.prices.list({"lookup_keys": ["pro_month"]}).data
    assert [each.id for each in found] == [second]
    assert shop.v1.prices.retrieve(first).lookup_key is None


def test_tiers_add_up(shop: Shop) -> None:
    tiers: Any = [{"up_to": 5, "unit_amount": 1000}, {"up_to": "inf", "unit_amount": 700}]
    asked: Any = {"billing_scheme": "tiered", "tiers": tiers}
    product = shop.v1.products.create({"name": "Seats"}).id
    totals = []
    for mode in ("graduated", "volume"):
        shape: Any = {"recurring": {"interval": "month"}, "tiers_mode": mode, "expand": ["tiers"]}
        price = shop.v1.prices.create({"product": product, "currency": "usd"} | shape | asked)
        assert price.tiers is not None
        preview = shop.v1.invoices.create_preview(
            {"subscription_details": {"items": [{"price": price.id, "quantity": 8}]}}
        )
        totals.append(preview.total)
    assert totals == [5 * 1000 + 3 * 700, 8 * 700]
    assert shop.v1.subscriptions.list({"status": "all"}).data == []


def test_time_never_runs_backwards_while_a_step_waits_for_what_was_published(shop: Shop) -> None:
    customer = shop.customer()
    made = shop.v1.subscriptions.create(
        {"customer": customer, "items": [{"price": shop.price(4900)}]}
    )
    end = made["items"].data[0].current_period_end
    shop.v1.webhook_endpoints.create({"url": "http://localhost:1/", "enabled_events": ["*"]})
    shop.to(end - 1)
    shop.v1.products.create({"name": "Team"})
    shop.to(end + DAY)
    assert shop.subscription(made.id)["items"].data[0].current_period_end == end
    later = shop.v1.customers.create({"email": "grace@acme.example"})
    assert later.created >= end - 1
    shop.time = end + 2 * DAY
    for delivery in shop.account.store.owed():
        shop.account.store.delivered(delivery.event, delivery.endpoint)
    shop.to(end + 2 * DAY)
    assert shop.invoices(customer)[-1].created == end
