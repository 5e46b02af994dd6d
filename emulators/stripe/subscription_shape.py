"""A new subscription, as a call asks for it."""

from emulators.stripe import form
from emulators.stripe.account import Account, new_id
from emulators.stripe.customers import own_method
from emulators.stripe.failures import invalid
from emulators.stripe.form import Form
from emulators.stripe.periods import DAY
from emulators.stripe.store import Document

_COLLECTIONS = ("charge_automatically", "send_invoice")
# What a new one has not.
_NOTHING_YET = (
    *("application", "application_fee_percent", "billing_cycle_anchor_config"),
    *("billing_thresholds", "canceled_at", "default_source", "ended_at", "latest_invoice"),
    *("next_pending_invoice_item_invoice", "on_behalf_of", "pause_collection"),
    *("pending_invoice_item_interval", "pending_setup_intent", "pending_update", "schedule"),
    "transfer_data",
)
_CANCELLATION = ("comment", "feedback", "feedback_option", "reason")
_OWNER: Document = {"account": None, "type": "self"}


def new(account: Account, params: Form, customer: Document, currency: str, now: int) -> Document:
    """A subscription as a call asks for it, without items."""
    trial = _trial_end(params, now)
    identifier = new_id("sub")
    method = own_method(account, params, "default_payment_method", customer["id"])
    return {
        "id": identifier,
        "object": "subscription",
        **dict.fromkeys(_NOTHING_YET),
        "automatic_tax": _automatic_tax(params),
        "billing_cycle_anchor": now,
        "billing_mode": {
            "flexible": {"proration_discounts": "included"},
            "type": "flexible",
            "updated_at": None,
        },
        "billing_schedules": [],
        "cancel_at": form.number(params, "cancel_at", least=now),
        "cancel_at_period_end": form.truth(params, "cancel_at_period_end"),
        "cancellation_details": dict.fromkeys(_CANCELLATION),
        "collection_method": form.choice(
            params, "collection_method", _COLLECTIONS, _COLLECTIONS[0]
        ),
        "created": now,
        "currency": currency,
        "customer": customer["id"],
        "days_until_due": form.number(params, "days_until_due"),
        "default_payment_method": method,
        "default_tax_rates": [],
        "description": form.text(params, "description"),
        "discounts": [],
        "invoice_settings": {"account_tax_ids": None, "issuer": dict(_OWNER)},
        "items": {
            "object": "list",
            "data": [],
            "has_more": False,
            "url": f"/v1/subscription_items?subscription={identifier}",
        },
        "livemode": False,
        "metadata": form.metadata(params),
        "payment_settings": _payment_settings(params),
        "start_date": now,
        "status": "trialing" if trial else "active",
        "test_clock": customer["test_clock"],
        "trial_end": trial,
        "trial_settings": trial_settings(params),
        "trial_start": now if trial else None,
        "_warned": False,
    }


def trial_settings(params: Form) -> Document:
    """What follows a trial without a payment method."""
    behaviour = form.part(form.part(params, "trial_settings"), "end_behavior")
    among = ("cancel", "create_invoice", "pause")
    missing = form.choice(behaviour, "missing_payment_method", among, "create_invoice")
    return {"end_behavior": {"billing_cycle_anchor": None, "missing_payment_method": missing}}


def _automatic_tax(params: Form) -> Document:
    enabled = form.truth(form.part(params, "automatic_tax"), "enabled")
    liability = dict(_OWNER) if enabled else None
    return {"disabled_reason": None, "enabled": enabled, "liability": liability}


def _payment_settings(params: Form) -> Document:
    settings = form.part(params, "payment_settings")
    name = "save_default_payment_method"
    saved = form.choice(settings, name, ("on_subscription", "off"), "off")
    return {"payment_method_options": None, "payment_method_types": None, name: saved}


def _trial_end(params: Form, now: int) -> int | None:
    days = form.number(params, "trial_period_days", least=1)
    if form.text(params, "trial_end") == "now":
        return None
    until: int | None = form.number(params, "trial_end")
    if until is not None and until <= now:
        raise invalid(
            "Invalid timestamp: must be an integer Unix timestamp in the future.", "trial_end"
        )
    if until is not None and days is not None:
        raise invalid("Pass only one of trial_end and trial_period_days.", "trial_end")
    return now + days * DAY if days else until
