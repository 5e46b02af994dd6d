"""Previews of invoices: the invoice is made, answered, and undone."""

from typing import Any

from emulators.stripe import changes, customers, cycle, form, invoice_items, subscriptions
from emulators.stripe.account import Account, new_id
from emulators.stripe.failures import invalid
from emulators.stripe.form import Form
from emulators.stripe.store import Document

_DETAILS = (
    *("items", "proration_behavior", "proration_date", "trial_end", "cancel_at_period_end"),
    *("cancel_at", "cancel_now", "billing_cycle_anchor"),
)
_ITEM = ("amount", "currency", "description", "discountable", "metadata", "period", "quantity")


def create(account: Account, params: Form) -> Document:
    """The next invoice of a subscription as it is or would be after a change, or the first one of
    a new subscription, with items that wait for it. Nothing of it stays."""
    form.check(
        params,
        (
            "customer",
            "subscription",
            "subscription_details",
            "discounts",
            "invoice_items",
            "automatic_tax",
            "currency",
            "preview_mode",
        ),
    )
    details = form.part(params, "subscription_details")
    form.check(details, _DETAILS, "subscription_details")
    before = account.silent, account.step
    account.silent = True
    try:
        with account.store.undone():
            invoice = _made(account, params, details)
    finally:
        account.silent, account.step = before
    return invoice | {
        "id": f"upcoming_{new_id('in')}",
        "status": "draft",
        "billing_reason": "upcoming",
        "number": None,
        "amount_paid": 0,
        "amount_remaining": invoice["amount_due"],
        "attempted": False,
        "attempt_count": 0,
        "hosted_invoice_url": None,
    }


def _made(account: Account, params: Form, details: Form) -> Document:
    name = form.text(params, "subscription")
    if name is None:
        return _first(account, params, details)
    subscription = account.get("subscription", name)
    latest = subscription["latest_invoice"]
    _let_wait(account, params, subscription["customer"])
    change: dict[str, Any] = {key: value for key, value in details.items() if key != "cancel_now"}
    if "discounts" in params:
        change["discounts"] = params["discounts"]
    if form.truth(details, "cancel_now"):
        subscriptions.cancel(account, {"prorate": "true", "invoice_now": "true"}, name)
    elif change:
        changes.update(account, change, name)
    subscription = account.get("subscription", name)
    if subscription["latest_invoice"] == latest:
        _next(account, subscription)
        subscription = account.get("subscription", name)
    if subscription["latest_invoice"] == latest:
        raise invalid("No upcoming invoices for customer", code="invoice_upcoming_none")
    return account.get("invoice", subscription["latest_invoice"])


def _let_wait(account: Account, params: Form, customer: str) -> None:
    """Lets the items of the call wait for the customer's next invoice."""
    for each in form.rows(params, "invoice_items"):
        form.check(each, _ITEM, "invoice_items")
        invoice_items.create(account, each | {"customer": customer})


def _next(account: Account, subscription: Document) -> None:
    """Goes to the end of the period, as the clock would."""
    if subscription["status"] in ("canceled", "incomplete_expired", "paused"):
        raise invalid("No upcoming invoices for customer", code="invoice_upcoming_none")
    end = min(each["current_period_end"] for each in subscription["items"]["data"])
    clock = subscription["test_clock"]
    if clock is None:
        account.step = end
    else:
        account.save(account.get("test_helpers.test_clock", clock) | {"frozen_time": end})
    subscription["_warned"] = True
    if subscription["status"] == "incomplete":
        subscription["status"] = "active"
    cycle.turn(account, account.save(subscription))


def _first(account: Account, params: Form, details: Form) -> Document:
    if not details.get("items"):
        raise invalid("Say which subscription, or the items of a new one.", "subscription")
    customer = form.text(params, "customer")
    if customer is None:
        customer = customers.create(account, {})["id"]
    _let_wait(account, params, customer)
    new: dict[str, Any] = {
        key: value
        for key, value in details.items()
        if key in ("items", "trial_end", "billing_cycle_anchor", "proration_behavior")
    }
    new |= {"customer": customer, "payment_behavior": "default_incomplete"}
    if "discounts" in params:
        new["discounts"] = params["discounts"]
    made = subscriptions.create(account, new)
    return account.get("invoice", made["latest_invoice"])
