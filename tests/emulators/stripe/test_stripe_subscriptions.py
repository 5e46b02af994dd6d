"""Subscriptions of Stripe's stand-in, as Stripe documents them."""

from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from tests.emulators.stripe.conftest import BEGIN, DAY, Shop

HOUR = 3_600


def _begin(shop: Shop, price: str, customer: str, **more: Any) -> Any:
    return shop.v1.subscriptions.create({"customer": customer, "items": [{"price": price}], **more})


def _days(invoices: list[Any]) -> list[str]:
    return [f"{datetime.fromtimestamp(each.period_end, UTC):%m-%d}" for each in invoices]


def test_a_month_that_has_no_such_day_ends_at_its_last_day_and_the_next_one_does_not(
    shop: Shop,
) -> None:
    customer = shop.customer()
    _begin(shop, shop.price(4900), customer)
    shop.to(BEGIN + 395 * DAY)
    found = shop.invoices(customer)
    assert _days(found) == [
        *("01-31", "02-28", "03-31", "04-30", "05-31", "06-30", "07-31", "08-31", "09-30"),
        *("10-31", "11-30", "12-31", "01-31", "02-28"),
    ]
    assert {each.status for each in found} == {"paid"}
    assert {each.total for each in found} == {4900}


def test_a_year_from_a_leap_day_ends_on_28_february_and_finds_the_leap_day_again() -> None:
    shop = Shop(":memory:")
    shop.time = int(datetime(2028, 2, 29, 8, tzinfo=UTC).timestamp())
    customer = shop.customer()
    _begin(shop, shop.price(1200, "year"), customer)
    shop.to(int(datetime(2032, 3, 1, tzinfo=UTC).timestamp()))
    assert _days(shop.invoices(customer)) == ["02-29", "02-28", "02-28", "02-28", "02-29"]
    shop.close()


def test_a_renewal_is_a_draft_for_an_hour_and_then_paid(shop: Shop) -> None:
    customer = shop.customer()
    made = _begin(shop, shop.price(4900), customer)
    end = made["items"].data[0].current_period_end
    shop.to(end)
    draft = shop.invoices(customer)[-1]
    assert (draft.status, draft.billing_reason) == ("draft", "subscription_cycle")
    assert draft.automatically_finalizes_at == end + HOUR
    shop.v1.invoice_items.create(
        {
            "customer": customer,
            "invoice": draft.id,
            "amount": 321,
            "currency": "usd",
            "description": "3,210 executions",
            "metadata": {"usage_root": "abc"},
        }
    )
    first = shop.v1.invoices.line_items.list(draft.id).data[0]
    shop.v1.invoices.line_items.update(draft.id, first.id, {"metadata": {"usage_root": "def"}})
    shop.to(end + HOUR)
    paid = shop.v1.invoices.retrieve(draft.id)
    assert (paid.status, paid.total, paid.amount_paid) == ("paid", 5221, 5221)
    assert [each.metadata.to_dict().get("usage_root") for each in paid.lines.data] == ["def", "abc"]
    with pytest.raises(stripe.InvalidRequestError, match="Finalized"):
        shop.v1.invoices.line_items.update(draft.id, first.id, {"metadata": {"usage_root": "x"}})


