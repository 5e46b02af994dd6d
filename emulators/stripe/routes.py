"""Which call does what: the method and path of each, as Stripe has them."""

import re
from collections.abc import Callable
from typing import Any

from emulators.stripe import (
    catalog,
    changes,
    checkout,
    clocks,
    coupons,
    customers,
    events,
    form,
    invoice_calls,
    invoice_items,
    notes,
    portal,
    previews,
    subscriptions,
)
from emulators.stripe.account import Account
from emulators.stripe.form import Form
from emulators.stripe.lists import listing
from emulators.stripe.store import Document

Handler = Callable[..., Document]


def reading(kind: str) -> Handler:
    """Reads one object of a kind, which takes no parameter but `expand`."""

    def read(account: Account, params: Form, identifier: str) -> Document:
        form.check(params, ())
        return account.get(kind, identifier)

    return read


_ROUTES: list[tuple[str, str, Handler]] = [
    ("POST", "products", catalog.create_product),
    ("POST", "products/{}", catalog.update_product),
    ("GET", "products/{}", reading("product")),
    ("GET", "products", listing("product", "active")),
    ("POST", "prices", catalog.create_price),
    ("POST", "prices/{}", catalog.update_price),
    ("GET", "prices/{}", reading("price")),
    ("GET", "prices", listing("price", "active", "product", "lookup_keys", "type", "currency")),
    ("POST", "coupons", coupons.create_coupon),
    ("GET", "coupons/{}", reading("coupon")),
    ("DELETE", "coupons/{}", coupons.delete_coupon),
    ("GET", "coupons", listing("coupon")),
    ("POST", "promotion_codes", coupons.create_promotion_code),
    ("POST", "promotion_codes/{}", coupons.update_promotion_code),
    ("GET", "promotion_codes/{}", reading("promotion_code")),
    ("GET", "promotion_codes", listing("promotion_code", "active", "code", "customer")),
    ("POST", "customers", customers.create),
    ("POST", "customers/{}", customers.update),
    ("GET", "customers/{}", reading("customer")),
    ("GET", "customers", listing("customer", "email", "test_clock")),
    ("POST", "payment_methods", customers.create_method),
    ("GET", "payment_methods/{}", reading("payment_method")),
    ("POST", "payment_methods/{}/attach", customers.attach),
    ("POST", "payment_methods/{}/detach", customers.detach),
    ("GET", "payment_methods", listing("payment_method", "customer", "type")),
    ("POST", "subscriptions", subscriptions.create),
    ("POST", "subscriptions/{}", changes.update),
    ("GET", "subscriptions/{}", reading("subscription")),
    ("DELETE", "subscriptions/{}", subscriptions.cancel),
    ("POST", "subscriptions/{}/resume", subscriptions.resume),
    (
        "GET",
        "subscriptions",
        listing("subscription", "customer", "status", "price", "test_clock", "collection_method"),
    ),
    ("POST", "invoices", invoice_calls.create),
    ("POST", "invoices/create_preview", previews.create),
    ("POST", "invoices/{}", invoice_calls.update),
    ("GET", "invoices/{}", reading("invoice")),
    ("DELETE", "invoices/{}", invoice_calls.delete),
    ("POST", "invoices/{}/finalize", invoice_calls.finalize),
    ("POST", "invoices/{}/pay", invoice_calls.pay),
    ("POST", "invoices/{}/send", invoice_calls.send),
    ("POST", "invoices/{}/void", invoice_calls.void),
    ("POST", "invoices/{}/mark_uncollectible", invoice_calls.forgive),
    ("GET", "invoices/{}/lines", invoice_calls.lines),
    ("POST", "invoices/{}/lines/{}", invoice_calls.update_line),
    ("POST", "invoices/{}/add_lines", invoice_calls.add_lines),
    ("POST", "invoiceitems", invoice_items.create),
    ("POST", "invoiceitems/{}", invoice_items.update),
    ("GET", "invoiceitems/{}", reading("invoiceitem")),
    ("DELETE", "invoiceitems/{}", invoice_items.delete),
    ("GET", "invoiceitems", listing("invoiceitem", "customer", "invoice")),
    ("GET", "invoice_payments/{}", reading("invoice_payment")),
    ("GET", "invoice_payments", listing("invoice_payment", "invoice", "status")),
    ("POST", "customers/{}/balance_transactions", customers.create_adjustment),
    ("GET", "customers/{}/balance_transactions", customers.adjustments),
    (
        "GET",
        "invoices",
        listing("invoice", "customer", "status", "subscription", "collection_method"),
    ),
    ("GET", "payment_intents/{}", reading("payment_intent")),
    ("GET", "payment_intents", listing("payment_intent", "customer")),
    ("GET", "charges/{}", reading("charge")),
    ("GET", "charges", listing("charge", "customer", "payment_intent")),
    ("POST", "checkout/sessions", checkout.create),
    ("POST", "checkout/sessions/{}", checkout.update),
    ("GET", "checkout/sessions/{}", reading("checkout.session")),
    ("POST", "checkout/sessions/{}/expire", checkout.close),
    (
        "GET",
        "checkout/sessions",
        listing("checkout.session", "customer", "status", "subscription"),
    ),
    ("POST", "billing_portal/configurations", portal.create_configuration),
    ("POST", "billing_portal/configurations/{}", portal.update_configuration),
    ("GET", "billing_portal/configurations/{}", reading("billing_portal.configuration")),
    (
        "GET",
        "billing_portal/configurations",
        listing("billing_portal.configuration", "active", "is_default"),
    ),
    ("POST", "billing_portal/sessions", portal.create_session),
    ("POST", "refunds", notes.create_refund),
    ("GET", "refunds/{}", reading("refund")),
    ("GET", "refunds", listing("refund", "charge", "payment_intent")),
    ("POST", "credit_notes", notes.create_note),
    ("GET", "credit_notes/{}", reading("credit_note")),
    ("POST", "credit_notes/{}/void", notes.void_note),
    ("GET", "credit_notes", listing("credit_note", "invoice", "customer")),
    ("POST", "test_helpers/test_clocks", clocks.create),
    ("GET", "test_helpers/test_clocks/{}", reading(clocks.KIND)),
    ("GET", "test_helpers/test_clocks", listing(clocks.KIND)),
    ("DELETE", "test_helpers/test_clocks/{}", clocks.delete),
    ("POST", "test_helpers/test_clocks/{}/advance", clocks.advance),
    ("POST", "webhook_endpoints", events.create_endpoint),
    ("POST", "webhook_endpoints/{}", events.update_endpoint),
    ("GET", "webhook_endpoints/{}", reading("webhook_endpoint")),
    ("DELETE", "webhook_endpoints/{}", events.delete_endpoint),
    ("GET", "webhook_endpoints", listing("webhook_endpoint")),
    ("GET", "events/{}", reading("event")),
    ("GET", "events", listing("event", "type", "types")),
]
_COMPILED = [
    (method, re.compile("/v1/" + path.replace("{}", "([^/]+)")), handler)
    for method, path, handler in _ROUTES
]


def route(method: str, path: str) -> tuple[Handler, tuple[Any, ...]] | None:
    """What answers a call, with the names in its path."""
    for verb, pattern, handler in _COMPILED:
        if verb == method and (match := pattern.fullmatch(path)):
            return handler, match.groups()
    return None
