"""Invoices: read from Stripe at each notice, kept, and shown."""

from functions.billing.aggregates import INVOICES, RUN
from functions.billing.rules.invoice import Invoice, adopt, invoice_id_of, read_invoice
from functions.billing.service.following import known_to
from functions.billing.service.stripe_calls import retrieve_invoice
from functions.billing.views import InvoicePage, InvoiceView
from shared.aggregates.command import Command
from shared.kit.callers import Caller


async def follow_invoice(caller: Caller, stripe_id: str) -> Invoice:
    """The invoice as Stripe shows it now, which is kept; it is read between reading ours and
    committing it, as subscriptions are. Raises Unknown, Unavailable, SignatureInvalid."""
    invoice_id = invoice_id_of(stripe_id)

    async def use_case(work: Command) -> Invoice:
        known = await work.find(INVOICES, invoice_id)
        if known is not None:
            work.is_about(INVOICES, invoice_id)
        customer_id = (await known_to(work)).customer_id
        shown = read_invoice(await retrieve_invoice(stripe_id))
        return await work.save_change(shown, *adopt(known, shown, customer_id))

    return await RUN.command(caller, use_case, Invoice)


async def list_invoices(caller: Caller, limit: int, cursor: str | None) -> InvoicePage:
    """The tenant's invoices, newest first. Raises Invalid, Unavailable."""
    page = await RUN.page(caller, INVOICES, order_by=("created_at",), limit=limit, cursor=cursor)
    return page.shown(InvoicePage, InvoiceView.of)


async def show_invoice(caller: Caller, invoice_id: str) -> InvoiceView:
    """One invoice. Raises NotFound, Unavailable."""
    return InvoiceView.of(await RUN.read(caller, INVOICES, invoice_id))
