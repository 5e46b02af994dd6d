"""Asks for what a subscription used before it ended and no renewal will ask for, once, on an
invoice of its own."""

from collections.abc import Callable

from functions.billing.aggregates import RUN
from functions.billing.rules import last_invoice as rules
from functions.billing.rules.invoice import Invoice
from functions.billing.rules.refusals import StripeMissing, StripeRefused
from functions.billing.rules.subscription import Steps, Subscription
from functions.billing.service.charging import charge_usage, owes_usage
from functions.billing.service.crediting import apply_credits
from functions.billing.service.invoices import follow_invoice
from functions.billing.service.stripe_calls import (
    create_usage_invoice,
    retrieve_customer,
    subscriptions_of,
)
from functions.billing.service.subscriptions import follow, known_to
from shared.aggregates.command import Command
from shared.kit.callers import Caller
from shared.messaging.envelope import Envelope


async def on_usage_due(event: Envelope) -> None:
    """Asks a tenant whose subscription ended for what it used last. Raises as `settle_usage`."""
    await settle_usage(Caller.acting("service:billing", event.tenantid, event.received_at))


async def settle_usage(caller: Caller) -> None:
    """Puts what is owed of usage on a draft that becomes final by itself; nothing where the tenant
    bought again, since its renewals ask then, and no invoice where nothing is owed. It is settled
    once a later call finds all of it on invoices, so a crash between two steps loses nothing.
    Raises Unknown, StripeRefused, Unavailable."""
    known = await follow(caller)
    if not rules.is_due(known, caller.received_at):
        return
    if not await owes_usage(caller, known):
        await _change(caller, lambda before: rules.settle(before, caller.received_at))
        return
    invoice = await _draft(caller, known)
    if invoice is not None:
        await charge_usage(caller, known, invoice)
        await apply_credits(caller, invoice)
        await follow_invoice(caller, invoice.stripe_id)


async def _draft(caller: Caller, known: Subscription) -> Invoice | None:
    """The draft that takes the usage; None where the one that was made takes none any more, and
    the next call makes another."""
    assert known.settling is not None
    stripe_id = known.settling.stripe_id or await _made(caller, known)
    try:
        invoice = await follow_invoice(caller, stripe_id)
        if invoice.takes_usage:
            return invoice
    except StripeMissing:
        # Somebody deleted it.
        pass
    await _change(caller, lambda before: rules.follow_invoice_up(before, stripe_id))
    return None


async def _made(caller: Caller, known: Subscription) -> str:
    assert known.settling is not None
    shown = await subscriptions_of(str(known.customer_id))
    [ended] = [each for each in shown if each["id"] == known.stripe_id]
    customer = await retrieve_customer(str(known.customer_id))
    asked, key = rules.invoice_for(known, ended, customer), rules.key_of(known)
    try:
        stripe_id = await create_usage_invoice(key, asked)
    except StripeRefused:
        # What paid the subscription may be gone; the invoice's page at Stripe asks for another.
        if asked.pop("default_payment_method", None) is None:
            raise
        stripe_id = await create_usage_invoice(f"{key}-anyhow", asked)
    number = known.settling.number
    await _change(caller, lambda before: rules.note_invoice(before, number, stripe_id))
    return stripe_id


async def _change(caller: Caller, rule: Callable[[Subscription], Steps]) -> None:
    async def use_case(work: Command) -> Subscription:
        before = await known_to(work)
        return await work.save_change(before, *rule(before))

    await RUN.command(caller, use_case, Subscription)
