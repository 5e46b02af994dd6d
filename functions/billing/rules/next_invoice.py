"""The next invoice as an order would make it: when it is drawn up, and its lines. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Self

from functions.billing.rules.credits import Credits, Part
from functions.billing.rules.order import Item, Order
from functions.billing.rules.stripe_objects import StripeObject, instant
from functions.billing.rules.subscription import Subscription
from shared.catalogue import catalogue
from shared.kit.instants import Instant
from shared.kit.models import Data


class PreviewLine(Data):
    """A line of the next invoice; credits are below zero."""

    description: str
    cents: int


class NextInvoice(Data):
    """The next invoice. `due_cents` is what the customer pays: the lines, less `discount_cents`,
    with `tax_cents` and `balance_cents`. The last is what the customer's balance at Stripe changes:
    below zero where the balance pays; above zero where an older debt is charged with the invoice,
    or where a credit of the invoice stays on the balance. An amount too small to be charged stays
    there, too."""

    due_cents: int
    discount_cents: int = 0
    tax_cents: int = 0
    balance_cents: int = 0
    at: Instant | None = None
    lines: tuple[PreviewLine, ...] = ()

    @classmethod
    def from_stripe(cls, invoice: StripeObject) -> Self:
        """Our form of Stripe's preview."""
        off = sum(each["amount"] for each in invoice["total_discount_amounts"] or ())
        total, untaxed = invoice["total"], invoice["total_excluding_tax"]
        lines = tuple(
            PreviewLine(description=each["description"] or "", cents=each["amount"])
            for each in invoice["lines"]["data"]
        )
        return cls(
            due_cents=invoice["amount_due"],
            discount_cents=off,
            tax_cents=total - untaxed if untaxed is not None else 0,
            balance_cents=invoice["amount_due"] - total,
            at=instant(invoice["next_payment_attempt"] or invoice["period_end"]),
            lines=lines,
        )

    @classmethod
    def from_catalogue(cls, items: Iterable[Item]) -> Self:
        """The invoice by the prices of the catalogue alone."""
        lines = tuple(
            PreviewLine(description=f"{each.quantity} × {each.name}", cents=each.cents)
            for each in items
        )
        return cls(due_cents=sum(each.cents for each in lines), lines=lines)


def trial_days(subscription: Subscription, order: Order) -> int:
    """How many days of trial the order has: only on a first subscription."""
    if subscription.trialed or subscription.is_live:
        return 0
    return catalogue().plans[order.plan].trial_days


def renews_at(subscription: Subscription, order: Order, at: datetime) -> datetime | None:
    """When the next invoice is drawn up, where it is one of a renewal, which credits pay. None
    where it is another one: the first one without a trial, the last one of a subscription that
    ends, and that of another interval, whose period begins at once unless the subscription is on
    trial."""
    if order.plan == "free":
        return None
    if not subscription.is_live:
        days = trial_days(subscription, order)
        return at + timedelta(days=days) if days else None
    is_at_once = order.interval != subscription.interval and subscription.status != "trialing"
    return None if is_at_once else subscription.period_end


def credit_items(credits: Credits, parts: Iterable[Part]) -> list[Mapping[str, Any]]:
    """The invoice items of a preview at Stripe for the parts that credits pay."""
    grants = {each.credit_id: each for each in credits.grants}
    return [
        {
            "amount": -each.cents,
            "currency": catalogue().currency,
            "description": grants[each.credit_id].description,
            "discountable": False,
        }
        for each in parts
    ]
