"""Coupons, and the codes that people type to get them."""

from emulators.stripe import form
from emulators.stripe.account import Account, copy, new_id
from emulators.stripe.failures import invalid
from emulators.stripe.form import Form
from emulators.stripe.store import Document


def create_coupon(account: Account, asked: Form) -> Document:
    """Either a percentage or an amount off, once, for some months, or for ever."""
    form.check(
        asked,
        (
            "id",
            "amount_off",
            "applies_to",
            "currency",
            "duration",
            "duration_in_months",
            "max_redemptions",
            "metadata",
            "name",
            "percent_off",
            "redeem_by",
        ),
    )
    percent, amount = form.decimal(asked, "percent_off"), form.number(asked, "amount_off", least=1)
    if (percent is None) == (amount is None):
        raise invalid("You must pass either `percent_off` or `amount_off`, and not both.")
    if percent is not None and not 0 < percent <= 100:
        raise invalid("Invalid percentage off. It must be above 0 and at most 100.", "percent_off")
    duration = form.choice(asked, "duration", ("forever", "once", "repeating"), "once")
    months = form.number(asked, "duration_in_months", least=1)
    if (duration == "repeating") != (months is not None):
        raise invalid(
            "`duration_in_months` belongs to the duration `repeating`, and to no other.",
            "duration_in_months",
        )
    identifier = form.text(asked, "id") or new_id("", 8).lstrip("_")
    if account.store.find(identifier) is not None:
        raise invalid("Coupon already exists.", "id", "resource_already_exists")
    coupon: Document = {
        "id": identifier,
        "object": "coupon",
        "amount_off": amount,
        "created": account.live(),
        "currency": form.needed(asked, "currency").lower() if amount else None,
        "duration": duration,
        "duration_in_months": months,
        "livemode": False,
        "max_redemptions": form.number(asked, "max_redemptions", least=1),
        "metadata": form.metadata(asked),
        "name": form.text(asked, "name"),
        "percent_off": None if percent is None else float(percent),
        "redeem_by": form.number(asked, "redeem_by"),
        "times_redeemed": 0,
        "valid": True,
        "_products": form.rows(form.part(asked, "applies_to"), "products"),
    }
    account.emit("coupon.created", account.save(coupon))
    return coupon


def delete_coupon(account: Account, asked: Form, identifier: str) -> Document:
    """Discounts that were made of it stay."""
    coupon = account.get("coupon", identifier)
    coupon["valid"] = False
    account.emit("coupon.deleted", coupon)
    account.store.remove(identifier)
    return {"id": identifier, "object": "coupon", "deleted": True}


def create_promotion_code(account: Account, asked: Form) -> Document:
    """A code that people may type, of a coupon."""
    form.check(
        asked,
        (
            "code",
            "promotion",
            "customer",
            "expires_at",
            "max_redemptions",
            "metadata",
            "restrictions",
            "active",
        ),
    )
    promotion = form.part(asked, "promotion")
    form.check(promotion, ("type", "coupon"), "promotion")
    form.choice(promotion, "type", ("coupon",))
    coupon = account.get("coupon", form.needed(promotion, "coupon"), "promotion[coupon]")
    code = form.text(asked, "code") or new_id("", 8).lstrip("_").upper()
    if any(
        each["active"] and each["code"].lower() == code.lower()
        for each in account.store.all("promotion_code")
    ):
        raise invalid("An active promotion code with that code already exists.", "code")
    customer = form.text(asked, "customer")
    first = form.truth(form.part(asked, "restrictions"), "first_time_transaction")
    found: Document = {
        "id": new_id("promo"),
        "object": "promotion_code",
        "active": form.truth(asked, "active", True),
        "code": code,
        "created": account.live(),
        "customer": account.get("customer", customer, "customer")["id"] if customer else None,
        "expires_at": form.number(asked, "expires_at"),
        "livemode": False,
        "max_redemptions": form.number(asked, "max_redemptions", least=1),
        "metadata": form.metadata(asked),
        "promotion": {"coupon": coupon["id"], "type": "coupon"},
        "restrictions": {
            "first_time_transaction": first,
            "minimum_amount": None,
            "minimum_amount_currency": None,
        },
        "times_redeemed": 0,
    }
    account.emit("promotion_code.created", account.save(found))
    return found


def update_promotion_code(account: Account, asked: Form, identifier: str) -> Document:
    form.check(asked, ("active", "metadata"))
    found = account.get("promotion_code", identifier)
    before = copy(found)
    found["active"] = form.truth(asked, "active", found["active"])
    found["metadata"] = form.metadata(asked, found["metadata"])
    account.emit("promotion_code.updated", account.save(found), before)
    return found
