"""An invoice as Stripe shows it, read anew at each of its notices. Money is whole cents."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from events.invoices import (
    InvoiceDrawnUp,
    InvoiceFinalized,
    InvoicePaid,
    InvoicePaymentFailed,
    InvoiceState,
    InvoiceStatus,
    InvoiceVoided,
)
from functions.billing.rules.charges import UsageCharge
from functions.billing.rules.stripe_objects import StripeObject, instant, maybe_instant
from shared.kit.errors import SignatureInvalid
from shared.kit.ids import hashed_id
from shared.kit.instants import Instant
from shared.kit.models import Data
from shared.kit.transitions import Transition

PREFIX = "ivc"
# The metadata of a usage invoice at Stripe: its purpose, its key, and whether it was released.
PURPOSE, USAGE = "for", "usage"
KEY, RELEASED = "usage_invoice", "released"
MOST_LINES = 250
MOST_TEXT = 300
_EVENTS: Mapping[InvoiceStatus, type[InvoiceState]] = {
    "draft": InvoiceDrawnUp,
    "open": InvoiceFinalized,
    "paid": InvoicePaid,
    "void": InvoiceVoided,
    "uncollectible": InvoiceVoided,
}


class Line(Data):
    """One line, for the time of its period; credits are below zero. `usage` is the charge that a
    line of usage carries, `agrees` whether our meter counted the same."""

    line_id: str
    description: str
    cents: int
    quantity: int | None
    period_start: Instant
    period_end: Instant
    usage: UsageCharge | None = None
    agrees: bool = True


class Invoice(InvoiceState):
    """The published state, with the number, the lines, and the page at Stripe where it is paid.
    `advances` says whether Stripe makes a draft final by itself: not that of a subscription that
    ended meanwhile. `is_for_usage` marks a usage invoice, which Stripe knows by `usage_key`; until
    it `is_released` its lines are being written. `readings` as of a subscription."""

    stripe_id: str
    customer_id: str
    number: str | None
    url: str | None
    lines: tuple[Line, ...]
    reason: str = ""
    advances: bool = True
    is_for_usage: bool = False
    usage_key: str = ""
    is_released: bool = False
    readings: int = 0

    @property
    def is_renewal(self) -> bool:
        """Whether it is for the subscription's next period."""
        return self.reason == "subscription_cycle"

    @property
    def is_being_written(self) -> bool:
        """Whether it is a usage invoice before its release, which nobody is asked to pay yet."""
        return self.status == "draft" and self.is_for_usage and not self.is_released

    @property
    def takes_usage(self) -> bool:
        """Whether lines of usage can be written on it: on the draft of a renewal, which Stripe
        makes final once its notice is answered, or after three days; and on a usage invoice, until
        an hour after its release."""
        if self.is_being_written:
            return True
        return self.status == "draft" and (self.is_renewal or self.is_for_usage) and self.advances


Steps = tuple[Transition[Invoice], ...]


def invoice_id_of(stripe_id: str) -> str:
    """Our id of an invoice at Stripe: the same for the same invoice."""
    return hashed_id(PREFIX, sha256(stripe_id.encode()).hexdigest())


def read_invoice(invoice: StripeObject) -> Invoice:
    """Our form of an invoice at Stripe, with up to 250 of its lines."""
    metadata = invoice.get("metadata") or {}
    return Invoice.model_validate(
        {
            "invoice_id": invoice_id_of(invoice["id"]),
            "stripe_id": invoice["id"],
            "customer_id": invoice["customer"],
            "status": invoice["status"],
            "currency": invoice["currency"],
            "total_cents": invoice["total"],
            "due_cents": invoice["amount_remaining"],
            "paid_cents": invoice["amount_paid"],
            "attempts": invoice["attempt_count"],
            "period_start": instant(invoice["period_start"]),
            "period_end": instant(invoice["period_end"]),
            "created_at": instant(invoice["created"]),
            "next_attempt_at": maybe_instant(invoice.get("next_payment_attempt")),
            "number": invoice.get("number"),
            "url": invoice.get("hosted_invoice_url"),
            "reason": invoice.get("billing_reason") or "",
            "advances": bool(invoice.get("auto_advance", True)),
            "is_for_usage": metadata.get(PURPOSE) == USAGE,
            "usage_key": metadata.get(KEY, ""),
            "is_released": not waits_for_lines(invoice),
            "lines": tuple(map(_line, invoice["lines"]["data"][:MOST_LINES])),
        }
    )


def adopt(known: Invoice | None, at_stripe: Invoice, customer_id: str | None) -> Steps:
    """The invoice as it is at Stripe, with an event where its status changed and one where a
    payment failed; both where one reading finds both. Nothing of a usage invoice before its
    release. Raises SignatureInvalid where the invoice is another customer's."""
    if at_stripe.customer_id != customer_id:
        raise SignatureInvalid("the invoice at Stripe is of another customer")
    if at_stripe.is_being_written:
        return ()
    newer = at_stripe.but(readings=known.readings + 1 if known is not None else 1)
    steps: Steps = ()
    if known is None or known.status != newer.status:
        steps = (Transition(newer, _EVENTS[newer.status]),)
    tried = known.attempts if known is not None else 0
    if newer.status == "open" and newer.attempts > tried:
        steps = (*steps, Transition(newer, InvoicePaymentFailed))
    return steps or (Transition(newer),)


def waits_for_lines(invoice: StripeObject) -> bool:
    """Whether it is a usage invoice before its release, which nobody is asked to pay yet."""
    metadata = invoice.get("metadata") or {}
    if metadata.get(PURPOSE) != USAGE or metadata.get(RELEASED):
        return False
    return invoice["status"] == "draft" and not invoice.get("auto_advance", True)


def is_held(invoice: StripeObject) -> bool:
    """Whether it is a draft that neither Stripe nor we make final."""
    is_draft = invoice["status"] == "draft"
    return is_draft and not invoice.get("auto_advance", True) and not waits_for_lines(invoice)


def gave_up_by_pause(invoice: StripeObject) -> bool:
    """Whether a pause, and not a person, marked it as uncollectible. Its customer may still pay
    it."""
    details = (invoice.get("status_details") or {}).get("uncollectible") or {}
    return invoice["status"] == "uncollectible" and details.get("reason") == "subscription_paused"


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "line_id": line["id"],
        "description": (line.get("description") or "")[:MOST_TEXT],
        "cents": line["amount"],
        "quantity": line.get("quantity"),
        "period_start": instant(line["period"]["start"]),
        "period_end": instant(line["period"]["end"]),
        "usage": UsageCharge.from_metadata(line.get("metadata") or {}, line["amount"]),
    }
