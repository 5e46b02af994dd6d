"""Discounts: a coupon that a subscription has, and when it ends."""

from collections.abc import Sequence
from typing import Any

from emulators.stripe import form
from emulators.stripe.account import Account, new_id
from emulators.stripe.failures import invalid
from emulators.stripe.form import Form
from emulators.stripe.periods import moved
from emulators.stripe.store import Document


def given(
    account: Account, params: Sequence[Form], customer: Document, subscription: str
) -> list[str]:
    """The discounts that a call asks for: of a coupon, of a promotion code, or those that are
    there already. Counts redemptions. Raises StripeFailure for what cannot be redeemed."""
    return [_given(account, each, customer, subscription) for each in params]


def in_force(account: Account, subscription: Document) -> list[str]:
    """The discounts of a subscription that have not ended."""
    now = account.now(subscription)
    names = []
    for name in subscription["discounts"]:
        end = account.get("discount", name)["end"]
        if end is None or end > now:
            names.append(name)
    return names


def used(account: Account, subscription: Document, invoice: Document) -> list[str]:
    """The discounts that stay after an invoice: one with the duration `once` ends with the first
    invoice that it reduces."""
    spent = {each["discount"] for each in invoice["total_discount_amounts"] if each["amount"]}
    return [
        name
        for name in subscription["discounts"]
        if name not in spent or account.get("discount", name)["_coupon"]["duration"] != "once"
    ]


def coupons_of(account: Account, subscription: Document) -> list[Document]:
    """The coupons of the discounts in force."""
    return [account.get("discount", each)["_coupon"] for each in in_force(account, subscription)]


def redeemable(account: Account, code: str, customer: Document | None) -> Document:
    """The promotion code of that text, that this customer may redeem now. Raises StripeFailure."""
    for each in account.store.all("promotion_code"):
        if each["code"].lower() == code.strip().lower() and each["active"]:
            _check_code(account, each, customer)
            return each
    raise invalid("This code is invalid.", "promotion_code")


def _given(account: Account, params: Form, customer: Document, subscription: str) -> str:
    form.check(params, ("coupon", "promotion_code", "discount"), "discounts")
    if kept := form.text(params, "discount"):
        known = account.get("discount", kept, "discounts[discount]")
        if known["subscription"] != subscription:
            raise invalid("This discount belongs to something else.", "discounts[discount]")
        return kept
    code = form.text(params, "promotion_code")
    if code is not None:
        promotion = account.get("promotion_code", code, "discounts[promotion_code]")
        _check_code(account, promotion, customer)
        account.save(promotion | {"times_redeemed": promotion["times_redeemed"] + 1})
        name: Any = promotion["promotion"]["coupon"]
    else:
        name = form.needed(params, "coupon")
    coupon = account.get("coupon", name, "discounts[coupon]")
    _check_coupon(account, coupon)
    account.save(coupon | {"times_redeemed": coupon["times_redeemed"] + 1})
    now, months = account.now(customer), coupon["duration_in_months"]
    discount: Document = {
        "id": new_id("di"),
        "object": "discount",
        "checkout_session": None,
        "customer": customer["id"],
        "end": moved(now, "month", months) if months else None,
        "invoice": None,
        "invoice_item": None,
        "promotion_code": code,
        "source": {"coupon": coupon["id"], "type": "coupon"},
        "start": now,
        "subscription": subscription,
        "subscription_item": None,
        "_clock": customer["test_clock"],
        "_coupon": coupon,
    }
    account.save(discount)
    account.emit("customer.discount.created", discount)
    return str(discount["id"])


def _check_code(account: Account, promotion: Document, customer: Document | None) -> None:
    now = account.now(customer)
    ended = promotion["expires_at"] is not None and promotion["expires_at"] <= now
    spent = promotion["max_redemptions"] is not None and (
        promotion["times_redeemed"] >= promotion["max_redemptions"]
    )
    of = promotion["customer"]
    if not promotion["active"] or ended or spent:
        raise invalid("This promotion code has expired.", "promotion_code")
    if of is not None and (customer is None or customer["id"] != of):
        raise invalid("This promotion code is of another customer.", "promotion_code")
    first = promotion["restrictions"]["first_time_transaction"]
    if first and customer is not None:
        paid = any(each["amount_paid"] for each in account.store.all("invoice", customer["id"]))
        if paid:
            raise invalid("This promotion code is for first payments only.", "promotion_code")


def _check_coupon(account: Account, coupon: Document) -> None:
    limit, until = coupon["max_redemptions"], coupon["redeem_by"]
    if (limit is not None and coupon["times_redeemed"] >= limit) or (
        until is not None and until <= account.live()
    ):
        raise invalid(f"Coupon expired: {coupon['id']}", "coupon", "coupon_expired")
