"""Subscriptions: how they begin, end, and go on after a pause."""

from typing import Any

from emulators.stripe import form, items, payments, subscription_status
from emulators.stripe.account import Account, copy
from emulators.stripe.cycle import added_line, bill, hold, restart
from emulators.stripe.discounts import given
from emulators.stripe.failures import declined, invalid, missing
from emulators.stripe.form import Form
from emulators.stripe.invoices import collect, finalize, settle
from emulators.stripe.periods import period_at
from emulators.stripe.store import Document
from emulators.stripe.subscription_shape import new

BEHAVIOURS = ("allow_incomplete", "default_incomplete", "error_if_incomplete")
PRORATIONS = ("create_prorations", "none", "always_invoice")
_COLLECTIONS = ("charge_automatically", "send_invoice")
_CREATE = (
    "customer",
    "items",
    "default_payment_method",
    "trial_end",
    "trial_period_days",
    "metadata",
    "discounts",
    "payment_behavior",
    "collection_method",
    "days_until_due",
    "cancel_at_period_end",
    "cancel_at",
    "billing_cycle_anchor",
    "proration_behavior",
    "trial_settings",
    "automatic_tax",
    "add_invoice_items",
    "description",
    "off_session",
    "payment_settings",
    "billing_mode",
    "currency",
)


def create(account: Account, params: Form) -> Document:
    """A subscription with its first invoice, which is final and tried at once."""
    form.check(params, _CREATE)
    customer = account.get("customer", form.needed(params, "customer"), "customer")
    now = account.now(customer)
    prices = [_priced(account, each) for each in form.rows(params, "items")]
    if not prices:
        raise missing("items")
    subscription = new(account, params, customer, prices[0][0]["currency"], now)
    for price, quantity, metadata in prices:
        add_item(account, subscription, price, quantity, metadata)
    account.save(subscription)
    subscription["discounts"] = given(
        account, form.rows(params, "discounts"), customer, subscription["id"]
    )
    _anchor(subscription, form.number(params, "billing_cycle_anchor"), now)
    if subscription["cancel_at_period_end"]:
        subscription["cancel_at"] = last_end(subscription)
    account.save(subscription)
    extra = [added_line(account, subscription, each) for each in added(params)]
    behaviour = form.choice(params, "payment_behavior", BEHAVIOURS, BEHAVIOURS[0])
    _bill_first(account, subscription, extra, behaviour, form.text(params, "proration_behavior"))
    subscription = account.get("subscription", subscription["id"])
    account.emit("customer.subscription.created", subscription)
    return subscription


def cancel(account: Account, params: Form, identifier: str) -> Document:
    """Ends it now; what was paid for unused time comes back only with `prorate`."""
    form.check(params, ("invoice_now", "prorate", "cancellation_details"))
    subscription = account.get("subscription", identifier)
    if subscription["status"] in subscription_status.OVER:
        raise invalid(f"No such subscription: '{identifier}'", "id", "resource_missing")
    now = account.now(subscription)
    if form.truth(params, "prorate") and subscription["status"] != "trialing":
        for item in subscription["items"]["data"]:
            give_back(account, subscription, item, now)
    if form.truth(params, "invoice_now"):
        settle(account, bill(account, subscription, (), reason="subscription_update"))
        subscription = account.get("subscription", identifier)
    details = cancellation(params)
    subscription["cancellation_details"] |= details
    return subscription_status.end(account, subscription, "cancellation_requested")


def resume(account: Account, params: Form, identifier: str) -> Document:
    """Lets a subscription go on whose trial ended without a payment method."""
    form.check(params, ("billing_cycle_anchor", "proration_behavior"))
    subscription = account.get("subscription", identifier)
    if subscription["status"] != "paused":
        raise invalid("Only paused subscriptions can be resumed.", "id")
    form.choice(params, "billing_cycle_anchor", ("now",), "now")
    before, now = copy(subscription), account.now(subscription)
    restart(account, subscription, now, status="active")
    invoice = bill(
        account, subscription, subscription["items"]["data"], reason="subscription_update"
    )
    account.emit("customer.subscription.updated", subscription, before)
    account.emit("customer.subscription.resumed", subscription)
    if not hold(account, subscription, invoice):
        settle(account, invoice)
    return account.get("subscription", identifier)


def give_back(account: Account, subscription: Document, item: Document, at: int) -> None:
    """Gives back what was billed for the time of an item after `at`, on the next invoice."""
    amount = items.unused(item, at)
    if amount:
        product = account.get("product", item["price"]["product"])
        made = items.prorated(subscription, item, amount, at, product["name"])
        account.emit("invoiceitem.created", account.save(made))
    item["_billed"] = {"amount": 0, "start": at, "end": item["current_period_end"]}


