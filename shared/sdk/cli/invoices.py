"""`assent invoices`: what your tenant was asked to pay."""

from .session import UNSAID, Common, printable, signed_in

_LISTED = ("invoice_id", "number", "status", "currency", "total_cents", "created_at")
_LINES = ("description", "period.start", "period.end", "quantity", "cents")


def invoices(invoice_id: str | None = None, /, *, common: Common = UNSAID) -> None:
    """List your tenant's invoices, newest first, or show the lines of one. Amounts are cents."""
    with signed_in() as client:
        if invoice_id is None:
            common.table(client.invoices.list(), _LISTED)
            return
        found = client.invoices.get(invoice_id)
    if common.json:
        common.show(found, "")
        return
    asked = f"{found.total_cents} cents of {found.currency}, {found.due_cents} to be paid"
    print(printable(f"Invoice {found.number or found.invoice_id}, {found.status}: {asked}"))
    common.table(found.lines, _LINES)
