"""The billing portal: what a customer may do there, and its page."""

from html import escape
from typing import Any

from emulators.stripe import changes, customers, form, subscriptions
from emulators.stripe.account import Account, new_id
from emulators.stripe.failures import invalid
from emulators.stripe.form import Form
from emulators.stripe.pages import alert, cards, money, page
from emulators.stripe.periods import HOUR
from emulators.stripe.store import Document
from emulators.stripe.subscription_status import OVER

_FEATURES = (
    *("customer_update", "invoice_history", "payment_method_update", "subscription_cancel"),
    "subscription_update",
)
_CONFIGURED = ("features", "business_profile", "default_return_url", "metadata", "name")


def create_configuration(account: Account, params: Form) -> Document:
    """What the portal offers."""
    form.check(params, _CONFIGURED)
    first = not account.store.all("billing_portal.configuration")
    configuration: Document = {
        "id": new_id("bpc"),
        "object": "billing_portal.configuration",
        "active": True,
        "application": None,
        "business_profile": {
            "headline": None,
            "privacy_policy_url": None,
            "terms_of_service_url": None,
        },
        "created": account.live(),
        "default_return_url": None,
        "features": _features({}),
        "is_default": first,
        "livemode": False,
        "login_page": {"enabled": False, "url": None},
        "metadata": {},
        "name": None,
        "updated": account.live(),
    }
    return update_configuration(account, params, account.save(configuration)["id"])


def update_configuration(account: Account, params: Form, identifier: str) -> Document:
    form.check(params, (*_CONFIGURED, "active"))
    configuration = account.get("billing_portal.configuration", identifier)
    profile = form.part(params, "business_profile")
    form.check(profile, configuration["business_profile"], "business_profile")
    configuration["business_profile"] |= {name: form.text(profile, name) for name in profile}
    if "features" in params:
        configuration["features"] = _features(form.part(params, "features"))
    for name in ("default_return_url", "name"):
        if name in params:
            configuration[name] = form.text(params, name)
    configuration["active"] = form.truth(params, "active", configuration["active"])
    configuration["metadata"] = form.metadata(params, configuration["metadata"])
    configuration["updated"] = account.live()
    return account.save(configuration)


def create_session(account: Account, params: Form) -> Document:
    """A session, whose page is at its `url` for an hour."""
    form.check(params, ("customer", "return_url", "configuration", "locale", "flow_data"))
    customer = account.get("customer", form.needed(params, "customer"), "customer")
    flow = form.part(params, "flow_data")
    configuration = _configuration(account, form.text(params, "configuration"))
    name = new_id("bps")
    session: Document = {
        "id": name,
        "object": "billing_portal.session",
        "configuration": configuration["id"],
        "created": account.now(customer),
        "customer": customer["id"],
        "flow": _flow(flow) if flow else None,
        "livemode": False,
        "locale": form.text(params, "locale"),
        "on_behalf_of": None,
        "return_url": form.text(params, "return_url") or configuration["default_return_url"],
        "url": f"{account.url}/portal/{name}",
        "_until": account.live() + HOUR,
    }
    return account.save(session)


def open_session(account: Account, name: str) -> Document | None:
    """The session of a page, while its hour lasts."""
    session = account.store.find(name)
    if session is None or session["object"] != "billing_portal.session":
        return None
    return session if session["_until"] > account.live() else None


def act(account: Account, session: Document, fields: dict[str, str]) -> str:
    """Does what a button of the page says; returns the message for the person. Raises
    StripeFailure."""
    features = account.get("billing_portal.configuration", session["configuration"])["features"]
    wanted = fields.get("action", "")
    if wanted == "card" and features["payment_method_update"]["enabled"]:
        return _take_card(account, session["customer"], fields.get("card", ""))
    subscription = account.of_customer(
        "subscription", fields.get("subscription", ""), session["customer"], "subscription"
    )
    name = subscription["id"]
    if wanted == "cancel" and features["subscription_cancel"]["enabled"]:
        if features["subscription_cancel"]["mode"] == "immediately":
            subscriptions.cancel(account, {}, name)
            return "Your subscription has ended."
        changes.update(account, {"cancel_at_period_end": "true"}, name)
        return "Your subscription ends with its period."
    if wanted == "keep" and features["subscription_cancel"]["enabled"]:
        changes.update(account, {"cancel_at_period_end": "false"}, name)
        return "Your subscription goes on."
    if wanted == "change" and features["subscription_update"]["enabled"]:
        return _change_plan(account, features["subscription_update"], subscription, fields)
    raise invalid("The portal does not offer this.")


def portal_page(account: Account, session: Document, message: str) -> str:
    """What the customer has, and the forms that change it."""
    configuration = account.get("billing_portal.configuration", session["configuration"])
    features, body = configuration["features"], alert(message)
    for each in account.store.all("subscription", session["customer"]):
        if each["status"] not in OVER:
            body += _shown(account, features, each)
    if features["payment_method_update"]["enabled"]:
        body += _form("card", "", f"<h2>Payment method</h2>{cards('')}", "Use this card")
    if features["invoice_history"]["enabled"]:
        body += _history(account, session["customer"])
    if session["return_url"]:
        body += f'<p><a href="{escape(session["return_url"])}">Return</a></p>'
    return page("Billing", body)


def _take_card(account: Account, customer: str, card: str) -> str:
    method = customers.attach(account, {"customer": customer}, card)["id"]
    change = {"invoice_settings": {"default_payment_method": method}}
    customers.update(account, change, customer)
    for each in account.store.all("subscription", customer):
        if each["status"] not in OVER and each["default_payment_method"]:
            changes.update(account, {"default_payment_method": method}, each["id"])
    return "Your card is saved."


