"""What `billing` publishes of invoices, which Stripe collects."""

from typing import Literal

from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import EventData

TOPIC = "billing"

InvoiceStatus = Literal["draft", "open", "paid", "void", "uncollectible"]


class InvoiceState(EventData):
    """An invoice after the event, in cents of `currency`."""

    invoice_id: str
    status: InvoiceStatus
    currency: Literal["usd"] = "usd"
    total_cents: int
    due_cents: int
    paid_cents: int
    attempts: int = 0
    period_start: Instant
    period_end: Instant
    created_at: Instant
    next_attempt_at: Instant | None = None


@event("assent.invoice.drawn_up.v1")
class InvoiceDrawnUp(InvoiceState):
    """Stripe drew an invoice up."""


@event("assent.invoice.finalized.v1")
class InvoiceFinalized(InvoiceState):
    """The invoice is final: its lines change no more, and it is due."""


@event("assent.invoice.paid.v1")
class InvoicePaid(InvoiceState):
    """The invoice is paid."""


@event("assent.invoice.payment_failed.v1")
class InvoicePaymentFailed(InvoiceState):
    """A payment failed; at `next_attempt_at`, where there is one, it is tried again."""


@event("assent.invoice.voided.v1")
class InvoiceVoided(InvoiceState):
    """Nobody has to pay the invoice: it was voided or given up."""
