"""The parameters of the usage invoice at Stripe, and how the subscription keeps track of it.
Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from functions.billing.rules.invoice import KEY, PURPOSE, RELEASED, USAGE, Invoice
from functions.billing.rules.subscription import Steps, Subscription
from functions.billing.rules.usage_due import USAGE_DUE
from shared.kit.transitions import Transition


def usage_timer(subscription: Subscription) -> tuple[str, datetime] | None:
    """When the usage invoice is due; None where there is none."""
    due = subscription.usage_invoice
    return (USAGE_DUE, due.due_at) if due is not None else None


def is_due(subscription: Subscription, at: datetime) -> bool:
    """Whether the usage invoice is due."""
    due = subscription.usage_invoice
    return due is not None and at >= due.due_at


def key_of(subscription: Subscription) -> str:
    """The idempotency key under which Stripe makes the invoice, which its metadata repeat."""
    assert subscription.usage_invoice is not None
    return f"usage-{subscription.stripe_id}-{subscription.usage_invoice.number}"


def is_current(subscription: Subscription, invoice: Invoice, at: datetime) -> bool:
    """Whether it is the usage invoice of the subscription now: by its id or, where a crash kept the
    id from being noted, by its key."""
    due = subscription.usage_invoice
    if due is None or at < due.due_at:
        return False
    if not due.stripe_id:
        return invoice.usage_key == key_of(subscription)
    return due.stripe_id == invoice.stripe_id


def existing_invoice(subscription: Subscription, drafts: Iterable[Mapping[str, Any]]) -> str | None:
    """The id of the subscription's usage invoice among these drafts, where a crash lost the answer
    that had it; None where it is not among them."""
    key = key_of(subscription)
    ours = [each for each in drafts if (each.get("metadata") or {}).get(KEY) == key]
    return str(ours[0]["id"]) if ours else None


def invoice_for(
    subscription: Subscription, ended: Mapping[str, Any], customer: Mapping[str, Any]
) -> dict[str, Any]:
    """The parameters of the usage invoice: a draft that stays one until its release. It is paid by
    the customer's own means of payment or, where the customer has none, as `ended` was, the
    subscription at Stripe."""
    by_hand = ended.get("collection_method") == "send_invoice"
    own = (customer.get("invoice_settings") or {}).get("default_payment_method")
    params: dict[str, Any] = {
        "customer": subscription.customer_id,
        "currency": "usd",
        "auto_advance": False,
        "pending_invoice_items_behavior": "exclude",
        "description": "Usage beyond the limits of a subscription that ended",
        "metadata": {"account": subscription.account, PURPOSE: USAGE, KEY: key_of(subscription)},
    }
    if by_hand:
        params |= {"collection_method": "send_invoice", "days_until_due": ended["days_until_due"]}
    elif not own and ended.get("default_payment_method"):
        params["default_payment_method"] = ended["default_payment_method"]
    if (ended.get("automatic_tax") or {}).get("enabled"):
        params["automatic_tax"] = {"enabled": True}
    return params


def release_params() -> dict[str, Any]:
    """The parameters that release the draft: Stripe makes it final within an hour."""
    return {"auto_advance": True, "metadata": {RELEASED: "yes"}}


def note_invoice(subscription: Subscription, number: int, stripe_id: str) -> Steps:
    """The subscription with the id of the usage invoice of that number; unchanged where it has
    another number by now."""
    due = subscription.usage_invoice
    if due is None or due.number != number or due.stripe_id == stripe_id:
        return ()
    return (Transition(subscription.but(usage_invoice=due.but(stripe_id=stripe_id))),)


def replace_invoice(subscription: Subscription, stripe_id: str) -> Steps:
    """The subscription with the next number for its usage invoice, since the invoice with that id
    takes no lines any more."""
    due = subscription.usage_invoice
    if due is None or due.stripe_id != stripe_id:
        return ()
    newer = due.but(number=due.number + 1, stripe_id="")
    return (Transition(subscription.but(usage_invoice=newer)),)


def settle(subscription: Subscription, at: datetime) -> Steps:
    """The subscription without a usage invoice, once all of its usage is on invoices."""
    return (Transition(subscription.but(usage_invoice=None)),) if is_due(subscription, at) else ()
