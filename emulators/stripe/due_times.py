"""The instants at which objects change by themselves. Pure."""

from emulators.stripe.periods import DAY, HOUR
from emulators.stripe.store import Document

INCOMPLETE_FOR = 23 * HOUR
DRAFT_FOR = HOUR
# How long an invoice stays a draft where its event `invoice.created` was not taken.
UNTOLD_FOR = 72 * HOUR
TOLD_BEFORE_TRIAL_ENDS = 3 * DAY


def due_of(document: Document) -> int | None:
    """The next instant at which the object changes by itself, or None."""
    if document["object"] == "subscription":
        return _of_subscription(document)
    if document["object"] == "invoice":
        return _of_invoice(document)
    if document["object"] == "checkout.session" and document["status"] == "open":
        return int(document["expires_at"])
    return None


def _of_subscription(subscription: Document) -> int | None:
    status = subscription["status"]
    if status == "incomplete":
        return int(subscription["created"]) + INCOMPLETE_FOR
    if status in ("canceled", "incomplete_expired"):
        return None
    moments = [subscription["cancel_at"]]
    if pause := subscription["pause_collection"]:
        moments.append(pause["resumes_at"])
    if status != "paused":
        moments += [each["current_period_end"] for each in subscription["items"]["data"]]
    if status == "trialing" and not subscription["_warned"]:
        moments.append(
            max(subscription["trial_end"] - TOLD_BEFORE_TRIAL_ENDS, subscription["created"])
        )
    return min((int(each) for each in moments if each is not None), default=None)


def _of_invoice(invoice: Document) -> int | None:
    if invoice["status"] == "draft" and invoice["auto_advance"]:
        delivered_at = invoice["webhooks_delivered_at"]
        if delivered_at is None:
            return int(invoice["created"]) + UNTOLD_FOR
        return max(int(invoice["automatically_finalizes_at"]), int(delivered_at))
    if invoice["status"] == "open":
        if invoice["collection_method"] == "send_invoice":
            return None if invoice["_overdue"] else int(invoice["due_date"])
        again: int | None = invoice["next_payment_attempt"]
        return again if invoice["auto_advance"] else None
    return None
