"""Attempts to take money: payment intents, charges, and what they paid of an invoice."""

from dataclasses import dataclass

from emulators.stripe.account import Account, copy, new_id
from emulators.stripe.cards import MESSAGES
from emulators.stripe.customers import card_of
from emulators.stripe.store import Document


@dataclass(frozen=True)
class Attempt:
    """What became of one attempt. `code` is None where it paid."""

    intent: str
    code: str | None = None
    decline_code: str = ""
    needs_authentication: bool = False


def intend(account: Account, invoice: Document) -> Document:
    """The intent with which an invoice is paid; makes it where there is none."""
    for each in account.store.payments_of(invoice["id"]):
        if each["is_default"]:
            return account.get("payment_intent", each["payment"]["payment_intent"])
    now, name = account.now(invoice), new_id("pi")
    intent: Document = {
        "id": name,
        "object": "payment_intent",
        "amount": invoice["amount_remaining"],
        "amount_capturable": 0,
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic",
        "client_secret": f"{name}_secret_{new_id('', 24).lstrip('_')}",
        "confirmation_method": "automatic",
        "created": now,
        "currency": invoice["currency"],
        "customer": invoice["customer"],
        "description": "Subscription creation" if invoice["parent"] else None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_types": ["card"],
        "payment_record": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": "off_session",
        "shipping": None,
        "source": None,
        "status": "requires_payment_method",
        "_clock": invoice["test_clock"],
        "_invoice": invoice["id"],
    }
    account.save(intent)
    account.save(_payment(invoice, intent, now))
    account.emit("payment_intent.created", intent)
    return intent


def charge(account: Account, invoice: Document, method: str, *, confirmed: bool) -> Attempt:
    """Takes what remains of an invoice from a payment method. `confirmed` says that the person has
    just agreed at the bank's page."""
    intent = intend(account, invoice)
    card = card_of(account, method)
    intent |= {"payment_method": method, "amount": invoice["amount_remaining"]}
    if card.needs_authentication and not confirmed:
        intent |= {
            "status": "requires_action",
            "next_action": {"type": "use_stripe_sdk", "use_stripe_sdk": {}},
        }
        account.emit("payment_intent.requires_action", account.save(intent))
        return Attempt(intent["id"], "authentication_required", "authentication_required", True)
    made = _charge(account, intent)
    intent |= {"latest_charge": made["id"], "next_action": None}
    if card.charge is not None:
        return _failed(account, intent, made, *card.charge)
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "last_payment_error": None,
    }
    account.save(intent)
    account.emit("charge.succeeded", account.save(made))
    account.emit("payment_intent.succeeded", intent)
    _settle(account, invoice, intent["amount"])
    return Attempt(intent["id"])


def stop(account: Account, invoice: Document, reason: str) -> None:
    """Cancels the payment of an invoice: nothing more is taken for it."""
    for each in account.store.payments_of(invoice["id"]):
        if each["status"] == "open":
            now = account.now(invoice)
            each["status"] = "canceled"
            each["status_transitions"]["canceled_at"] = now
            account.save(each)
            intent = account.get("payment_intent", each["payment"]["payment_intent"])
            intent |= {"status": "canceled", "canceled_at": now, "cancellation_reason": reason}
            account.emit("payment_intent.canceled", account.save(intent))


def _settle(account: Account, invoice: Document, amount: int) -> None:
    for each in account.store.payments_of(invoice["id"]):
        if each["status"] == "open":
            before = copy(each)
            each |= {"amount_paid": amount, "amount_requested": amount, "status": "paid"}
            each["status_transitions"]["paid_at"] = account.now(invoice)
            account.emit("invoice_payment.paid", account.save(each), before)


def _failed(account: Account, intent: Document, made: Document, code: str, decline: str) -> Attempt:
    message = MESSAGES[decline]
    made |= {
        "status": "failed",
        "paid": False,
        "captured": False,
        "amount_captured": 0,
        "failure_code": code,
        "failure_message": message,
    }
    account.emit("charge.failed", account.save(made))
    intent |= {
        "status": "requires_payment_method",
        "last_payment_error": {
            "charge": made["id"],
            "code": code,
            "decline_code": decline,
            "message": message,
            "payment_method": account.get("payment_method", intent["payment_method"]),
            "type": "card_error",
        },
        "payment_method": None,
    }
    account.emit("payment_intent.payment_failed", account.save(intent))
    return Attempt(intent["id"], code, decline)


def _payment(invoice: Document, intent: Document, now: int) -> Document:
    return {
        "id": new_id("inpay"),
        "object": "invoice_payment",
        "amount_paid": None,
        "amount_requested": invoice["amount_remaining"],
        "created": now,
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "livemode": False,
        "payment": {
            "charge": None,
            "payment_intent": intent["id"],
            "payment_record": None,
            "type": "payment_intent",
        },
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
        "_clock": invoice["test_clock"],
    }


def _charge(account: Account, intent: Document) -> Document:
    method = account.get("payment_method", intent["payment_method"])
    return {
        "id": new_id("ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"],
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "captured": True,
        "created": account.now(intent),
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "on_behalf_of": None,
        "paid": True,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "receipt_email": None,
        "refunded": False,
        "review": None,
        "source": None,
        "source_transfer": None,
        "status": "succeeded",
        "transfer": None,
        "_clock": intent["_clock"],
    }
