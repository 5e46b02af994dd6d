"""Publishes lines of usage that differ from our meter, for the operator. Pure."""

from collections.abc import Iterator

from events.disagreements import InvoiceLineDisagreed
from functions.billing.rules.invoice import Invoice
from functions.billing.rules.revenue import Revenue
from shared.kit.transitions import Transition

MOST_KNOWN = 250


def disagreements(known: Revenue, invoice: Invoice) -> Iterator[Transition[Revenue]]:
    """One event for each line of the invoice that disagrees, with the tenant's revenue that
    remembers it: once for each amount of a line, however often the invoice is read."""
    for line in invoice.lines:
        key = f"{line.line_id}:{line.cents}"
        if line.usage is None or line.agrees or key in known.disagreed:
            continue
        known = known.but(disagreed=(*known.disagreed, key)[-MOST_KNOWN:])
        fields = {
            "invoice_id": invoice.invoice_id,
            "line_id": line.line_id,
            "cents": line.cents,
            "period": line.usage.period,
            "section": line.usage.section,
            "meter": line.usage.meter,
        }
        yield Transition(known, InvoiceLineDisagreed, fields)
