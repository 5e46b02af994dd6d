"""The parts of a checkout session that are always the same, and the intent of one that saves a
card."""

from emulators.stripe.account import Account, new_id
from emulators.stripe.store import Document


def constant() -> Document:
    """The fields of a new session that nobody chooses."""
    return {
        "object": "checkout.session",
        "after_expiration": None,
        "billing_address_collection": None,
        "client_secret": None,
        "consent": None,
        "consent_collection": None,
        "custom_fields": [],
        "custom_text": {
            "after_submit": None,
            "shipping_address": None,
            "submit": None,
            "terms_of_service_acceptance": None,
        },
        "customer_details": None,
        "invoice": None,
        "invoice_creation": None,
        "livemode": False,
        "locale": None,
        "origin_context": None,
        "payment_intent": None,
        "payment_link": None,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "redirect_on_completion": None,
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": None,
        "subscription": None,
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
    }


def set_up(account: Account, customer: Document, method: str) -> Document:
    """The intent with which a card was saved."""
    name = new_id("seti")
    intent = {
        "id": name,
        "object": "setup_intent",
        "application": None,
        "cancellation_reason": None,
        "client_secret": f"{name}_secret_{new_id('', 24).lstrip('_')}",
        "created": account.now(customer),
        "customer": customer["id"],
        "description": None,
        "lastset_up_error": None,
        "latest_attempt": None,
        "livemode": False,
        "mandate": None,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": method,
        "payment_method_types": ["card"],
        "single_use_mandate": None,
        "status": "succeeded",
        "usage": "off_session",
        "_clock": customer["test_clock"],
    }
    account.emit("setup_intent.succeeded", account.save(intent))
    return intent
