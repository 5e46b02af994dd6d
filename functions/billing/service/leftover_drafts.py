"""Invoices of a period that nobody paid for, as a paused subscription goes on."""

from functions.billing.rules.invoice import gave_up_by_pause
from functions.billing.rules.pause import left_by_pause, pauses_by_voiding
from functions.billing.rules.stripe_objects import Shown
from functions.billing.rules.subscription import Subscription
from functions.billing.service.invoice_calls import (
    drafts_of,
    look_at_invoice,
    void_draft,
    void_invoice,
)
from functions.billing.service.stripe_calls import retrieve_subscription


async def newest_after_pause(known: Subscription) -> Shown | None:
    """The newest invoice of a subscription that goes on, after nobody can be asked any more for a
    draft that the pause met, whatever Stripe made of it; None where it has no invoice. What was
    paid or is being asked for stays. Raises StripeRefused, Unknown, Unavailable."""
    shown = await retrieve_subscription(str(known.stripe_id))
    if pauses_by_voiding(shown):
        for each in left_by_pause(known, await drafts_of(str(known.customer_id))):
            await void_draft(each)
    if not (stripe_id := shown.get("latest_invoice")):
        return None
    newest = await look_at_invoice(str(stripe_id))
    if gave_up_by_pause(newest):
        # Whoever got it could still pay it, beside the period that begins now.
        await void_invoice(str(stripe_id))
        newest = await look_at_invoice(str(stripe_id))
    return newest
