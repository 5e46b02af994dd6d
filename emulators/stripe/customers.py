"""Customers, what they owe or are owed, and how they pay."""

from typing import Any

from emulators.stripe import form
from emulators.stripe.account import Account, copy, new_id
from emulators.stripe.cards import CARDS, MESSAGES, Card
from emulators.stripe.failures import absent, declined, invalid
from emulators.stripe.form import Form
from emulators.stripe.lists import paged
from emulators.stripe.store import Document

_FIELDS = ("name", "email", "description", "phone")
_ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")
_ALLOWED = (
    *_FIELDS,
    "metadata",
    "address",
    "invoice_settings",
    "balance",
    "tax_exempt",
    "preferred_locales",
)
_EXEMPT = ("none", "exempt", "reverse")


def create(account: Account, params: Form) -> Document:
    """A customer, on a test clock where one is named."""
    form.check(params, (*_ALLOWED, "test_clock", "payment_method"))
    clock = form.text(params, "test_clock")
    if clock is not None:
        account.get("test_helpers.test_clock", clock, "test_clock")
    customer: Document = {
        "id": new_id("cus", 14),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": account.now(clock),
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "email": None,
        "invoice_prefix": new_id("", 8).lstrip("_").upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": clock,
    }
    account.save(customer)
    if method := form.text(params, "payment_method"):
        attach(account, {"customer": customer["id"]}, method)
    _apply(account, customer, params)
    account.emit("customer.created", account.save(customer))
    return customer


def update(account: Account, params: Form, identifier: str) -> Document:
    form.check(params, _ALLOWED)
    customer = account.get("customer", identifier)
    before = copy(customer)
    _apply(account, customer, params)
    account.emit("customer.updated", account.save(customer), before)
    return customer


def adjust(
    account: Account, customer: Document, amount: int, kind: str, **of: str | None
) -> Document:
    """Changes what a customer owes (above 0) or is owed (below 0). Keeps why."""
    customer["balance"] += amount
    customer["currency"] = customer["currency"] or "usd"
    account.save(customer)
    return account.save(
        {
            "id": new_id("cbtxn"),
            "object": "customer_balance_transaction",
            "amount": amount,
            "checkout_session": None,
            "created": account.now(customer),
            "credit_note": of.get("credit_note"),
            "currency": customer["currency"],
            "customer": customer["id"],
            "description": of.get("description"),
            "ending_balance": customer["balance"],
            "invoice": of.get("invoice"),
            "livemode": False,
            "metadata": {},
            "type": kind,
            "_clock": customer["test_clock"],
        }
    )


def create_adjustment(account: Account, params: Form, identifier: str) -> Document:
    form.check(params, ("amount", "currency", "description", "metadata"))
    customer = account.get("customer", identifier)
    amount, currency = form.number(params, "amount", least=None), form.needed(params, "currency")
    if amount is None:
        raise invalid("Missing required param: amount.", "amount", "parameter_missing")
    if customer["currency"] not in (None, currency):
        raise invalid("The customer's balance is in another currency.", "currency")
    customer["currency"] = currency
    made = adjust(
        account, customer, amount, "adjustment", description=form.text(params, "description")
    )
    made["metadata"] = form.metadata(params)
    return account.save(made)


def adjustments(account: Account, params: Form, identifier: str) -> Document:
    """What changed a customer's balance, the newest first."""
    form.check(params, ("limit", "starting_after", "ending_before"))
    account.get("customer", identifier)
    transactions = account.store.all("customer_balance_transaction", identifier)
    return paged(params, transactions[::-1], f"/v1/customers/{identifier}/balance_transactions")


def attach(account: Account, params: Form, identifier: str) -> Document:
    """A payment method of the customer: one that was made, or a copy of one of Stripe's for tests.
    Raises StripeFailure where its bank declines it."""
    form.check(params, ("customer",))
    customer = account.get("customer", form.needed(params, "customer"), "customer")
    known = identifier in CARDS
    method = _method(account, identifier) if known else account.get("payment_method", identifier)
    if method["customer"] not in (None, customer["id"]):
        raise invalid("The payment method you provided has already been attached to a customer.")
    card = CARDS[method["_card"]]
    if card.attach is not None:
        code, decline = card.attach
        raise declined(MESSAGES[decline], decline, code)
    method |= {"customer": customer["id"], "_clock": customer["test_clock"]}
    account.emit("payment_method.attached", account.save(method))
    return method