def add_item(
    account: Account,
    subscription: Document,
    price: Document,
    quantity: int | None,
    metadata: dict[str, str],
) -> Document:
    """Adds an item. Raises StripeFailure for a price that cannot be with the others."""
    data = subscription["items"]["data"]
    if price["recurring"] is None:
        raise invalid(
            "The price specified is set to `type=one_time` but this field only accepts"
            " prices with `type=recurring`.",
            "items[0][price]",
        )
    if price["currency"] != subscription["currency"]:
        raise invalid("All prices of a subscription must have the same currency.", "items")
    if any(each["price"]["id"] == price["id"] for each in data):
        raise invalid("Cannot add multiple subscription items with the same price.", "items")
    if items.metered(price) and quantity is not None:
        raise invalid("You may not set `quantity` with a metered price.", "items[0][quantity]")
    now = account.now(subscription)
    item = items.new_item(subscription["id"], price, quantity, metadata, now)
    data.append(item)
    return item


def own_price(account: Account, params: Form) -> Document:
    """The price of an item that a call names."""
    price = account.get("price", form.needed(params, "price"), "items[0][price]")
    if not price["active"]:
        raise invalid("The price specified is inactive.", "items[0][price]")
    return price


def added(params: Form) -> list[Document]:
    """The one-time prices, with quantities, that a call adds to an invoice."""
    prices = []
    for each in form.rows(params, "add_invoice_items"):
        form.check(each, ("price", "quantity"), "add_invoice_items")
        quantity = form.number(each, "quantity", 1, least=1)
        prices.append({"price": form.needed(each, "price"), "quantity": quantity})
    return prices


def last_end(subscription: Document) -> int:
    """When the last of the current periods ends."""
    return max(int(each["current_period_end"]) for each in subscription["items"]["data"])


def cancellation(params: Form) -> Document:
    """The comment and the feedback that a call gives with a cancellation."""
    details = form.part(params, "cancellation_details")
    form.check(details, ("comment", "feedback"), "cancellation_details")
    return {name: form.text(details, name) for name in details}


def check_paid(made: payments.Attempt | None) -> None:
    """Raises StripeFailure where a call wanted all of it or nothing."""
    if made is not None and made.code is not None:
        raise declined(
            "Your card was declined." if made.decline_code else "Payment failed.",
            made.decline_code,
            made.code,
        )


def _bill_first(
    account: Account, subscription: Document, extra: list[Document], behaviour: str, prorations: Any
) -> None:
    trial = subscription["status"] == "trialing"
    late = any(
        each["_whole"][0] < each["current_period_start"] for each in subscription["items"]["data"]
    )
    free = trial or (late and prorations == "none")
    invoice = bill(
        account,
        subscription,
        subscription["items"]["data"],
        reason="subscription_create",
        free=free,
        extra=extra,
    )
    if hold(account, subscription, invoice):
        return
    finalize(account, invoice)
    if invoice["status"] != "open" or invoice["collection_method"] == "send_invoice":
        return
    if not trial:
        subscription["status"] = "incomplete"
        account.save(subscription)
    if behaviour == "default_incomplete":
        return
    made = collect(account, invoice)
    if behaviour == "error_if_incomplete":
        check_paid(made)


def _priced(account: Account, params: Form) -> tuple[Document, int | None, dict[str, str]]:
    form.check(params, ("price", "quantity", "metadata"), "items")
    return own_price(account, params), form.number(params, "quantity"), form.metadata(params)


def _anchor(subscription: Document, params: int | None, now: int) -> None:
    """Sets the periods. A trial is the first period; an anchor that lies ahead cuts it short."""
    until = subscription["trial_end"]
    if until is not None:
        subscription["billing_cycle_anchor"] = until
        for item in subscription["items"]["data"]:
            item |= {"current_period_start": now, "current_period_end": until}
            item |= {"_billed": {"amount": 0, "start": now, "end": until}, "_whole": [now, until]}
        return
    anchor = now if params is None else params
    subscription["billing_cycle_anchor"] = anchor
    for item in subscription["items"]["data"]:
        recurring = item["price"]["recurring"]
        first = period_at(now, recurring["interval"], recurring["interval_count"], now)[1]
        if not now <= anchor <= first:
            raise invalid(
                "billing_cycle_anchor must lie within the first period from now.",
                "billing_cycle_anchor",
            )
        items.begin(item, anchor, now)
