"""Handles notices of Stripe: each makes us read the subscription, and its invoice, anew."""

import logging
import time
from datetime import datetime
from typing import Literal

from functions.billing.rules.invoice import Invoice
from functions.billing.rules.refusals import StripeRefused
from functions.billing.rules.stripe_notices import (
    INVOICES,
    NoticeRefused,
    SentNotice,
    StripeNotice,
    check_signature,
    is_late,
)
from functions.billing.rules.subscription import Subscription
from functions.billing.service.charges import charge_usage
from functions.billing.service.credit import apply_credits, settle_credits
from functions.billing.service.customers import tenant_of
from functions.billing.service.invoices import refresh_invoice
from functions.billing.service.platform import for_tenant
from functions.billing.service.revenue import note_revenue
from functions.billing.service.silent_meters import look_for_silent_meters
from functions.billing.service.stripe_calls import require_account
from functions.billing.service.subscriptions import refresh_subscription
from functions.billing.service.usage_invoice import complete
from functions.billing.views import NoticeTaken
from shared.kit.callers import Caller
from shared.kit.errors import AssentError, SignatureInvalid

_LOGGER = logging.getLogger(__name__)
_HANDLED = ("customer.subscription.", "checkout.session.", INVOICES)


async def take_notice(sent: SentNotice, body: bytes, signature: str, at: datetime) -> NoticeTaken:
    """Reads from Stripe what the notice is about and keeps it, once for all copies of the notice. A
    notice about a customer of no tenant changes nothing. Logs a notice that is refused, failed or
    late, which an alert counts. Raises NoticeRefused; Invalid for a signed notice of another shape;
    Unavailable or, for a subscription that is not ours, ContentInvalid: Stripe then sends the
    notice again."""
    try:
        await _check_signature(signature, body)
        notice = sent.read()
        await _take(notice, at)
    except NoticeRefused:
        _log("refused")
        raise
    except AssentError:
        _log("failed")
        raise
    if is_late(notice, at):
        _log("late")
    return NoticeTaken()


def _log(outcome: Literal["refused", "failed", "late"]) -> None:
    _LOGGER.warning("a notice of Stripe's was %s", outcome, extra={"fields": {"notice": outcome}})


async def _check_signature(signature: str, body: bytes) -> None:
    account = await require_account()
    secret = account.webhook_secret.get_secret_value()
    # Stripe signs by the wall clock, also where a local platform's clock was moved.
    check_signature(signature, body, secret, time.time())


async def _take(notice: StripeNotice, at: datetime) -> None:
    customer_id = notice.data.about.customer
    if customer_id is None or not notice.type.startswith(_HANDLED):
        return
    tenant_id = await tenant_of(customer_id, at)
    if tenant_id is None:
        return
    caller = for_tenant(tenant_id, at)
    # A payment may change the status of the subscription, too.
    subscription = await refresh_subscription(caller, notice.id, customer_id)
    if subscription.customer_id != customer_id:
        return
    invoice = None
    if notice.invoice_id is not None:
        invoice = await _read_invoice(caller, notice.invoice_id)
        if invoice is not None and await _complete(caller, subscription, invoice):
            invoice = await _read_invoice(caller, notice.invoice_id)
    await note_revenue(subscription, invoice, at)


async def _complete(caller: Caller, subscription: Subscription, invoice: Invoice) -> bool:
    """Writes missing charges and credits on a draft, charges first, since credits pay them too;
    whether it wrote anything. Settles the credits of an invoice that is no draft any more."""
    if invoice.is_for_usage and invoice.takes_usage:
        return await complete(caller, subscription, invoice)
    # The usage of a paused or ended subscription goes on a usage invoice.
    if invoice.takes_usage and subscription.is_renewed:
        await look_for_silent_meters(caller)
        is_charged = await charge_usage(caller, subscription, invoice)
        return await apply_credits(caller, invoice) or is_charged
    if invoice.status != "draft":
        await settle_credits(caller, invoice.stripe_id, invoice.status)
    return False


async def _read_invoice(caller: Caller, stripe_id: str) -> Invoice | None:
    """The invoice as it is at Stripe; None where it was deleted, or belongs to another customer."""
    try:
        return await refresh_invoice(caller, stripe_id)
    except (StripeRefused, SignatureInvalid):
        return None
