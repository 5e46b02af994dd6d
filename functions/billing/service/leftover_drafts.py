"""Voids the invoices of a paused period that nobody paid, before the subscription is resumed."""

from functions.billing.rules.invoice import gave_up_by_pause
from functions.billing.rules.pause import leftover_drafts, pauses_by_voiding
from functions.billing.rules.stripe_objects import StripeObject
from functions.billing.rules.subscription import Subscription
from functions.billing.service.invoice_calls import (
    drafts_of,
    look_at_invoice,
    void_draft,
    void_invoice,
)
from functions.billing.service.stripe_calls import retrieve_subscription


async def void_leftover_drafts(known: Subscription) -> StripeObject | None:
    """Voids the drafts that Stripe kept through our pause, and the newest invoice where the pause
    made it uncollectible; invoices that are paid or open stay. Returns the newest invoice, None
    where the subscription has none. Raises StripeRefused, Unknown, Unavailable."""
    subscription = await retrieve_subscription(str(known.stripe_id))
    if pauses_by_voiding(subscription):
        for each in leftover_drafts(known, await drafts_of(str(known.customer_id))):
            await void_draft(each)
    if not (stripe_id := subscription.get("latest_invoice")):
        return None
    newest = await look_at_invoice(str(stripe_id))
    if gave_up_by_pause(newest):
        # The customer could still pay it, beside the period that begins now.
        await void_invoice(str(stripe_id))
        newest = await look_at_invoice(str(stripe_id))
    return newest