def create_method(account: Account, params: Form) -> Document:
    """Takes one of Stripe's cards for tests by its token; numbers of cards are refused."""
    form.check(params, ("type", "card", "billing_details", "metadata", "allow_redisplay"))
    form.choice(params, "type", ("card",), "card")
    card = form.part(params, "card")
    if "number" in card:
        raise invalid(
            "Sending card numbers is refused here: use tokens like tok_visa.", "card[number]"
        )
    form.check(card, ("token",), "card")
    name = form.needed(card, "token").replace("tok_", "pm_card_", 1)
    method = _method(account, name)
    method["metadata"] = form.metadata(params)
    return account.save(method)


def detach(account: Account, params: Form, identifier: str) -> Document:
    """Detaches a payment method, which pays nothing from then on."""
    form.check(params, ())
    method = account.get("payment_method", identifier)
    if method["customer"] is None:
        raise invalid("The payment method you provided is not attached to a customer.")
    customer = account.get("customer", method["customer"])
    if customer["invoice_settings"]["default_payment_method"] == identifier:
        customer["invoice_settings"]["default_payment_method"] = None
        account.save(customer)
    method["customer"] = None
    account.emit("payment_method.detached", account.save(method))
    return method


def card_of(account: Account, method: str) -> Card:
    """What a payment method does when it is charged."""
    return CARDS[account.get("payment_method", method)["_card"]]


def _method(account: Account, name: str) -> Document:
    if name not in CARDS:
        raise absent("payment_method", name)
    card, now = CARDS[name], account.live()
    return account.save(
        {
            "id": new_id("pm"),
            "object": "payment_method",
            "allow_redisplay": "unspecified",
            "billing_details": {
                "address": dict.fromkeys(_ADDRESS),
                "email": None,
                "name": None,
                "phone": None,
                "tax_id": None,
            },
            "card": {
                "brand": card.brand,
                "checks": {
                    "address_line1_check": None,
                    "address_postal_code_check": None,
                    "cvc_check": "pass",
                },
                "country": "US",
                "display_brand": card.brand,
                "exp_month": 12,
                "exp_year": 2099,
                "fingerprint": f"fingerprint{card.last4}",
                "funding": "credit",
                "generated_from": None,
                "last4": card.last4,
                "networks": {"available": [card.brand], "preferred": None},
                "regulated_status": "unregulated",
                "three_d_secure_usage": {"supported": True},
                "wallet": None,
            },
            "created": now,
            "customer": None,
            "livemode": False,
            "metadata": {},
            "type": "card",
            "_card": name,
        }
    )


def _apply(account: Account, customer: Document, params: Form) -> None:
    for name in _FIELDS:
        if name in params:
            customer[name] = form.text(params, name)
    customer["metadata"] = form.metadata(params, customer["metadata"])
    customer["tax_exempt"] = form.choice(params, "tax_exempt", _EXEMPT, customer["tax_exempt"])
    if "address" in params:
        address = form.part(params, "address")
        form.check(address, _ADDRESS, "address")
        customer["address"] = {name: form.text(address, name) for name in _ADDRESS}
    if "preferred_locales" in params:
        customer["preferred_locales"] = form.rows(params, "preferred_locales")
    settings = form.part(params, "invoice_settings")
    form.check(settings, ("default_payment_method", "footer"), "invoice_settings")
    if "default_payment_method" in settings:
        customer["invoice_settings"]["default_payment_method"] = own_method(
            account, settings, "default_payment_method", customer["id"]
        )
    balance = form.number(params, "balance", least=None)
    if balance is not None and balance != customer["balance"]:
        adjust(account, customer, balance - customer["balance"], "adjustment")


def own_method(account: Account, params: Form, name: str, customer: str) -> Any:
    """A payment method that must be attached to the customer, or None."""
    method = form.text(params, name)
    if method is None:
        return None
    payment_method = account.get("payment_method", method, name)
    if payment_method["customer"] != customer:
        raise invalid(
            "The customer does not have a payment method with the ID"
            f" {method}. The payment method must be attached to the customer.",
            name,
            "resource_missing",
        )
    return payment_method["id"]
