"""Reads invoices from Stripe at each notice, keeps them, and shows and proves them."""

from functions.billing.aggregates import INVOICES, RUN, SUBSCRIPTIONS
from functions.billing.rules.invoice import Invoice, adopt, invoice_id_of, read_invoice
from functions.billing.service.invoice_calls import retrieve_invoice
from functions.billing.service.reconciliation import proofs_of, reconcile
from functions.billing.service.subscriptions import known_to
from functions.billing.views import InvoicePage, InvoiceView, LineProof
from shared.aggregates.command import Command
from shared.kit.callers import Caller
from shared.kit.errors import NotFound, VersionConflict
from shared.messaging.misses import report_miss
from shared.policy.authorization import choose_and_ask
from shared.usage.anchoring import may_read_log


async def refresh_invoice(caller: Caller, stripe_id: str) -> Invoice:
    """Reads the invoice from Stripe, reconciles its lines of usage with our meter, and keeps it; a
    usage invoice only after its release, so that nobody is shown it before. Reads Stripe between
    reading our state and committing it, so that an older reading never replaces a newer one. Raises
    Unknown, Unavailable, SignatureInvalid."""
    invoice_id = invoice_id_of(stripe_id)

    async def use_case(work: Command) -> Invoice:
        await work.prefetch((INVOICES, invoice_id), (SUBSCRIPTIONS, caller.tenant_id))
        known = await work.find(INVOICES, invoice_id)
        if known is not None:
            work.is_about(INVOICES, invoice_id)
        subscription = await known_to(work)
        at_stripe = read_invoice(await retrieve_invoice(stripe_id))
        lines = await reconcile(caller.tenant_id, subscription.terms, at_stripe.lines)
        newer = at_stripe.but(lines=lines)
        return await work.save_change(newer, *adopt(known, newer, subscription.customer_id))

    return await RUN.command(caller, use_case, Invoice)


async def prove_line(caller: Caller, invoice_id: str, line_id: str, event: str | None) -> LineProof:
    """The proof of a line of usage and, where `event` is given, that it counts the event or receipt
    of that id. Raises NotFound, which is recorded; Forbidden, VersionConflict for a line that is
    not of usage, ChainBroken, Unavailable."""
    choose_and_ask("invoices.lines.proof.list", caller.received_at)
    if event is not None:
        choose_and_ask("invoices.lines.proof.open", caller.received_at)
    invoice = await RUN.read(caller, INVOICES, invoice_id)
    try:
        return await _proved(caller, invoice, line_id, event)
    except NotFound:
        await report_miss(RUN.outbox, caller, f"invoice_line/{invoice_id}.{line_id}"[:200])
        raise


async def _proved(caller: Caller, invoice: Invoice, line_id: str, event: str | None) -> LineProof:
    line = next((each for each in invoice.lines if each.line_id == line_id), None)
    if line is None:
        raise NotFound(f"the invoice has no line {line_id[:40]!r}")
    if line.usage is None:
        raise VersionConflict("this line is of the subscription: no usage is counted for it")
    return LineProof(
        tenant_id=caller.tenant_id,
        invoice_id=invoice.invoice_id,
        line_id=line_id,
        currency=invoice.currency,
        charge=line.usage,
        usage=await proofs_of(
            caller.tenant_id, line.usage, event, with_entry=may_read_log(caller.scopes)
        ),
    )


async def list_invoices(caller: Caller, limit: int, cursor: str | None) -> InvoicePage:
    """The tenant's invoices, newest first. Raises Invalid, Unavailable."""
    page = await RUN.page(caller, INVOICES, order_by=("created_at",), limit=limit, cursor=cursor)
    return page.shown(InvoicePage, InvoiceView.of)


async def show_invoice(caller: Caller, invoice_id: str) -> InvoiceView:
    """One invoice. Raises NotFound, Unavailable."""
    return InvoiceView.of(await RUN.read(caller, INVOICES, invoice_id))
