"""Coupons, and the codes that people type to get them."""

from emulators.stripe import form
from emulators.stripe.account import Account, copy, new_id
from emulators.stripe.failures import invalid
from emulators.stripe.form import Form
from emulators.stripe.store import Document


def create_coupon(account: Account, params: Form) -> Document:
    """Either a percentage or an amount off, once, for some months, or for ever."""
    form.check(
        params,
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
    percent, amount = (
        form.decimal(params, "percent_off"),
        form.number(params, "amount_off", least=1),
    )
    if (percent is None) == (amount is None):
        raise invalid("You must pass either `percent_off` or `amount_off`, and not both.")
    if percent is not None and not 0 < percent <= 100:
        raise invalid("Invalid percentage off. It must be above 0 and at most 100.", "percent_off")
    duration = form.choice(params, "duration", ("forever", "once", "repeating"), "once")
    months = form.number(params, "duration_in_months", least=1)
    if (duration == "repeating") != (months is not None):
        raise invalid(
            "`duration_in_months` belongs to the duration `repeating`, and to no other.",
            "duration_in_months",
        )
    identifier = form.text(params, "id") or new_id("", 8).lstrip("_")
    if account.store.find(identifier) is not None:
        raise invalid("Coupon already exists.", "id", "resource_already_exists")
    coupon: Document = {
        "id": identifier,
        "object": "coupon",
        "amount_off": amount,
        "created": account.live(),
        "currency": form.needed(params, "currency").lower() if amount else None,
        "duration": duration,
        "duration_in_months": months,
        "livemode": False,
        "max_redemptions": form.number(params, "max_redemptions", least=1),
        "metadata": form.metadata(params),
        "name": form.text(params, "name"),
        "percent_off": None if percent is None else float(percent),
        "redeem_by": form.number(params, "redeem_by"),
        "times_redeemed": 0,
        "valid": True,
        "_products": form.rows(form.part(params, "applies_to"), "products"),
    }
    account.emit("coupon.created", account.save(coupon))
    return coupon


def delete_coupon(account: Account, params: Form, identifier: str) -> Document:
    """Deletes a coupon; discounts that were made of it stay."""
    coupon = account.get("coupon", identifier)
    coupon["valid"] = False
    account.emit("coupon.deleted", coupon)
    account.store.remove(identifier)
    return {"id": identifier, "object": "coupon", "deleted": True}


def create_promotion_code(account: Account, params: Form) -> Document:
    """A code that people may type, of a coupon."""
    form.check(
        params,
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
    promotion = form.part(params, "promotion")
    form.check(promotion, ("type", "coupon"), "promotion")
    form.choice(promotion, "type", ("coupon",))
    coupon = account.get("coupon", form.needed(promotion, "coupon"), "promotion[coupon]")
    code = form.text(params, "code") or new_id("", 8).lstrip("_").upper()
    if any(
        each["active"] and each["code"].lower() == code.lower()
        for each in account.store.all("promotion_code")
    ):
        raise invalid("An active promotion code with that code already exists.", "code")
    customer = form.text(params, "customer")
    first = form.truth(form.part(params, "restrictions"), "first_time_transaction")
    made: Document = {
        "id": new_id("promo"),
        "object": "promotion_code",
        "active": form.truth(params, "active", True),
        "code": code,
        "created": account.live(),
        "customer": account.get("customer", customer, "customer")["id"] if customer else None,
        "expires_at": form.number(params, "expires_at"),
        "livemode": False,
        "max_redemptions": form.number(params, "max_redemptions", least=1),
        "metadata": form.metadata(params),
        "promotion": {"coupon": coupon["id"], "type": "coupon"},
        "restrictions": {
            "first_time_transaction": first,
            "minimum_amount": None,
            "minimum_amount_currency": None,
        },
        "times_redeemed": 0,
    }
    account.emit("promotion_code.created", account.save(made))
    return made


def update_promotion_code(account: Account, params: Form, identifier: str) -> Document:
    form.check(params, ("active", "metadata"))
    promotion = account.get("promotion_code", identifier)
    before = copy(promotion)
    promotion["active"] = form.truth(params, "active", promotion["active"])
    promotion["metadata"] = form.metadata(params, promotion["metadata"])
    account.emit("promotion_code.updated", account.save(promotion), before)
    return promotion