def _change_plan(
    account: Account, offered: Document, subscription: Document, fields: dict[str, str]
) -> str:
    item, price = subscription["items"]["data"][0], fields.get("price", "")
    prices = [each for product in offered["products"] or () for each in product["prices"]]
    change: dict[str, Any] = {"id": item["id"]}
    if price and price != item["price"]["id"]:
        if price not in prices or "price" not in offered["default_allowed_updates"]:
            raise invalid("The portal does not offer this plan.")
        change["price"] = price
    if fields.get("quantity") and "quantity" in offered["default_allowed_updates"]:
        change["quantity"] = fields["quantity"]
    params = {"items": {"0": change}, "proration_behavior": offered["proration_behavior"]}
    changes.update(account, params, subscription["id"])
    return "Your plan is changed."


def _shown(account: Account, features: Document, subscription: Document) -> str:
    item = subscription["items"]["data"][0]
    product = account.get("product", item["price"]["product"])
    body = (
        f"<h2>{escape(product['name'])}</h2><p>Status: {subscription['status']}."
        f" Quantity: {item.get('quantity', '')}.</p>"
    )
    update = features["subscription_update"]
    if update["enabled"]:
        fields = _plans(account, update, item["price"]["id"])
        if "quantity" in update["default_allowed_updates"]:
            fields += (
                '<label>Quantity <input type="number" name="quantity" min="1"'
                f' value="{item.get("quantity", 1)}"></label>'
            )
        body += _form("change", subscription["id"], fields, "Change plan")
    if features["subscription_cancel"]["enabled"]:
        ends = subscription["cancel_at_period_end"]
        button = "Keep subscription" if ends else "Cancel subscription"
        body += _form("keep" if ends else "cancel", subscription["id"], "", button)
    return body


def _plans(account: Account, update: Document, now: str) -> str:
    options = ""
    for offered in update["products"] or ():
        name = account.get("product", offered["product"])["name"]
        for each in offered["prices"]:
            price = account.get("price", each)
            amount = money(price["unit_amount"] or 0, price["currency"])
            chosen = " selected" if each == now else ""
            options += (
                f'<option value="{each}"{chosen}>{escape(name)}, {amount} /'
                f" {price['recurring']['interval']}</option>"
            )
    return f'<label>Plan <select name="price">{options}</select></label>'


def _history(account: Account, customer: str) -> str:
    rows = "".join(
        f"<tr><td>{each['number'] or ''}</td><td>{money(each['total'], each['currency'])}</td>"
        f"<td>{each['status']}</td></tr>"
        for each in reversed(account.store.all("invoice", customer))
        if each["status"] != "draft"
    )
    head = "<tr><th>Invoice</th><th>Total</th><th>Status</th></tr>"
    return f"<h2>Invoices</h2><table><thead>{head}</thead><tbody>{rows}</tbody></table>"


def _form(action: str, subscription: str, fields: str, button: str) -> str:
    return (
        f'<form method="post"><input type="hidden" name="action" value="{action}">'
        f'<input type="hidden" name="subscription" value="{subscription}">'
        f'{fields}<p><button type="submit">{button}</button></p></form>'
    )


def _configuration(account: Account, name: str | None) -> Document:
    if name is not None:
        return account.get("billing_portal.configuration", name, "configuration")
    known = [
        each for each in account.store.all("billing_portal.configuration") if each["is_default"]
    ]
    return known[0] if known else create_configuration(account, {})


def _flow(params: Form) -> Document:
    kinds = ("payment_method_update", "subscription_cancel", "subscription_update")
    kind = form.choice(params, "type", kinds)
    named = form.part(params, kind) if kind else {}
    return {
        "after_completion": {
            "hosted_confirmation": None,
            "redirect": None,
            "type": "portal_homepage",
        },
        "subscription_cancel": _named(named, kind == "subscription_cancel"),
        "subscription_update": _named(named, kind == "subscription_update"),
        "subscription_update_confirm": None,
        "type": kind,
    }


def _named(params: Form, wanted: bool) -> Document | None:
    return {"subscription": form.needed(params, "subscription")} if wanted else None


def _features(params: Form) -> Document:
    form.check(params, _FEATURES, "features")
    on = {name: form.truth(form.part(params, name), "enabled", not params) for name in _FEATURES}
    cancel = form.part(params, "subscription_cancel")
    update = form.part(params, "subscription_update")
    prorations = subscriptions.PRORATIONS
    products = [
        {
            "adjustable_quantity": {"enabled": True, "maximum": None, "minimum": 1},
            "prices": form.rows(each, "prices"),
            "product": form.needed(each, "product"),
        }
        for each in form.rows(update, "products")
    ]
    return {
        "customer_update": {"allowed_updates": [], "enabled": on["customer_update"]},
        "invoice_history": {"enabled": on["invoice_history"]},
        "payment_method_update": {
            "enabled": on["payment_method_update"],
            "payment_method_configuration": None,
        },
        "subscription_cancel": {
            "cancellation_reason": {"enabled": False, "options": []},
            "enabled": on["subscription_cancel"],
            "mode": form.choice(cancel, "mode", ("at_period_end", "immediately"), "at_period_end"),
            "proration_behavior": form.choice(cancel, "proration_behavior", prorations, "none"),
        },
        "subscription_pause": {
            "duration": {"interval_options": [], "type": "indefinite"},
            "enabled": False,
        },
        "subscription_update": {
            "billing_cycle_anchor": None,
            "default_allowed_updates": form.rows(update, "default_allowed_updates"),
            "enabled": on["subscription_update"] and bool(products),
            "products": products,
            "proration_behavior": form.choice(update, "proration_behavior", prorations, "none"),
            "schedule_at_period_end": {"conditions": []},
            "trial_update_behavior": "end_trial",
        },
    }
