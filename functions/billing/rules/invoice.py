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
from functions.billing.rules.stripe_objects import Shown, instant, maybe_instant
from shared.kit.errors import SignatureInvalid
from shared.kit.ids import hashed_id
from shared.kit.instants import Instant
from shared.kit.models import Data
from shared.kit.transitions import Transition

PREFIX = "ivc"
# How a usage invoice says at Stripe that it is one, which, and that all of its lines are there.
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
    """One line; credits are below zero. Its period is what it is paid for. `usage` is what a line
    of usage says that it charges for; `agrees` whether our meter says the same."""

    line_id: str
    description: str
    cents: int
    quantity: int | None
    period_start: Instant
    period_end: Instant
    usage: UsageCharge | None = None
    agrees: bool = True


class Invoice(InvoiceState):
    """The published state, with what is shown beside it: the number, the lines, and the page at
    Stripe where it is paid. `advances` says whether Stripe makes a draft final by itself: not that
    of a subscription that ended meanwhile. One `is_for_usage` asks for what was used before an end
    or a pause, under `usage_key`; until it `is_released` its lines are being written. `readings` as
    of a subscription."""

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
        """Whether it is a usage invoice that waits for its lines, so that nobody is asked yet."""
        return self.status == "draft" and self.is_for_usage and not self.is_released

    @property
    def takes_usage(self) -> bool:
        """Whether lines of usage can be written on it: a draft for the subscription's next period,
        which Stripe makes final only once its notice is answered, or after three days; or a usage
        invoice, until an hour after its release."""
        if self.is_being_written:
            return True
        return self.status == "draft" and (self.is_renewal or self.is_for_usage) and self.advances


Steps = tuple[Transition[Invoice], ...]


def invoice_id_of(stripe_id: str) -> str:
    """Our id of an invoice of Stripe's, always the same."""
    return hashed_id(PREFIX, sha256(stripe_id.encode()).hexdigest())


def read_invoice(shown: Shown) -> Invoice:
    """An invoice as Stripe shows it, which holds up to 250 of its lines."""
    metadata = shown.get("metadata") or {}
    return Invoice.model_validate(
        {
            "invoice_id": invoice_id_of(shown["id"]),
            "stripe_id": shown["id"],
            "customer_id": shown["customer"],
            "status": shown["status"],
            "currency": shown["currency"],
            "total_cents": shown["total"],
            "due_cents": shown["amount_remaining"],
            "paid_cents": shown["amount_paid"],
            "attempts": shown["attempt_count"],
            "period_start": instant(shown["period_start"]),
            "period_end": instant(shown["period_end"]),
            "created_at": instant(shown["created"]),
            "next_attempt_at": maybe_instant(shown.get("next_payment_attempt")),
            "number": shown.get("number"),
            "url": shown.get("hosted_invoice_url"),
            "reason": shown.get("billing_reason") or "",
            "advances": bool(shown.get("auto_advance", True)),
            "is_for_usage": metadata.get(PURPOSE) == USAGE,
            "usage_key": metadata.get(KEY, ""),
            "is_released": not waits_for_lines(shown),
            "lines": tuple(map(_line, shown["lines"]["data"][:MOST_LINES])),
        }
    )


def adopt(known: Invoice | None, shown: Invoice, customer_id: str | None) -> Steps:
    """The invoice as Stripe shows it, and events where it moved on: drawn up, final, paid, voided,
    or a payment failed; both where it was not seen between being final and failing. Nothing of a
    usage invoice before its release: nobody is asked yet. Raises SignatureInvalid where it is
    another tenant's."""
    if shown.customer_id != customer_id:
        raise SignatureInvalid("the invoice at Stripe is of another customer")
    if shown.is_being_written:
        return ()
    newer = shown.but(readings=known.readings + 1 if known is not None else 1)
    steps: Steps = ()
    if known is None or known.status != newer.status:
        steps = (Transition(newer, _EVENTS[newer.status]),)
    tried = known.attempts if known is not None else 0
    if newer.status == "open" and newer.attempts > tried:
        steps = (*steps, Transition(newer, InvoicePaymentFailed))
    return steps or (Transition(newer),)


def waits_for_lines(shown: Shown) -> bool:
    """Whether it is a usage invoice that was not released: nobody is asked by it yet."""
    metadata = shown.get("metadata") or {}
    if metadata.get(PURPOSE) != USAGE or metadata.get(RELEASED):
        return False
    return shown["status"] == "draft" and not shown.get("auto_advance", True)


def is_held(shown: Shown) -> bool:
    """Whether it is a draft that nobody makes final: Stripe does not, and neither do we."""
    is_draft = shown["status"] == "draft"
    return is_draft and not shown.get("auto_advance", True) and not waits_for_lines(shown)


def gave_up_by_pause(shown: Shown) -> bool:
    """Whether Stripe marked it as uncollectible because of a pause, and not a person. Whoever got
    it may still pay it."""
    details = (shown.get("status_details") or {}).get("uncollectible") or {}
    return shown["status"] == "uncollectible" and details.get("reason") == "subscription_paused"


def is_of_subscription(shown: Shown, stripe_id: str | None) -> bool:
    """Whether it is an invoice of that subscription of Stripe's."""
    details = (shown.get("parent") or {}).get("subscription_details") or {}
    return stripe_id is not None and details.get("subscription") == stripe_id


def _line(shown: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "line_id": shown["id"],
        "description": (shown.get("description") or "")[:MOST_TEXT],
        "cents": shown["amount"],
        "quantity": shown.get("quantity"),
        "period_start": instant(shown["period"]["start"]),
        "period_end": instant(shown["period"]["end"]),
        "usage": UsageCharge.read(shown.get("metadata") or {}, shown["amount"]),
    }
