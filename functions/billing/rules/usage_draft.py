"""What Stripe is asked for the usage invoice, and how a subscription follows it. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from functions.billing.rules.invoice import KEY, PURPOSE, RELEASED, USAGE, Invoice
from functions.billing.rules.subscription import Steps, Subscription
from functions.billing.rules.usage_due import USAGE_DUE
from shared.kit.transitions import Transition


def usage_timer(subscription: Subscription) -> tuple[str, datetime] | None:
    """When the usage invoice is due; None where there is none."""
    owed = subscription.usage_invoice
    return (USAGE_DUE, owed.due_at) if owed is not None else None


def is_due(subscription: Subscription, at: datetime) -> bool:
    """Whether the usage invoice is due."""
    owed = subscription.usage_invoice
    return owed is not None and at >= owed.due_at


def key_of(subscription: Subscription) -> str:
    """The key under which Stripe makes the invoice once, and by which its metadata name it."""
    assert subscription.usage_invoice is not None
    return f"usage-{subscription.stripe_id}-{subscription.usage_invoice.number}"


def is_current(subscription: Subscription, invoice: Invoice, at: datetime) -> bool:
    """Whether it is the usage invoice that the subscription waits for now, also where a crash kept
    its id from being noted."""
    owed = subscription.usage_invoice
    if owed is None or at < owed.due_at:
        return False
    if not owed.stripe_id:
        return invoice.usage_key == key_of(subscription)
    return owed.stripe_id == invoice.stripe_id


def existing_invoice(subscription: Subscription, drafts: Iterable[Mapping[str, Any]]) -> str | None:
    """The id of the usage invoice among these drafts: the answer to its making was lost."""
    key = key_of(subscription)
    made = [each for each in drafts if (each.get("metadata") or {}).get(KEY) == key]
    return str(made[0]["id"]) if made else None


def invoice_for(
    subscription: Subscription, ended: Mapping[str, Any], customer: Mapping[str, Any]
) -> dict[str, Any]:
    """What Stripe is asked to make: a draft that stays one until it is released, and is paid as
    the customer pays now or, where it says nothing of that, as the subscription was, which Stripe
    shows as `ended`."""
    by_hand = ended.get("collection_method") == "send_invoice"
    own = (customer.get("invoice_settings") or {}).get("default_payment_method")
    asked: dict[str, Any] = {
        "customer": subscription.customer_id,
        "currency": "usd",
        "auto_advance": False,
        "pending_invoice_items_behavior": "exclude",
        "description": "Usage beyond the limits of a subscription that ended",
        "metadata": {"account": subscription.account, PURPOSE: USAGE, KEY: key_of(subscription)},
    }
    if by_hand:
        asked |= {"collection_method": "send_invoice", "days_until_due": ended["days_until_due"]}
    elif not own and ended.get("default_payment_method"):
        asked["default_payment_method"] = ended["default_payment_method"]
    if (ended.get("automatic_tax") or {}).get("enabled"):
        asked["automatic_tax"] = {"enabled": True}
    return asked


def release_params() -> dict[str, Any]:
    """What lets the draft become final by itself within an hour, and says that we did."""
    return {"auto_advance": True, "metadata": {RELEASED: "yes"}}


def note_invoice(subscription: Subscription, number: int, stripe_id: str) -> Steps:
    """The subscription with the invoice of that number; nothing where that is not asked for any
    more."""
    owed = subscription.usage_invoice
    if owed is None or owed.number != number or owed.stripe_id == stripe_id:
        return ()
    return (Transition(subscription.but(usage_invoice=owed.but(stripe_id=stripe_id))),)


def replace_invoice(subscription: Subscription, stripe_id: str) -> Steps:
    """The subscription whose next invoice has a number of its own: nothing can be written on the
    one with that id any more."""
    owed = subscription.usage_invoice
    if owed is None or owed.stripe_id != stripe_id:
        return ()
    another = owed.but(number=owed.number + 1, stripe_id="")
    return (Transition(subscription.but(usage_invoice=another)),)


def settle(subscription: Subscription, at: datetime) -> Steps:
    """The subscription without a usage invoice: all of its usage is on invoices."""
    return (Transition(subscription.but(usage_invoice=None)),) if is_due(subscription, at) else ()
