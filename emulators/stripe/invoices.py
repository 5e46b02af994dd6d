"""Invoices: final, paid, void, and what is on them."""

from emulators.stripe import payments, subscription_status
from emulators.stripe.account import Account, copy
from emulators.stripe.cards import MESSAGES
from emulators.stripe.customers import adjust
from emulators.stripe.drafts import retotal
from emulators.stripe.failures import StripeFailure, declined, invalid
from emulators.stripe.periods import DAY
from emulators.stripe.store import Document


def finalize(account: Account, invoice: Document) -> Document:
    """Gives a draft its number and what is due. One that asks for nothing is paid at once."""
    if invoice["status"] != "draft":
        raise invalid("This invoice is already finalized, you can't re-finalize it.")
    now, before = account.now(invoice), copy(invoice)
    customer = account.get("customer", invoice["customer"])
    invoice["starting_balance"] = customer["balance"]
    retotal(account, invoice)
    number = customer["next_invoice_sequence"]
    invoice |= {
        "status": "open",
        "number": f"{customer['invoice_prefix']}-{number:04}",
        "effective_at": now,
        "automatically_finalizes_at": None,
        "hosted_invoice_url": f"{account.url}/invoice/{invoice['id']}",
        "next_payment_attempt": None,
    }
    invoice["status_transitions"]["finalized_at"] = now
    customer |= {
        "next_invoice_sequence": number + 1,
        "currency": customer["currency"] or invoice["currency"],
    }
    account.save(customer)
    applied = invoice["amount_due"] - invoice["total"]
    if applied:
        adjust(account, customer, -applied, "applied_to_invoice", invoice=invoice["id"])
    invoice["ending_balance"] = customer["balance"]
    if invoice["collection_method"] == "send_invoice":
        invoice["due_date"] = invoice["due_date"] or now + invoice["_days_until_due"] * DAY
    if invoice["amount_due"] > 0:
        account.save(invoice)
        payments.intend(account, invoice)
    account.emit("invoice.finalized", account.save(invoice), before)
    if invoice["amount_due"] == 0:
        _mark_paid(account, invoice, 0)
    return invoice


def collect(account: Account, invoice: Document) -> payments.Attempt | None:
    """Tries to take what is due, with the invoice's, the subscription's or the customer's payment
    method. Returns what became of it; None where nothing was due."""
    if invoice["status"] != "open":
        return None
    return attempt(account, invoice, method_of(account, invoice))


def attempt(
    account: Account, invoice: Document, method: str | None, *, confirmed: bool = False
) -> payments.Attempt:
    """One try with that payment method."""
    invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + 1}
    account.save(invoice)
    if method is None:
        intent = payments.intend(account, invoice)
        made = payments.Attempt(intent["id"], "missing_payment_method", "missing_payment_method")
    else:
        made = payments.charge(account, invoice, method, confirmed=confirmed)
    if made.code is None:
        _mark_paid(account, invoice, invoice["amount_remaining"])
        return made
    before = copy(invoice)
    automatic = invoice["collection_method"] == "charge_automatically" and invoice["auto_advance"]
    invoice["next_payment_attempt"] = (
        subscription_status.next_attempt(account, invoice) if automatic else None
    )
    account.save(invoice)
    if made.needs_authentication:
        account.emit("invoice.payment_action_required", invoice)
    account.emit("invoice.payment_failed", invoice)
    account.emit("invoice.updated", invoice, before)
    subscription_status.failed(account, invoice)
    return made


def method_of(account: Account, invoice: Document) -> str | None:
    """The payment method that an invoice is paid with."""
    subscription = subscription_status.subscription_of(account, invoice) or {}
    customer = account.get("customer", invoice["customer"])
    default = customer["invoice_settings"]["default_payment_method"]
    method = invoice["default_payment_method"] or subscription.get("default_payment_method")
    chosen: str | None = method or default
    return chosen


