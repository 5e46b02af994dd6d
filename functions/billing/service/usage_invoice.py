"""Makes and releases the usage invoice of a subscription that ended or was paused: no renewal
charges for what it used before."""

from collections.abc import Callable

from functions.billing.aggregates import RUN
from functions.billing.rules import usage_draft as rules
from functions.billing.rules.invoice import Invoice, read_invoice
from functions.billing.rules.refusals import StripeMissing, StripeRefused
from functions.billing.rules.subscription import Steps, Subscription
from functions.billing.service.charges import charge_usage, owes_usage
from functions.billing.service.credit import apply_credits
from functions.billing.service.invoice_calls import (
    create_usage_invoice,
    delete_draft,
    drafts_of,
    retrieve_invoice,
    update_invoice,
)
from functions.billing.service.invoices import refresh_invoice
from functions.billing.service.platform import for_tenant
from functions.billing.service.stripe_calls import retrieve_customer, subscriptions_of
from functions.billing.service.subscriptions import known_to, refresh_subscription, show
from shared.aggregates.command import Command
from shared.kit.callers import Caller
from shared.messaging.envelope import Envelope


async def on_usage_due(event: Envelope) -> None:
    """Makes the usage invoice of the tenant that the timer is for. Raises as `ask_for_usage`."""
    await ask_for_usage(for_tenant(event.tenantid, event.received_at))


async def ask_for_usage(caller: Caller) -> None:
    """Writes the due charges on the usage invoice and releases it; makes no invoice where nothing
    is due, and does nothing where the tenant bought again, since its renewals charge then. Settles
    once a later call finds all charges on invoices that ask for them, so a crash between two steps
    loses nothing. Raises Unknown, StripeRefused, Unavailable."""
    known = await refresh_subscription(caller)
    if not rules.is_due(known, caller.received_at):
        return
    if not await owes_usage(caller, known):
        await _change(caller, lambda before: rules.settle(before, caller.received_at))
        return
    invoice = await _draft(caller, known)
    if invoice is not None:
        await complete(caller, known, invoice)
        await refresh_invoice(caller, invoice.stripe_id)


async def complete(caller: Caller, known: Subscription, invoice: Invoice) -> bool:
    """Writes charges and credits on the usage invoice and releases it, each once; whether anything
    changed. Deletes a draft that is not the subscription's usage invoice any more. Raises Unknown,
    Unavailable."""
    if not invoice.is_being_written:
        is_charged = await charge_usage(caller, known, invoice)
        return await apply_credits(caller, invoice) or is_charged
    if rules.is_current(known, invoice, caller.received_at):
        await charge_usage(caller, known, invoice)
        await apply_credits(caller, invoice)
        if await _is_ready(caller, invoice):
            await _release(invoice)
            return True
    # The next invoice that charges for usage writes these lines again.
    await delete_draft(invoice.stripe_id)
    return True


async def _is_ready(caller: Caller, invoice: Invoice) -> bool:
    """Whether it has a line of usage, and the tenant did not buy again meanwhile."""
    try:
        at_stripe = read_invoice(await retrieve_invoice(invoice.stripe_id))
    except StripeMissing:
        return False
    has_usage = any(each.usage is not None for each in at_stripe.lines)
    return has_usage and rules.is_current(await show(caller), invoice, caller.received_at)


async def _release(invoice: Invoice) -> None:
    try:
        await update_invoice(invoice.stripe_id, rules.release_params())
    except StripeRefused:
        # It is final, or a renewal took its lines and deleted it: the next call looks again.
        return


async def _draft(caller: Caller, known: Subscription) -> Invoice | None:
    """The usage invoice while it takes lines; None where it takes none any more: the next call
    makes another."""
    assert known.usage_invoice is not None
    stripe_id = known.usage_invoice.stripe_id or await _find_or_create(caller, known)
    try:
        invoice = await refresh_invoice(caller, stripe_id)
        if invoice.takes_usage:
            return invoice
    except StripeMissing:
        # Somebody deleted it.
        pass
    await _change(caller, lambda before: rules.replace_invoice(before, stripe_id))
    return None


async def _find_or_create(caller: Caller, known: Subscription) -> str:
    """The id of the usage invoice. Looks for it before it makes one, since Stripe forgets keys
    after a day."""
    assert known.usage_invoice is not None
    customer_id, number = str(known.customer_id), known.usage_invoice.number
    stripe_id = rules.existing_invoice(known, await drafts_of(customer_id))
    if stripe_id is None:
        stripe_id = await _create(known, customer_id)
    await _change(caller, lambda before: rules.note_invoice(before, number, stripe_id))
    return stripe_id


async def _create(known: Subscription, customer_id: str) -> str:
    subscriptions = await subscriptions_of(customer_id)
    [ended] = [each for each in subscriptions if each["id"] == known.stripe_id]
    customer = await retrieve_customer(customer_id)
    params, key = rules.invoice_for(known, ended, customer), rules.key_of(known)
    try:
        return await create_usage_invoice(key, params)
    except StripeRefused:
        # The means of payment may be gone: the page of the invoice at Stripe asks for another.
        if params.pop("default_payment_method", None) is None:
            raise
        return await create_usage_invoice(f"{key}-anyhow", params)


async def _change(caller: Caller, rule: Callable[[Subscription], Steps]) -> None:
    async def use_case(work: Command) -> Subscription:
        before = await known_to(work)
        return await work.save_change(before, *rule(before))

    await RUN.command(caller, use_case, Subscription)
