"""The lines of an invoice, and its totals. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from emulators.stripe.account import new_id
from emulators.stripe.amounts import rounded, spread
from emulators.stripe.store import Document


def line(
    *,
    amount: int,
    currency: str,
    period: tuple[int, int],
    description: str | None,
    quantity: int = 1,
    price: Mapping[str, Any] | None = None,
    parent: Document | None = None,
    subscription: str | None = None,
    metadata: Mapping[str, str] | None = None,
    discountable: bool = True,
) -> Document:
    """One line, that no discount was applied to yet."""
    return {
        "id": new_id("il"),
        "object": "line_item",
        "amount": amount,
        "currency": currency,
        "description": description,
        "discount_amounts": [],
        "discountable": discountable,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": dict(metadata or {}),
        "parent": parent,
        "period": {"start": period[0], "end": period[1]},
        "pretax_credit_amounts": [],
        "pricing": pricing(price, amount, quantity),
        "quantity": quantity,
        "quantity_decimal": str(quantity),
        "subscription": subscription,
        "subtotal": amount,
        "taxes": [],
        "_product": price["product"] if price else None,
    }


def pricing(price: Mapping[str, Any] | None, amount: int, quantity: int) -> Document | None:
    """What a line says of its price."""
    if price is None:
        return None
    exact = price["unit_amount_decimal"] or _quotient(amount, quantity)
    return {
        "price_details": {"price": price["id"], "product": price["product"]},
        "type": "price_details",
        "unit_amount_decimal": exact,
    }


def item_parent(
    subscription: str, item: str, *, proration: bool, invoice_item: str | None = None
) -> Document:
    """The parent of a line that a subscription's item caused."""
    return {
        "invoice_item_details": None,
        "subscription_item_details": {
            "invoice_item": invoice_item,
            "proration": proration,
            "proration_details": {"credited_items": None},
            "subscription": subscription,
            "subscription_item": item,
        },
        "type": "subscription_item_details",
    }


def added_parent(invoice_item: str, subscription: str | None) -> Document:
    """The parent of a line that somebody added."""
    return {
        "invoice_item_details": {
            "invoice_item": invoice_item,
            "proration": False,
            "proration_details": {"credited_items": None},
            "subscription": subscription,
        },
        "subscription_item_details": None,
        "type": "invoice_item_details",
    }


def discounted(lines: Sequence[Document], coupons: Mapping[str, Document]) -> int:
    """Applies discounts, by their ids, to lines in place; returns what they take off in all.

    Each discount takes its part of what the ones before it left, and never more than there is."""
    left = {each["id"]: each["amount"] for each in lines}
    for each in lines:
        each["discount_amounts"] = []
    for name, coupon in coupons.items():
        subject = [each for each in lines if _covered(each, coupon) and left[each["id"]] > 0]
        weights = [left[each["id"]] for each in subject]
        for each, part in zip(subject, spread(_off(coupon, sum(weights)), weights), strict=True):
            each["discount_amounts"].append({"amount": part, "discount": name})
            left[each["id"]] -= part
    for each in lines:
        each["pretax_credit_amounts"] = [
            {
                "amount": taken["amount"],
                "credit_balance_transaction": None,
                "discount": taken["discount"],
                "type": "discount",
            }
            for taken in each["discount_amounts"]
        ]
    off: int = sum(int(each["amount"]) for each in lines) - sum(left.values())
    return off


def discounts_of(lines: Sequence[Document]) -> list[Document]:
    """What each discount takes off in all."""
    sums: dict[str, int] = {}
    for each in lines:
        for taken in each["discount_amounts"]:
            sums[taken["discount"]] = sums.get(taken["discount"], 0) + taken["amount"]
    return [{"amount": amount, "discount": name} for name, amount in sums.items()]


def net(each: Document) -> int:
    """What a line costs after its discounts."""
    taken = sum(int(part["amount"]) for part in each["discount_amounts"])
    return int(each["amount"]) - taken


def percent_left(coupons: Sequence[Document]) -> Decimal:
    """The part of an amount that percentages leave."""
    left = Decimal(1)
    for coupon in coupons:
        if coupon["percent_off"] is not None:
            left *= 1 - Decimal(str(coupon["percent_off"])) / 100
    return left


def _off(coupon: Document, amount: int) -> int:
    if coupon["percent_off"] is not None:
        return rounded(Decimal(str(coupon["percent_off"])) * amount / 100)
    return min(int(coupon["amount_off"]), amount)


def _covered(each: Document, coupon: Document) -> bool:
    products = coupon["_products"]
    return bool(each["discountable"]) and (not products or each["_product"] in products)


def _quotient(amount: int, quantity: int) -> str | None:
    return f"{(Decimal(amount) / quantity).normalize():f}" if quantity else None
