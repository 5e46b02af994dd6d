"""Lines that we write on drafts of Stripe's. Pure."""

from collections.abc import Mapping
from typing import Any

from functions.billing.rules.invoice import Invoice


def draft_line(
    invoice: Invoice, cents: int, description: str, metadata: Mapping[str, str]
) -> dict[str, Any]:
    """What Stripe is asked for a line on the invoice, off which no discount takes anything; below
    zero it takes something off. `metadata` say what it is, whenever it is read again."""
    return {
        "customer": invoice.customer_id,
        "invoice": invoice.stripe_id,
        "currency": invoice.currency,
        "amount": cents,
        "description": description,
        "discountable": False,
        "metadata": dict(metadata),
    }
