"""The lines that we write on drafts at Stripe. Pure."""

from collections.abc import Mapping
from typing import Any

from functions.billing.rules.invoice import Invoice


def draft_line(
    invoice: Invoice, cents: int, description: str, metadata: Mapping[str, str]
) -> dict[str, Any]:
    """The parameters of an invoice item on that draft. No discount applies to it; an amount below
    zero reduces the invoice. Later readings recognise the line by its `metadata`."""
    return {
        "customer": invoice.customer_id,
        "invoice": invoice.stripe_id,
        "currency": invoice.currency,
        "amount": cents,
        "description": description,
        "discountable": False,
        "metadata": dict(metadata),
    }
