"""Checkout: a session, which a person completes or leaves on the hosted page."""

from typing import Any

from emulators.stripe import customers, form, subscriptions
from emulators.stripe.account import Account, new_id
from emulators.stripe.amounts import price_of
from emulators.stripe.cards import CARDS
from emulators.stripe.discounts import redeemable
from emulators.stripe.failures import StripeFailure, invalid, missing
from emulators.stripe.form import Form
from emulators.stripe.invoices import attempt
from emulators.stripe.periods import DAY, HOUR
from emulators.stripe.session_shape import constant, set_up
from emulators.stripe.store import Document

MODES = ("subscription", "setup")
_CREATE = (
    "mode",
    "customer",
    "customer_email",
    "client_reference_id",
    "line_items",
    "success_url",
    "cancel_url",
    "subscription_data",
    "metadata",
    "allow_promotion_codes",
    "discounts",
    "payment_method_collection",
    "payment_method_types",
    "automatic_tax",
    "expires_at",
    "currency",
    "billing_address_collection",
    "customer_update",
    "locale",
    "ui_mode",
    "tax_id_collection",
)
_SUBSCRIPTION = (
    "metadata",
    "trial_period_days",
    "trial_end",
    "trial_settings",
    "description",
    "billing_cycle_anchor",
    "proration_behavior",
)


def create(account: Account, params: Form) -> Document:
    """An open session, whose page is at its `url` for a day."""
    form.check(params, _CREATE)
    mode = form.choice(params, "mode", MODES)
    if mode is None:
        raise missing("mode")
    form.choice(params, "ui_mode", ("hosted_page", "hosted"), "hosted_page")
    customer = form.text(params, "customer")
    clock = account.get("customer", customer, "customer")["test_clock"] if customer else None
    now = account.now(clock)
    items = [_item(account, each) for each in form.rows(params, "line_items")]
    if mode == "subscription" and not items:
        raise missing("line_items")
    data = form.part(params, "subscription_data")
    form.check(data, _SUBSCRIPTION, "subscription_data")
    total = 0 if _has_trial(data) else sum(each["amount_total"] for each in items)
    name = new_id("cs_test", 40)
    session: Document = {
        **constant(),
        "id": name,
        "allow_promotion_codes": form.truth(params, "allow_promotion_codes") or None,
        "amount_subtotal": total if items else None,
        "amount_total": total if items else None,
        "automatic_tax": _tax(params),
        "cancel_url": form.text(params, "cancel_url"),
        "client_reference_id": form.text(params, "client_reference_id"),
        "created": now,
        "currency": items[0]["currency"] if items else form.text(params, "currency"),
        "customer": customer,
        "customer_creation": None if customer else "always",
        "customer_email": form.text(params, "customer_email"),
        "discounts": [
            {
                "coupon": form.text(each, "coupon"),
                "promotion_code": form.text(each, "promotion_code"),
            }
            for each in form.rows(params, "discounts")
        ],
        "expires_at": _expiry(params, now),
        "metadata": form.metadata(params),
        "mode": mode,
        "payment_method_collection": form.choice(
            params, "payment_method_collection", ("always", "if_required"), "always"
        ),
        "success_url": form.needed(params, "success_url"),
        "url": f"{account.url}/checkout/{name}",
        "_clock": clock,
        "_line_items": items,
        "_data": data,
    }
    return account.save(session)


def update(account: Account, params: Form, identifier: str) -> Document:
    form.check(params, ("metadata",))
    session = account.get("checkout.session", identifier)
    session["metadata"] = form.metadata(params, session["metadata"])
    return account.save(session)


def close(account: Account, params: Form, identifier: str) -> Document:
    """Expires an open session at once: nobody can complete it any more."""
    form.check(params, ())
    session = account.get("checkout.session", identifier)
    if session["status"] != "open":
        raise invalid(
            f'Only Checkout Sessions with a status in ["open"] can be expired. This one'
            f" is {session['status']}.",
            "session",
        )
    expire(account, session)
    return session


def expire(account: Account, session: Document) -> None:
    """Expires a session whose time is over."""
    session |= {"status": "expired", "url": None}
    account.emit("checkout.session.expired", account.save(session))