def refuse(made: payments.Attempt | None) -> None:
    """Raises StripeFailure for a try that did not pay; what it changed stays."""
    if made is None or made.code is None:
        return
    if made.code == "missing_payment_method":
        raise StripeFailure(
            400,
            "There is no `default_payment_method` set on this Customer or Invoice. Please set a"
            " default payment method.",
            kept=True,
            code="invoice_no_payment_method_types",
        )
    failure = declined(MESSAGES[made.decline_code], made.decline_code, made.code)
    failure.kept = True
    failure.body["error"]["payment_intent"] = {"id": made.intent, "object": "payment_intent"}
    raise failure


def settle(account: Account, invoice: Document) -> None:
    """Finalizes an invoice and takes what is due, at once."""
    finalize(account, invoice)
    if invoice["collection_method"] == "charge_automatically":
        collect(account, invoice)


def turn(account: Account, invoice: Document) -> None:
    """What happens to an invoice by itself, at its time."""
    if invoice["status"] == "draft":
        settle(account, invoice)
    elif invoice["collection_method"] == "send_invoice":
        before = copy(invoice)
        invoice["_overdue"] = True
        account.emit("invoice.overdue", account.save(invoice), before)
        subscription = subscription_status.subscription_of(account, invoice)
        if subscription is not None and subscription["status"] == "active":
            subscription_status.change(account, subscription, status="past_due")
    else:
        collect(account, invoice)


def void(account: Account, invoice: Document) -> Document:
    """Voids an invoice: nobody owes it any more."""
    if invoice["status"] not in ("open", "uncollectible"):
        raise invalid("You can only pass in open or uncollectible invoices.")
    before, now = copy(invoice), account.now(invoice)
    payments.stop(account, invoice, "void_invoice")
    invoice |= {"status": "void", "next_payment_attempt": None}
    invoice["status_transitions"]["voided_at"] = now
    _give_back(account, invoice)
    account.emit("invoice.voided", account.save(invoice), before)
    return invoice


def forgive(account: Account, invoice: Document, reason: str) -> Document:
    """Marks an open invoice as one that will not be paid."""
    if invoice["status"] != "open":
        raise invalid("You can only mark open invoices as uncollectible.")
    before, now = copy(invoice), account.now(invoice)
    invoice |= {
        "status": "uncollectible",
        "next_payment_attempt": None,
        "status_details": {"uncollectible": {"reason": reason}},
    }
    invoice["status_transitions"]["marked_uncollectible_at"] = now
    account.emit("invoice.marked_uncollectible", account.save(invoice), before)
    return invoice


def pay_elsewhere(account: Account, invoice: Document) -> Document:
    """Marks an invoice as paid outside of Stripe."""
    payments.stop(account, invoice, "automatic")
    invoice["amount_paid_off_stripe"] = invoice["amount_remaining"]
    _mark_paid(account, invoice, invoice["amount_remaining"])
    return invoice


def settled(account: Account, invoice: Document) -> None:
    """Marks an invoice as paid: nothing of it is left to pay."""
    payments.stop(account, invoice, "automatic")
    _mark_paid(account, invoice, 0)


def _mark_paid(account: Account, invoice: Document, amount: int) -> None:
    before = copy(invoice)
    invoice |= {
        "status": "paid",
        "attempted": True,
        "amount_paid": invoice["amount_paid"] + amount,
        "amount_remaining": 0,
        "next_payment_attempt": None,
    }
    invoice["status_transitions"]["paid_at"] = account.now(invoice)
    account.emit("invoice.updated", account.save(invoice), before)
    account.emit("invoice.paid", invoice)
    account.emit("invoice.payment_succeeded", invoice)
    subscription_status.paid(account, invoice)


def _give_back(account: Account, invoice: Document) -> None:
    applied = invoice["amount_due"] - invoice["total"]
    if applied:
        customer = account.get("customer", invoice["customer"])
        adjust(account, customer, applied, "unapplied_from_invoice", invoice=invoice["id"])
