"""What an order would cost, before it is placed."""

from typing import Any

from functions.billing.catalogue_views import feature_view
from functions.billing.rules.credits import payable
from functions.billing.rules.next_invoice import (
    NextInvoice,
    credit_items,
    renews_at,
    trial_days,
)
from functions.billing.rules.order import Order, items_of, price_cents
from functions.billing.rules.pausing import check_changeable
from functions.billing.rules.reading import Shown
from functions.billing.rules.referral import CheckoutBody, coupon_for
from functions.billing.rules.refusals import NothingUpcoming
from functions.billing.rules.subscription import Subscription, losses
from functions.billing.service import stripe_calls
from functions.billing.service.crediting import known_credits
from functions.billing.service.orders import changed_to, check
from functions.billing.service.referring import check_code
from functions.billing.service.subscriptions import show
from functions.billing.service.usage_so_far import count_so_far
from functions.billing.views import PreviewView
from shared.catalogue import catalogue
from shared.kit.callers import Caller


async def preview(caller: Caller, body: CheckoutBody) -> PreviewView:
    """What the next invoice would ask for, with the balance at Stripe, discounts, and credits where
    it is one that they pay; apart from it, what the usage of the month so far would cost. A tenant
    without any of these that never bought anything is told by the catalogue alone. Raises Invalid,
    VersionConflict where the order is refused as it stands, StripeRefused, Unavailable."""
    order, referral = body.order, body.referral or ""
    await check(caller, order)
    if referral:
        await check_code(caller, referral)
    known = await show(caller)
    check_changeable(known, order)
    found = await _next_invoice(caller, known, order, referral)
    usage = await count_so_far(caller, known, order)
    ends = known.period_end if known.is_live and order.plan == "free" else found.at
    return PreviewView(
        next_invoice_cents=found.due_cents,
        next_invoice_at=ends if known.is_live else None,
        lines=found.lines,
        discount_cents=found.discount_cents,
        tax_cents=found.tax_cents,
        balance_cents=found.balance_cents,
        usage_so_far=usage,
        interval_cents=price_cents(order),
        trial_days=trial_days(known, order),
        loosens=tuple(
            feature_view(each.feature) for each in losses(known, order, caller.received_at)
        ),
    )


async def _next_invoice(
    caller: Caller, known: Subscription, order: Order, referral: str
) -> NextInvoice:
    listed = NextInvoice.listed(items_of(order))
    if order.plan == "free":
        # Of what is paused nothing is asked for.
        shown = await _last(known) if known.is_renewed else None
        return listed if shown is None else NextInvoice.shown(shown)
    renewed = renews_at(known, order, caller.received_at)
    credits = await known_credits(caller)
    is_known = known.customer_id is not None or referral
    if not is_known and (renewed is None or not payable(credits, 1, renewed)):
        return listed
    asked = await _asked(known, order, referral)
    shown = await stripe_calls.preview(asked)
    parts = payable(credits, shown["total"], renewed) if renewed is not None else ()
    if parts:
        # Stripe says what is left to pay, by its rules for balances and for small amounts.
        items = credit_items(credits, parts)
        shown = await stripe_calls.preview({**asked, "invoice_items": items})
    return NextInvoice.shown(shown)


async def _last(known: Subscription) -> Shown | None:
    """The invoice with which the subscription ends: of what was changed in its period."""
    asked = {
        "customer": known.customer_id,
        "subscription": known.stripe_id,
        "subscription_details": {"cancel_at_period_end": True},
    }
    try:
        return await stripe_calls.preview(asked)
    except NothingUpcoming:
        return None


async def _asked(known: Subscription, order: Order, referral: str) -> dict[str, Any]:
    if not known.is_live:
        return await _bought(known, order, referral)
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


async def _bought(known: Subscription, order: Order, referral: str) -> dict[str, Any]:
    """A first invoice that asks for a whole period, as that after a trial does."""
    items = items_of(order)
    prices = await stripe_calls.prices_of(items)
    wanted = [{"price": prices[each.lookup_key], "quantity": each.quantity} for each in items]
    whose = {"customer": known.customer_id} if known.customer_id is not None else {}
    asked: dict[str, Any] = {**whose, "subscription_details": {"items": wanted}}
    if not whose:
        asked["currency"] = catalogue().currency
    if referral and order.interval is not None:
        coupon = coupon_for(order.interval)
        await stripe_calls.require_coupon(coupon)
        asked["discounts"] = [{"coupon": coupon.coupon_id}]
    return asked
