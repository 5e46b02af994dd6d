"""Invoices before they are final."""

from collections.abc import Iterable
from typing import Any

from emulators.stripe import lines as lines_of
from emulators.stripe.account import Account, new_id
from emulators.stripe.due_times import DRAFT_FOR
from emulators.stripe.store import Document

# US dollars and euros: docs.stripe.com/currencies, minimum charge amounts (read 2026-11-27).
LEAST_CHARGE = 50
_SELF = {"account": None, "type": "self"}


def coupon_of(account: Account, discount: str) -> Document:
    """The coupon of a discount, which outlives that the coupon is deleted."""
    coupon: Document = account.get("discount", discount)["_coupon"]
    return coupon


def draft(
    account: Account,
    customer: Document,
    *,
    reason: str,
    currency: str,
    lines: Iterable[Document] = (),
    subscription: Document | None = None,
    period: tuple[int, int] | None = None,
    take_pending: bool = True,
    overrides: Document | None = None,
) -> Document:
    """Makes a draft of these lines and of what was waiting for the next invoice."""
    now = account.now(customer)
    delivered_at = None if account.endpoints("invoice.created") and not account.silent else now
    of = subscription or {}
    invoice: Document = {
        **_constant(),
        "id": new_id("in"),
        "auto_advance": True,
        "automatic_tax": _tax(of),
        "automatically_finalizes_at": now + DRAFT_FOR,
        "billing_reason": reason,
        "collection_method": of.get("collection_method", "charge_automatically"),
        "created": now,
        "currency": currency,
        "customer": customer["id"],
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_tax_exempt": customer["tax_exempt"],
        "discounts": [*of.get("discounts", [])],
        "lines": {"data": []},
        "parent": _parent(of) if subscription else None,
        "period_end": period[1] if period else now,
        "period_start": period[0] if period else now,
        "starting_balance": customer["balance"],
        "test_clock": customer["test_clock"],
        "webhooks_delivered_at": delivered_at,
        "_days_until_due": of.get("days_until_due"),
        "_overdue": False,
    } | (overrides or {})
    if invoice["collection_method"] == "send_invoice" and invoice["_days_until_due"] is None:
        invoice["_days_until_due"] = 30
    account.save(invoice)
    put(invoice, lines)
    if take_pending:
        _take_pending(account, invoice)
    retotal(account, invoice)
    account.emit("invoice.created", account.save(invoice))
    return invoice


def put(invoice: Document, lines: Iterable[Document]) -> None:
    """Adds lines, without a new total."""
    invoice["lines"]["data"] += [each | {"invoice": invoice["id"]} for each in lines]


def retotal(account: Account, invoice: Document) -> None:
    """The amounts of a draft, of its lines."""
    lines = invoice["lines"]["data"]
    coupons = {each: coupon_of(account, each) for each in invoice["discounts"]}
    off = lines_of.discounted(lines, coupons)
    invoice["subtotal"] = sum(each["amount"] for each in lines)
    invoice["total"] = total = invoice["subtotal"] - off
    invoice["subtotal_excluding_tax"] = invoice["subtotal"]
    invoice["total_excluding_tax"] = total
    invoice["total_discount_amounts"] = discounts = lines_of.discounts_of(lines)
    invoice["total_pretax_credit_amounts"] = [
        {**each, "credit_balance_transaction": None, "type": "discount"} for each in discounts
    ]
    # A total below zero is owed to the customer: it goes to the balance, and nothing is due.
    due = max(0, total + min(invoice["starting_balance"], 0)) if total > 0 else 0
    if total > 0 and invoice["starting_balance"] > 0:
        due = total + invoice["starting_balance"]
    if due < LEAST_CHARGE:  # It is kept on the balance, and charged with the next invoice.
        due = 0
    invoice["amount_due"] = invoice["amount_remaining"] = due


def line_of(account: Account, invoice: Document, item: Document) -> Document:
    """The line of an invoice item."""
    details = (item["pricing"] or {}).get("price_details")
    price = account.get("price", details["price"]) if details else None
    of = (item["parent"] or {}).get("subscription_details") or {}
    subscription = of.get("subscription")
    parent = lines_of.added_parent(item["id"], subscription)
    if item["proration"]:
        parent = lines_of.item_parent(
            str(subscription), of["subscription_item"], proration=True, invoice_item=item["id"]
        )
    return lines_of.line(
        amount=item["amount"],
        currency=item["currency"],
        period=(item["period"]["start"], item["period"]["end"]),
        description=item["description"],
        quantity=item["quantity"],
        price=price,
        parent=parent,
        subscription=subscription,
        metadata=item["metadata"],
        discountable=item["discountable"],
    ) | {"invoice": invoice["id"]}


def pending(
    account: Account, customer: str, currency: str, subscription: str | None
) -> list[Document]:
    """The invoice items that wait for the next invoice of that customer: those of that
    subscription, and those of none."""
    return [
        each
        for each in account.store.all("invoiceitem", customer)
        if each["invoice"] is None
        and each["currency"] == currency
        and _subscription_of(each) in (None, subscription)
    ]


def _take_pending(account: Account, invoice: Document) -> None:
    details: Any = (invoice["parent"] or {}).get("subscription_details") or {}
    of = details.get("subscription")
    for item in pending(account, invoice["customer"], invoice["currency"], of):
        put(invoice, [line_of(account, invoice, item)])
        account.save(item | {"invoice": invoice["id"]})


def _subscription_of(item: Document) -> Any:
    return ((item["parent"] or {}).get("subscription_details") or {}).get("subscription")


def _parent(subscription: Document) -> Document:
    return {
        "quote_details": None,
        "subscription_details": {
            "metadata": dict(subscription["metadata"]),
            "subscription": subscription["id"],
        },
        "type": "subscription_details",
    }


def _tax(subscription: Document) -> Document:
    enabled = subscription.get("automatic_tax", {}).get("enabled", False)
    return {
        "disabled_reason": None,
        "enabled": enabled,
        "liability": dict(_SELF) if enabled else None,
        "provider": "stripe" if enabled else None,
        "status": "complete" if enabled else None,
    }


def _constant() -> Document:
    return {
        "object": "invoice",
        "account_country": "US",
        "account_name": "Assent",
        "account_tax_ids": None,
        "amount_due": 0,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_remaining": 0,
        "amount_shipping": 0,
        "application": None,
        "attempt_count": 0,
        "attempted": False,
        "custom_fields": None,
        "customer_shipping": None,
        "customer_tax_ids": [],
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "due_date": None,
        "effective_at": None,
        "ending_balance": None,
        "footer": None,
        "from_invoice": None,
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "issuer": dict(_SELF),
        "last_finalization_error": None,
        "latest_revision": None,
        "livemode": False,
        "metadata": {},
        "next_payment_attempt": None,
        "number": None,
        "on_behalf_of": None,
        "payment_settings": {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": None,
        "rendering": None,
        "shipping_cost": None,
        "shipping_details": None,
        "statement_descriptor": None,
        "status": "draft",
        "status_transitions": {
            "finalized_at": None,
            "marked_uncollectible_at": None,
            "paid_at": None,
            "voided_at": None,
        },
        "subtotal": 0,
        "total": 0,
        "total_taxes": [],
    }
