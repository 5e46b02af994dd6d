"""A new subscription, as a call asks for it."""

from emulators.stripe import form
from emulators.stripe.account import Account, new_id
from emulators.stripe.customers import own_method
from emulators.stripe.failures import invalid
from emulators.stripe.form import Form
from emulators.stripe.periods import DAY
from emulators.stripe.store import Document

_COLLECTIONS = ("charge_automatically", "send_invoice")


def new(account: Account, asked: Form, customer: Document, currency: str, now: int) -> Document:
    """A subscription as a call asks for it, without items."""
    trial = _trial_end(asked, now)
    identifier = new_id("sub")
    collection = form.choice(asked, "collection_method", _COLLECTIONS, _COLLECTIONS[0])
    tax = form.truth(form.part(asked, "automatic_tax"), "enabled")
    owner = {"account": None, "type": "self"}
    return {
        "id": identifier,
        "object": "subscription",
        "application": None,
        "application_fee_percent": None,
        "automatic_tax": {
            "disabled_reason": None,
            "enabled": tax,
            "liability": dict(owner) if tax else None,
        },
        "billing_cycle_anchor": now,
        "billing_cycle_anchor_config": None,
        "billing_mode": {
            "flexible": {"proration_discounts": "included"},
            "type": "flexible",
            "updated_at": None,
        },
        "billing_schedules": [],
        "billing_thresholds": None,
        "cancel_at": form.number(asked, "cancel_at", least=now),
        "cancel_at_period_end": form.truth(asked, "cancel_at_period_end"),
        "canceled_at": None,
        "cancellation_details": {
            "comment": None,
            "feedback": None,
            "feedback_option": None,
            "reason": None,
        },
        "collection_method": collection,
        "created": now,
        "currency": currency,
        "customer": customer["id"],
        "days_until_due": form.number(asked, "days_until_due"),
        "default_payment_method": own_method(
            account, asked, "default_payment_method", customer["id"]
        ),
        "default_source": None,
        "default_tax_rates": [],
        "description": form.text(asked, "description"),
        "discounts": [],
        "ended_at": None,
        "invoice_settings": {"account_tax_ids": None, "issuer": dict(owner)},
        "items": {
            "object": "list",
            "data": [],
            "has_more": False,
            "url": f"/v1/subscription_items?subscription={identifier}",
        },
        "latest_invoice": None,
        "livemode": False,
        "metadata": form.metadata(asked),
        "next_pending_invoice_item_invoice": None,
        "on_behalf_of": None,
        "pause_collection": None,
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": form.choice(
                form.part(asked, "payment_settings"),
                "save_default_payment_method",
                ("on_subscription", "off"),
                "off",
            ),
        },
        "pending_invoice_item_interval": None,
        "pending_setup_intent": None,
        "pending_update": None,
        "schedule": None,
        "start_date": now,
        "status": "trialing" if trial else "active",
        "test_clock": customer["test_clock"],
        "transfer_data": None,
        "trial_end": trial,
        "trial_settings": trial_settings(asked),
        "trial_start": now if trial else None,
        "_warned": False,
    }


def trial_settings(asked: Form) -> Document:
    """What follows a trial without a payment method."""
    behaviour = form.part(form.part(asked, "trial_settings"), "end_behavior")
    among = ("cancel", "create_invoice", "pause")
    found = form.choice(behaviour, "missing_payment_method", among, "create_invoice")
    return {"end_behavior": {"billing_cycle_anchor": None, "missing_payment_method": found}}


def _trial_end(asked: Form, now: int) -> int | None:
    days = form.number(asked, "trial_period_days", least=1)
    if form.text(asked, "trial_end") == "now":
        return None
    until: int | None = form.number(asked, "trial_end")
    if until is not None and until <= now:
        raise invalid(
            "Invalid timestamp: must be an integer Unix timestamp in the future.", "trial_end"
        )
    if until is not None and days is not None:
        raise invalid("Pass only one of trial_end and trial_period_days.", "trial_end")
    return now + days * DAY if days else until