def complete(
    account: Account, session: Document, card: str, email: str, code: str, *, confirmed: bool
) -> Document:
    """What the page's button does. Raises StripeFailure, after which the session is still open and
    nothing of it happened."""
    if session["status"] != "open":
        raise invalid("This page has expired: go back and begin again.")
    customer = _customer(account, session, email)
    method = customers.attach(account, {"customer": customer["id"]}, card)["id"]
    customer = account.get("customer", customer["id"])
    customer["invoice_settings"]["default_payment_method"] = method
    account.save(customer)
    if session["mode"] == "subscription":
        _subscribe(account, session, customer, method, code, confirmed)
    else:
        session["setup_intent"] = set_up(account, customer, method)["id"]
        session["payment_status"] = "no_payment_required"
    session |= {
        "customer": customer["id"],
        "customer_details": {
            "address": customer["address"],
            "business_name": None,
            "email": customer["email"],
            "individual_name": None,
            "name": customer["name"],
            "phone": customer["phone"],
            "tax_exempt": customer["tax_exempt"],
            "tax_ids": [],
        },
        "status": "complete",
        "url": None,
    }
    account.emit("checkout.session.completed", account.save(session))
    return session


def needs_authentication(card: str) -> bool:
    """Whether the bank of that card asks the person first."""
    return card in CARDS and CARDS[card].needs_authentication


def _customer(account: Account, session: Document, email: str) -> Document:
    if session["customer"]:
        return account.get("customer", session["customer"])
    address = session["customer_email"] or email.strip()
    if "@" not in address:
        raise invalid("Enter your email address.", "email")
    return customers.create(account, {"email": address})


def _subscribe(
    account: Account, session: Document, customer: Document, method: str, code: str, confirmed: bool
) -> None:
    discounts: list[dict[str, str]] = [
        {key: each for key, each in given.items() if each} for given in session["discounts"]
    ]
    if code:
        if not session["allow_promotion_codes"]:
            raise invalid("This session takes no promotion codes.", "promotion_code")
        discounts = [{"promotion_code": redeemable(account, code, customer)["id"]}]
    params = session["_data"] | {
        "customer": customer["id"],
        "default_payment_method": method,
        "payment_behavior": "default_incomplete",
        "items": _indexed(
            {"price": each["price"]["id"], "quantity": str(each["quantity"])}
            | ({} if each["price"]["recurring"]["usage_type"] == "licensed" else {"quantity": ""})
            for each in session["_line_items"]
        ),
        "discounts": _indexed(discounts),
        "automatic_tax": {"enabled": str(session["automatic_tax"]["enabled"]).lower()},
    }
    subscription = subscriptions.create(account, params)
    invoice = account.get("invoice", subscription["latest_invoice"])
    if invoice["status"] == "open":
        made = attempt(account, invoice, method, confirmed=confirmed)
        subscriptions.check_paid(made)
    off = sum(each["amount"] for each in invoice["total_discount_amounts"])
    session |= {
        "subscription": subscription["id"],
        "invoice": invoice["id"],
        "amount_subtotal": invoice["subtotal"],
        "amount_total": invoice["total"],
        "payment_status": "paid" if invoice["total"] else "no_payment_required",
        "total_details": {"amount_discount": off, "amount_shipping": 0, "amount_tax": 0},
    }


def _item(account: Account, params: Form) -> Document:
    form.check(params, ("price", "quantity", "adjustable_quantity"), "line_items")
    price = account.get("price", form.needed(params, "price"), "line_items[0][price]")
    if price["recurring"] is None:
        raise invalid(
            "Give recurring prices: other ones are not served here.", "line_items[0][price]"
        )
    metered = price["recurring"]["usage_type"] == "metered"
    quantity = form.number(params, "quantity", None if metered else 1, least=1)
    amount = 0 if metered else price_of(price, quantity)
    product = account.get("product", price["product"])
    return {
        "id": new_id("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"],
        "description": product["name"],
        "metadata": {},
        "price": price,
        "quantity": quantity,
        "adjustable_quantity": None,
    }


def _expiry(params: Form, now: int) -> int:
    until: Any = form.number(params, "expires_at", now + DAY)
    if not now + HOUR / 2 <= until <= now + DAY:
        raise StripeFailure(
            400,
            "The `expires_at` timestamp must be between 30 minutes and 24"
            " hours from Checkout Session creation.",
            param="expires_at",
        )
    return int(until)


def _has_trial(data: Form) -> bool:
    return bool(data.get("trial_period_days") or data.get("trial_end"))


def _indexed(each: Any) -> dict[str, Any]:
    return {str(place): value for place, value in enumerate(each)}


def _tax(params: Form) -> Document:
    enabled = form.truth(form.part(params, "automatic_tax"), "enabled")
    return {
        "enabled": enabled,
        "liability": {"account": None, "type": "self"} if enabled else None,
        "provider": "stripe" if enabled else None,
        "status": "complete" if enabled else None,
    }
