"""The invoice that asks for what a subscription used before it ended. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from functions.billing.rules.invoice import PURPOSE, USAGE
from functions.billing.rules.settling import USAGE_DUE
from functions.billing.rules.subscription import Steps, Subscription
from shared.kit.transitions import Transition


def usage_timer(subscription: Subscription) -> tuple[str, datetime] | None:
    """When what was used last is asked for; None where nothing is owed apart."""
    owed = subscription.settling
    return (USAGE_DUE, owed.due_at) if owed is not None else None


def is_due(subscription: Subscription, at: datetime) -> bool:
    """Whether what was used last is asked for now."""
    owed = subscription.settling
    return owed is not None and at >= owed.due_at


def key_of(subscription: Subscription) -> str:
    """The key under which Stripe makes the invoice once."""
    assert subscription.settling is not None
    return f"usage-{subscription.stripe_id}-{subscription.settling.number}"


def invoice_for(
    subscription: Subscription, ended: Mapping[str, Any], customer: Mapping[str, Any]
) -> dict[str, Any]:
    """What Stripe is asked to make: a draft that becomes final by itself within an hour, and is
    paid as the customer pays now or, where it says nothing of that, as the subscription was, which
    Stripe shows as `ended`."""
    by_hand = ended.get("collection_method") == "send_invoice"
    own = (customer.get("invoice_settings") or {}).get("default_payment_method")
    asked: dict[str, Any] = {
        "customer": subscription.customer_id,
        "currency": "usd",
        "auto_advance": True,
        "pending_invoice_items_behavior": "exclude",
        "description": "Usage beyond the limits of a subscription that ended",
        "metadata": {"account": subscription.account, PURPOSE: USAGE},
    }
    if by_hand:
        asked |= {"collection_method": "send_invoice", "days_until_due": ended["days_until_due"]}
    elif not own and ended.get("default_payment_method"):
        asked["default_payment_method"] = ended["default_payment_method"]
    if (ended.get("automatic_tax") or {}).get("enabled"):
        asked["automatic_tax"] = {"enabled": True}
    return asked


def note_invoice(subscription: Subscription, number: int, stripe_id: str) -> Steps:
    """The subscription with the invoice of that number; nothing where that is not asked for any
    more."""
    owed = subscription.settling
    if owed is None or owed.number != number or owed.stripe_id == stripe_id:
        return ()
    return (Transition(subscription.but(settling=owed.but(stripe_id=stripe_id))),)


def follow_invoice_up(subscription: Subscription, stripe_id: str) -> Steps:
    """The subscription whose next invoice has a number of its own: nothing can be written on the
    one with that id any more."""
    owed = subscription.settling
    if owed is None or owed.stripe_id != stripe_id:
        return ()
    another = owed.but(number=owed.number + 1, stripe_id="")
    return (Transition(subscription.but(settling=another)),)


def settle(subscription: Subscription, at: datetime) -> Steps:
    """The subscription that owes nothing apart any more: all of it is on invoices."""
    return (Transition(subscription.but(settling=None)),) if is_due(subscription, at) else ()
