"""What the operator is told of lines that differ from our meter. Pure."""

from collections.abc import Iterator

from events.disagreements import InvoiceLineDisagreed
from functions.billing.rules.invoice import Invoice
from functions.billing.rules.revenue import Revenue
from shared.kit.transitions import Transition

MOST_TOLD = 250


def disagreements(known: Revenue, invoice: Invoice) -> Iterator[Transition[Revenue]]:
    """What is known of the tenant once each line of its invoice that disagrees is told: once for
    each amount of a line, however often the invoice is read."""
    for line in invoice.lines:
        told = f"{line.line_id}:{line.cents}"
        if line.usage is None or line.agrees or told in known.disagreed:
            continue
        known = known.but(disagreed=(*known.disagreed, told)[-MOST_TOLD:])
        said = {
            "invoice_id": invoice.invoice_id,
            "line_id": line.line_id,
            "cents": line.cents,
            "period": line.usage.period,
            "section": line.usage.section,
            "meter": line.usage.meter,
        }
        yield Transition(known, InvoiceLineDisagreed, said)
