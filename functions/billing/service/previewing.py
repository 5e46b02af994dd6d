"""What an order would cost, before it is placed."""

from typing import Any

from functions.billing.catalogue_views import feature_view
from functions.billing.rules.order import Order, items_of, price_cents
from functions.billing.rules.pausing import check_changeable
from functions.billing.rules.reading import instant
from functions.billing.rules.subscription import Subscription, losses
from functions.billing.service import stripe_calls
from functions.billing.service.orders import changed_to, check
from functions.billing.service.subscriptions import show
from functions.billing.views import PreviewLine, PreviewView
from shared.catalogue import catalogue
from shared.kit.callers import Caller


async def preview(caller: Caller, order: Order) -> PreviewView:
    """The next invoice as the order would make it. A tenant that never bought anything is told by
    the catalogue alone. Raises Invalid, VersionConflict where the order is refused as it stands,
    StripeRefused, Unavailable."""
    await check(caller, order)
    known = await show(caller)
    check_changeable(known, order)
    loosens = tuple(feature_view(each.feature) for each in losses(known, order, caller.received_at))
    interval = price_cents(order)
    if not known.is_live or order.plan == "free":
        trial = 0 if known.trialed or known.is_live else catalogue().plans[order.plan].trial_days
        lines = tuple(
            PreviewLine(description=f"{each.quantity} × {each.name}", cents=each.cents)
            for each in items_of(order)
        )
        return PreviewView(
            next_invoice_cents=interval,
            next_invoice_at=known.period_end if known.is_live else None,
            lines=lines,
            interval_cents=interval,
            trial_days=trial,
            loosens=loosens,
        )
    shown = await stripe_calls.preview(await _asked(known, order))
    return PreviewView(
        next_invoice_cents=shown["total"],
        next_invoice_at=instant(shown["next_payment_attempt"] or shown["period_end"]),
        lines=tuple(
            PreviewLine(description=each["description"] or "", cents=each["amount"])
            for each in shown["lines"]["data"]
        ),
        interval_cents=interval,
        trial_days=0,
        loosens=loosens,
    )


async def _asked(known: Subscription, order: Order) -> dict[str, Any]:
    items, discounts = await changed_to(known, order)
    return {
        "customer": known.customer_id,
        "subscription": known.stripe_id,
        **discounts,
        "subscription_details": {
            # What was to end goes on by the order.
            "cancel_at_period_end": False,
            "items": items,
            "proration_behavior": "create_prorations",
        },
    }
