"""Handles notices of Stripe's: each makes us read the subscription anew."""

import logging
import time
from datetime import datetime
from typing import Literal

from functions.billing.rules.invoice import Invoice
from functions.billing.rules.notices import (
    INVOICES,
    NoticeRefused,
    StripeNotice,
    check_signature,
    is_late,
)
from functions.billing.rules.refusals import StripeRefused
from functions.billing.rules.subscription import Subscription
from functions.billing.service.charging import charge_usage
from functions.billing.service.crediting import apply_credits, settle_credits
from functions.billing.service.customers import tenant_of
from functions.billing.service.invoices import follow_invoice
from functions.billing.service.revenue import note_revenue
from functions.billing.service.silent_meters import look_for_silent_meters
from functions.billing.service.stripe_calls import require_account
from functions.billing.service.subscriptions import follow
from functions.billing.service.usage_invoice import complete
from functions.billing.views import NoticeTaken
from shared.kit.callers import Caller
from shared.kit.errors import AssentError, SignatureInvalid

_LOGGER = logging.getLogger(__name__)
_HEARD = ("customer.subscription.", "checkout.session.", INVOICES)


async def take_notice(
    notice: StripeNotice, body: bytes, signature: str, at: datetime
) -> NoticeTaken:
    """Adopts what the notice is about, once for all of its copies. A customer of nobody's here
    changes nothing, whatever the notice says. Logs one that is refused, failed or late, which an
    alert counts. Raises NoticeRefused, Invalid for one that Stripe signed and that is shaped
    otherwise, and what keeps it from being handled, as Unavailable, or
    ContentInvalid for a subscription that is none of ours: Stripe sends it again."""
    try:
        taken = await _take(notice, body, signature, at)
    except NoticeRefused:
        _tell("refused")
        raise
    except AssentError:
        _tell("failed")
        raise
    if is_late(notice, at):
        _tell("late")
    return taken


def _tell(how: Literal["refused", "failed", "late"]) -> None:
    _LOGGER.warning("a notice of Stripe's was %s", how, extra={"fields": {"notice": how}})


async def _take(notice: StripeNotice, body: bytes, signature: str, at: datetime) -> NoticeTaken:
    account = await require_account()
    secret = account.webhook_secret.get_secret_value()
    # Stripe signs by the wall clock, also where a local platform's clock was moved.
    check_signature(signature, body, secret, time.time())
    notice.check_shape()
    customer_id = notice.data.about.customer
    if customer_id is None or not notice.type.startswith(_HEARD):
        return NoticeTaken()
    tenant_id = await tenant_of(customer_id, at)
    if tenant_id is not None:
        caller = Caller.acting("service:billing", tenant_id, at)
        # A payment changes what the subscription is, too, whatever the invoice is.
        subscription = await follow(caller, notice.id, customer_id)
        if subscription.customer_id != customer_id:
            return NoticeTaken()
        invoice = None
        if notice.invoice_id is not None:
            invoice = await _kept(caller, notice.invoice_id)
            if invoice is not None and await _completed(caller, subscription, invoice):
                invoice = await _kept(caller, notice.invoice_id)
        await note_revenue(subscription, invoice, at)
    return NoticeTaken()


async def _completed(caller: Caller, subscription: Subscription, invoice: Invoice) -> bool:
    """Writes on a draft what it lacks, usage first, since credits pay that too; whether anything
    was written. Of one that is none any more it settles the credits."""
    if invoice.is_for_usage and invoice.takes_usage:
        return await complete(caller, subscription, invoice)
    # What a paused or ended subscription has as a draft is asked for on an invoice of its own.
    if invoice.takes_usage and subscription.is_renewed:
        await look_for_silent_meters(caller)
        is_charged = await charge_usage(caller, subscription, invoice)
        return await apply_credits(caller, invoice) or is_charged
    if invoice.status != "draft":
        await settle_credits(caller, invoice.stripe_id, invoice.status)
    return False


async def _kept(caller: Caller, stripe_id: str) -> Invoice | None:
    """The invoice, which is kept; None where Stripe has it no more, or has it of another
    customer."""
    try:
        return await follow_invoice(caller, stripe_id)
    except (StripeRefused, SignatureInvalid):
        return None
