"""An object as the API answers it: without private fields, with the expanded ones."""

from collections.abc import Callable, Iterable
from typing import Any

from emulators.stripe.failures import invalid
from emulators.stripe.store import Document, Store

DEEPEST = 4
# The lines of an invoice that an answer holds; the others are read by their own list.
FIRST_LINES = 10


def rendered(store: Store, document: Document, expand: Iterable[str] = ()) -> Document:
    """The object as the API shows it. Raises StripeFailure for what cannot be expanded."""
    answer = _rendered(store, document)
    for path in expand:
        parts = path.split(".")
        if len(parts) > DEEPEST:
            raise invalid(f"You cannot expand more than {DEEPEST} levels of a property", "expand")
        _expand(store, answer, parts, path)
    return answer


def list_of(data: list[Any], url: str, *, has_more: bool = False) -> Document:
    """A list as Stripe answers it."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def _rendered(store: Store, document: Document) -> Document:
    answer: Document = _public(document)
    if document["object"] == "invoice" and not document.get("deleted"):
        lines = answer["lines"]["data"]
        url = f"/v1/invoices/{document['id']}/lines"
        more = len(lines) > FIRST_LINES
        answer["lines"] = list_of(lines[:FIRST_LINES], url, has_more=more)
    if document["object"] == "event":
        answer["pending_webhooks"] = len(store.owed(document["id"]))
    return answer


def _public(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _public(each) for key, each in value.items() if not key.startswith("_")}
    return [_public(each) for each in value] if isinstance(value, list) else value


def _expand(store: Store, place: Any, parts: list[str], path: str) -> None:
    if isinstance(place, list):
        for each in place:
            _expand(store, each, parts, path)
        return
    name, *rest = parts
    if name not in place and (include := _INCLUDED.get((place.get("object"), name))):
        place[name] = include(store, place)
    if name not in place:
        raise invalid(f"This property cannot be expanded ({path}).", "expand")
    value = place[name]
    if isinstance(value, str):
        place[name] = value = _expanded(store, value, path)
    if isinstance(value, list):
        place[name] = value = [
            _expanded(store, each, path) if isinstance(each, str) else each for each in value
        ]
    if rest and value is not None:
        if not isinstance(value, dict | list):
            raise invalid(f"This property cannot be expanded ({path}).", "expand")
        _expand(store, value, rest, path)


def _expanded(store: Store, identifier: str, path: str) -> Document:
    document = store.find(identifier)
    if document is None:
        raise invalid(f"This property cannot be expanded ({path}).", "expand")
    return _rendered(store, document)


def _payments(store: Store, invoice: Document) -> Document:
    payments = store.payments_of(invoice["id"])
    return list_of([_rendered(store, each) for each in payments], "/v1/invoice_payments")


def _secret(store: Store, invoice: Document) -> Document | None:
    for payment in _payments(store, invoice)["data"]:
        intent = store.find(payment["payment"]["payment_intent"]) or {}
        if intent.get("status") in (
            "requires_payment_method",
            "requires_action",
            "requires_confirmation",
        ):
            return {"client_secret": intent["client_secret"], "type": "payment_intent"}
    return None


def _subscriptions(store: Store, customer: Document) -> Document:
    subscriptions = [
        each
        for each in store.all("subscription", customer["id"])
        if each["status"] not in ("canceled", "incomplete_expired")
    ]
    return list_of(
        [_rendered(store, each) for each in subscriptions],
        f"/v1/customers/{customer['id']}/subscriptions",
    )


def _tiers(store: Store, price: Document) -> Any:
    return (store.find(price["id"]) or {}).get("_tiers")


def _line_items(store: Store, session: Document) -> Document:
    items = (store.find(session["id"]) or {}).get("_line_items", [])
    return list_of(_public(items), f"/v1/checkout/sessions/{session['id']}/line_items")


def _refunds(store: Store, charge: Document) -> Document:
    refunds = [each for each in store.all("refund") if each["charge"] == charge["id"]]
    return list_of(
        [_rendered(store, each) for each in refunds], f"/v1/charges/{charge['id']}/refunds"
    )


# What an object has only where it is asked for.
_INCLUDED: dict[tuple[Any, str], Callable[[Store, Document], Any]] = {
    ("invoice", "payments"): _payments,
    ("invoice", "confirmation_secret"): _secret,
    ("customer", "subscriptions"): _subscriptions,
    ("price", "tiers"): _tiers,
    ("checkout.session", "line_items"): _line_items,
    ("charge", "refunds"): _refunds,
}