def test_more_seats_in_the_middle_cost_the_rest_by_the_second(shop: Shop) -> None:
    customer = shop.customer()
    made = _begin(shop, shop.price(3000), customer)
    item = made["items"].data[0]
    span = item.current_period_end - item.current_period_start
    shop.to(BEGIN + span // 2)
    shop.v1.subscriptions.update(made.id, {"items": [{"id": item.id, "quantity": 3}]})
    shop.to(item.current_period_end + HOUR)
    lines = shop.invoices(customer)[-1].lines.data
    assert [each.amount for each in lines] == [9000, -1500, 4500]
    assert lines[1].parent.subscription_item_details.proration
    assert shop.invoices(customer)[-1].total == 12_000


def test_another_plan_at_once_is_asked_at_once_where_that_is_said(shop: Shop) -> None:
    customer = shop.customer()
    made = _begin(shop, shop.price(3000), customer)
    item = made["items"].data[0]
    dearer = shop.price(10_000)
    shop.to(BEGIN + (item.current_period_end - BEGIN) // 4)
    change: Any = {
        "items": [{"id": item.id, "price": dearer}],
        "proration_behavior": "always_invoice",
    }
    shown = shop.v1.invoices.create_preview(
        {"subscription": made.id, "subscription_details": change}
    )
    assert shop.subscription(made.id)["items"].data[0].price.id == item.price.id
    shop.v1.subscriptions.update(made.id, change)
    newest = shop.invoices(customer)[-1]
    assert (newest.total, newest.status) == (7500 - 2250, "paid")
    assert (shown.total, shown.amount_due) == (newest.total, newest.amount_due)
    assert newest.billing_reason == "subscription_update"


def test_a_year_instead_of_a_month_begins_anew_and_gives_back_the_rest(shop: Shop) -> None:
    customer = shop.customer()
    made = _begin(shop, shop.price(4900), customer)
    item = made["items"].data[0]
    yearly = shop.price(46_800, "year")
    middle = BEGIN + (item.current_period_end - BEGIN) // 2
    shop.to(middle)
    after = shop.v1.subscriptions.update(made.id, {"items": [{"id": item.id, "price": yearly}]})
    assert after["items"].data[0].current_period_start == middle
    newest = shop.invoices(customer)[-1]
    assert (newest.total, newest.status) == (46_800 - 2450, "paid")


def test_a_trial_costs_nothing_and_then_the_first_month(shop: Shop) -> None:
    customer = shop.customer()
    made = _begin(shop, shop.price(4900), customer, trial_period_days=14)
    assert (made.status, made.trial_end) == ("trialing", BEGIN + 14 * DAY)
    shop.to(BEGIN + 14 * DAY + HOUR)
    assert shop.subscription(made.id).status == "active"
    assert [each.total for each in shop.invoices(customer)] == [0, 4900]
    told = shop.v1.events.list({"type": "customer.subscription.trial_will_end"}).data
    assert [each.created for each in told] == [BEGIN + 11 * DAY]


@pytest.mark.parametrize(("behaviour", "status"), [("cancel", "canceled"), ("pause", "paused")])
def test_a_trial_without_a_payment_method_ends_as_was_said(
    shop: Shop, behaviour: Any, status: str
) -> None:
    customer = shop.v1.customers.create({}).id
    settings: Any = {"end_behavior": {"missing_payment_method": behaviour}}
    made = _begin(shop, shop.price(4900), customer, trial_period_days=7, trial_settings=settings)
    shop.to(BEGIN + 8 * DAY)
    assert shop.subscription(made.id).status == status
    if status == "paused":
        shop.v1.payment_methods.attach("pm_card_visa", {"customer": customer})
        method = shop.v1.payment_methods.list({"customer": customer}).data[0].id
        shop.v1.subscriptions.update(made.id, {"default_payment_method": method})
        resumed = shop.v1.subscriptions.resume(made.id, {"billing_cycle_anchor": "now"})
        assert resumed.status == "active"
        assert shop.invoices(customer)[-1].status == "paid"


def test_an_end_at_the_end_of_the_period_bills_what_still_waits_and_can_be_taken_back(
    shop: Shop,
) -> None:
    customer = shop.customer()
    made = _begin(shop, shop.price(4900), customer)
    end = made["items"].data[0].current_period_end
    planned = shop.v1.subscriptions.update(made.id, {"cancel_at_period_end": True})
    assert (planned.cancel_at, planned.status) == (end, "active")
    back = shop.v1.subscriptions.update(made.id, {"cancel_at_period_end": False})
    assert (back.cancel_at, back.canceled_at) == (None, None)
    shop.v1.subscriptions.update(made.id, {"cancel_at_period_end": True})
    shop.v1.invoice_items.create(
        {"customer": customer, "amount": 700, "currency": "usd", "subscription": made.id}
    )
    shop.to(end + DAY)
    assert shop.subscription(made.id).status == "canceled"
    assert [each.total for each in shop.invoices(customer)] == [4900, 700]
    assert shop.v1.subscriptions.list({"customer": customer}).data == []


def test_an_end_now_gives_back_the_rest_only_where_that_is_said(shop: Shop) -> None:
    customer = shop.customer()
    made = _begin(shop, shop.price(3000), customer)
    shop.to(BEGIN + (made["items"].data[0].current_period_end - BEGIN) // 3)
    shop.v1.subscriptions.cancel(made.id, {"prorate": True, "invoice_now": True})
    newest = shop.invoices(customer)[-1]
    assert (newest.total, newest.amount_due, newest.ending_balance) == (-2000, 0, -2000)
    assert shop.v1.customers.retrieve(customer).balance == -2000
    with pytest.raises(stripe.InvalidRequestError):
        shop.v1.subscriptions.cancel(made.id)


def test_a_payment_that_fails_is_tried_again_and_then_the_subscription_ends(shop: Shop) -> None:
    customer = shop.customer("pm_card_visa")
    made = _begin(shop, shop.price(4900), customer)
    bad = shop.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer})
    shop.v1.customers.update(customer, {"invoice_settings": {"default_payment_method": bad.id}})
    end = made["items"].data[0].current_period_end
    shop.to(end + HOUR)
    open_one = shop.invoices(customer)[-1]
    assert shop.subscription(made.id).status == "past_due"
    assert (open_one.status, open_one.attempt_count) == ("open", 1)
    assert open_one.next_payment_attempt == end + HOUR + 3 * DAY
    assert shop.v1.customers.retrieve(customer).delinquent
    shop.to(end + HOUR + 15 * DAY)
    over = shop.subscription(made.id)
    assert (over.status, over.cancellation_details.reason) == ("canceled", "payment_failed")
    assert shop.invoices(customer)[-1].attempt_count == 4


def test_a_better_card_makes_a_subscription_active_again(shop: Shop) -> None:
    customer = shop.customer("pm_card_chargeCustomerFail")
    made = _begin(shop, shop.price(4900), customer)
    assert made.status == "incomplete"
    with pytest.raises(stripe.CardError) as refused:
        shop.v1.invoices.pay(made.latest_invoice)
    assert refused.value.code == "card_declined"
    assert shop.v1.invoices.retrieve(made.latest_invoice).attempt_count == 2
    good = shop.v1.payment_methods.attach("pm_card_visa", {"customer": customer})
    shop.v1.invoices.pay(made.latest_invoice, {"payment_method": good.id})
    assert shop.subscription(made.id).status == "active"
    assert not shop.v1.customers.retrieve(customer).delinquent


def test_a_first_payment_that_never_comes_ends_the_subscription_after_23_hours(
    shop: Shop,
) -> None:
    customer = shop.customer("pm_card_chargeCustomerFail")
    made = _begin(shop, shop.price(4900), customer)
    shop.to(BEGIN + 23 * HOUR)
    assert shop.subscription(made.id).status == "incomplete_expired"
    assert shop.invoices(customer)[0].status == "void"


def test_all_or_nothing_leaves_nothing_where_the_card_is_declined(shop: Shop) -> None:
    customer = shop.customer("pm_card_chargeCustomerFail")
    with pytest.raises(stripe.CardError):
        _begin(shop, shop.price(4900), customer, payment_behavior="error_if_incomplete")
    assert shop.v1.subscriptions.list({"customer": customer, "status": "all"}).data == []
    assert shop.invoices(customer) == []


@pytest.mark.parametrize(
    ("behaviour", "status"),
    [("void", "void"), ("keep_as_draft", "draft"), ("mark_uncollectible", "uncollectible")],
)
def test_invoices_of_a_paused_collection_are_not_paid(
    shop: Shop, behaviour: Any, status: str
) -> None:
    customer = shop.customer()
    made = _begin(shop, shop.price(4900), customer)
    end = made["items"].data[0].current_period_end
    pause: Any = {"behavior": behaviour, "resumes_at": end + 40 * DAY}
    shop.v1.subscriptions.update(made.id, {"pause_collection": pause})
    shop.to(end + 2 * HOUR)
    assert [each.status for each in shop.invoices(customer)] == ["paid", status]
    shop.to(end + 62 * DAY)
    assert shop.subscription(made.id).pause_collection is None
    assert [each.status for each in shop.invoices(customer)][-1] == "paid"


def test_a_fifth_off_for_three_months_ends_after_three_invoices(shop: Shop) -> None:
    shop.v1.coupons.create(
        {"id": "referral", "percent_off": 20, "duration": "repeating", "duration_in_months": 3}
    )
    code = shop.v1.promotion_codes.create(
        {"code": "FRIEND", "promotion": {"type": "coupon", "coupon": "referral"}}
    )
    customer = shop.customer()
    _begin(shop, shop.price(4900), customer, discounts=[{"promotion_code": code.id}])
    shop.to(BEGIN + 130 * DAY)
    found = shop.invoices(customer)
    assert [each.total for each in found] == [3920, 3920, 3920, 4900, 4900]
    assert found[0].total_discount_amounts[0].amount == 980
    assert shop.v1.promotion_codes.retrieve(code.id).times_redeemed == 1


def test_an_invoice_that_is_sent_becomes_past_due_at_its_date(shop: Shop) -> None:
    customer = shop.v1.customers.create({"email": "grace@acme.example"}).id
    made = _begin(
        shop, shop.price(500_000), customer, collection_method="send_invoice", days_until_due=30
    )
    assert made.status == "active"
    shop.to(BEGIN + 30 * DAY)
    assert shop.subscription(made.id).status == "past_due"
    shop.v1.invoices.pay(made.latest_invoice, {"paid_out_of_band": True})
    first = shop.v1.invoices.retrieve(made.latest_invoice)
    assert (first.status, first.amount_paid) == ("paid", 500_000)
