"""What becomes of a subscription when its invoices are paid or are not, and how it ends."""

from typing import Any

from emulators.stripe.account import Account, copy
from emulators.stripe.periods import DAY
from emulators.stripe.store import Document

# After how many days a payment is tried again, what follows the last try, and what becomes of a
# draft that a pause of collection meets, which Stripe does not document. `python -m` takes no
# option for them: POST /_/settings changes them.
RETRIES = "retry_days"
AFTER_RETRIES = "after_retries"
DEFAULT_RETRIES = (3, 5, 7)
ENDS = ("cancel", "unpaid", "past_due")
MET_BY_PAUSE = "met_by_pause"
PAUSES = ("keep_as_draft", "mark_uncollectible", "void")
COLLECTS = "collect"
OVER = ("canceled", "incomplete_expired")


def subscription_of(account: Account, invoice: Document) -> Document | None:
    """The subscription that an invoice bills, if it bills one."""
    details: Any = (invoice["parent"] or {}).get("subscription_details")
    return account.get("subscription", details["subscription"]) if details else None


def change(account: Account, subscription: Document, **changes: Any) -> Document:
    """Changes a subscription, and publishes that where it is another than before."""
    before = copy(subscription)
    subscription |= changes
    if subscription != before:
        account.emit("customer.subscription.updated", account.save(subscription), before)
    return subscription


def next_attempt(account: Account, invoice: Document) -> int | None:
    """When a payment that failed is tried again; None after the last try."""
    days = account.store.setting(RETRIES, DEFAULT_RETRIES)
    tries = invoice["attempt_count"]
    return account.now(invoice) + days[tries - 1] * DAY if tries <= len(days) else None


def paid(account: Account, invoice: Document) -> None:
    """Makes a subscription active whose newest invoice was paid."""
    subscription = subscription_of(account, invoice)
    if subscription is None or subscription["latest_invoice"] != invoice["id"]:
        return
    if subscription["status"] in ("incomplete", "past_due", "unpaid"):
        change(account, subscription, status="active")
    _delinquent(account, invoice["customer"])


def failed(account: Account, invoice: Document) -> None:
    """Notes a failed payment: the first invoice leaves the subscription incomplete, a later one
    makes it past due. After the last try the account's settings say what follows."""
    subscription = subscription_of(account, invoice)
    _delinquent(account, invoice["customer"])
    if subscription is None or subscription["status"] in ("incomplete", *OVER):
        return
    if invoice["next_payment_attempt"] is None and invoice["attempt_count"] > 0:
        after = account.store.setting(AFTER_RETRIES, ENDS[0])
        if after == "cancel":
            end(account, subscription, "payment_failed")
        else:
            change(account, subscription, status=after)
    elif subscription["status"] in ("active", "trialing"):
        change(account, subscription, status="past_due")


def end(account: Account, subscription: Document, reason: str, **details: Any) -> Document:
    """Ends a subscription now. Its open invoices stay, but nothing is taken for them by itself."""
    now = account.now(subscription)
    subscription |= {
        "status": "canceled",
        "ended_at": now,
        "canceled_at": subscription["canceled_at"] or now,
        "cancellation_details": subscription["cancellation_details"] | {"reason": reason} | details,
    }
    account.emit("customer.subscription.deleted", account.save(subscription))
    for each in account.store.all("invoice", subscription["customer"]):
        of = (each["parent"] or {}).get("subscription_details") or {}
        if of.get("subscription") == subscription["id"] and each["status"] in ("draft", "open"):
            account.save(each | {"auto_advance": False, "next_payment_attempt": None})
    return subscription


def _delinquent(account: Account, customer: str) -> None:
    record = account.get("customer", customer)
    owes = any(
        each["status"] == "open" and each["attempted"]
        for each in account.store.all("invoice", customer)
    )
    if record["delinquent"] != owes:
        before = copy(record)
        record["delinquent"] = owes
        account.emit("customer.updated", account.save(record), before)
