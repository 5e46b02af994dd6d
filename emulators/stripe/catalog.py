"""What is sold: products, prices, coupons, promotion codes."""

from decimal import Decimal
from typing import Any

from emulators.stripe import form
from emulators.stripe.account import Account, copy, new_id
from emulators.stripe.failures import StripeFailure, invalid, missing
from emulators.stripe.form import Form
from emulators.stripe.periods import INTERVALS
from emulators.stripe.store import Document

_PRODUCT = (
    "name",
    "active",
    "description",
    "metadata",
    "marketing_features",
    "unit_label",
    "statement_descriptor",
    "tax_code",
    "url",
)


def create_product(account: Account, asked: Form) -> Document:
    """A product; the id may be given."""
    form.check(asked, (*_PRODUCT, "id"))
    identifier = form.text(asked, "id") or new_id("prod", 14)
    if account.store.find(identifier) is not None:
        raise invalid("Product already exists.", "id", "resource_already_exists")
    now = account.live()
    product: Document = {
        "id": identifier,
        "object": "product",
        "active": True,
        "created": now,
        "default_price": None,
        "description": None,
        "images": [],
        "livemode": False,
        "marketing_features": [],
        "metadata": {},
        "name": form.needed(asked, "name"),
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        "type": "service",
        "unit_label": None,
        "updated": now,
        "url": None,
    }
    _said(product, asked)
    account.emit("product.created", account.save(product))
    return product


def update_product(account: Account, asked: Form, identifier: str) -> Document:
    form.check(asked, (*_PRODUCT, "default_price"))
    product = account.get("product", identifier)
    before = copy(product)
    _said(product, asked)
    if price := form.text(asked, "default_price"):
        product["default_price"] = account.get("price", price, "default_price")["id"]
    product["updated"] = account.live()
    account.emit("product.updated", account.save(product), before)
    return product


def create_price(account: Account, asked: Form) -> Document:
    """A price per unit or in tiers, of a product that is there or is made with it."""
    form.check(
        asked,
        (
            "active",
            "billing_scheme",
            "currency",
            "lookup_key",
            "metadata",
            "nickname",
            "product",
            "product_data",
            "recurring",
            "tax_behavior",
            "tiers",
            "tiers_mode",
            "transfer_lookup_key",
            "transform_quantity",
            "unit_amount",
            "unit_amount_decimal",
        ),
    )
    product = form.text(asked, "product")
    if product is None and form.part(asked, "product_data"):
        product = create_product(account, form.part(asked, "product_data"))["id"]
    if product is None:
        raise missing("product")
    account.get("product", product, "product")
    recurring = form.part(asked, "recurring")
    scheme = form.choice(asked, "billing_scheme", ("per_unit", "tiered"), "per_unit")
    price: Document = {
        "id": new_id("price"),
        "object": "price",
        "active": form.truth(asked, "active", True),
        "billing_scheme": scheme,
        "created": account.live(),
        "currency": form.needed(asked, "currency").lower(),
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": _lookup_key(account, asked),
        "metadata": form.metadata(asked),
        "nickname": form.text(asked, "nickname"),
        "product": product,
        "recurring": _recurring(recurring) if recurring else None,
        "tax_behavior": form.choice(
            asked, "tax_behavior", ("exclusive", "inclusive", "unspecified"), "unspecified"
        ),
        "tiers_mode": form.choice(asked, "tiers_mode", ("graduated", "volume")),
        "transform_quantity": _transform(form.part(asked, "transform_quantity")),
        "type": "recurring" if recurring else "one_time",
        **_unit(asked, scheme),
        "_tiers": None,
    }
    if scheme == "tiered":
        price["_tiers"] = _tiers(asked)
        if price["tiers_mode"] is None:
            raise missing("tiers_mode")
    account.emit("price.created", account.save(price))
    return price


def update_price(account: Account, asked: Form, identifier: str) -> Document:
    """Amounts of a price never change; make another price."""
    form.check(asked, ("active", "lookup_key", "metadata", "nickname", "transfer_lookup_key"))
    price = account.get("price", identifier)
    before = copy(price)
    price["active"] = form.truth(asked, "active", price["active"])
    if "lookup_key" in asked:
        price["lookup_key"] = _lookup_key(account, asked)
    if "nickname" in asked:
        price["nickname"] = form.text(asked, "nickname")
    price["metadata"] = form.metadata(asked, price["metadata"])
    account.emit("price.updated", account.save(price), before)
    return price


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


def _said(product: Document, asked: Form) -> None:
    for name in ("name", "description", "unit_label", "statement_descriptor", "tax_code", "url"):
        if name in asked:
            product[name] = form.text(asked, name)
    product["active"] = form.truth(asked, "active", product["active"])
    product["metadata"] = form.metadata(asked, product["metadata"])
    if "marketing_features" in asked:
        product["marketing_features"] = [
            {"name": form.needed(each, "name")} for each in form.rows(asked, "marketing_features")
        ]


def _recurring(asked: Form) -> Document:
    form.check(asked, ("interval", "interval_count", "usage_type", "meter"), "recurring")
    found = {
        "interval": form.choice(asked, "interval", INTERVALS),
        "interval_count": form.number(asked, "interval_count", 1, least=1),
        "meter": form.text(asked, "meter"),
        "trial_period_days": None,
        "usage_type": form.choice(asked, "usage_type", ("licensed", "metered"), "licensed"),
    }
    if found["interval"] is None:
        raise missing("recurring[interval]")
    if found["usage_type"] == "metered" and found["meter"] is None:
        raise missing("recurring[meter]")
    return found


def _unit(asked: Form, scheme: str) -> Document:
    amount, exact = form.number(asked, "unit_amount"), form.decimal(asked, "unit_amount_decimal")
    if scheme == "tiered":
        return {"unit_amount": None, "unit_amount_decimal": None}
    if (amount is None) == (exact is None):
        raise invalid(
            "You must specify either `unit_amount` or `unit_amount_decimal`.", "unit_amount"
        )
    value = Decimal(amount) if exact is None else exact
    whole = int(value) if value == value.to_integral_value() else None
    return {"unit_amount": whole, "unit_amount_decimal": f"{value.normalize():f}"}


def _tiers(asked: Form) -> list[Document]:
    tiers = []
    for each in form.rows(asked, "tiers"):
        form.check(
            each,
            ("up_to", "unit_amount", "unit_amount_decimal", "flat_amount", "flat_amount_decimal"),
            "tiers",
        )
        last = each.get("up_to") == "inf"
        tiers.append(
            {
                "flat_amount": form.number(each, "flat_amount"),
                "flat_amount_decimal": form.text(each, "flat_amount_decimal")
                or form.text(each, "flat_amount"),
                "unit_amount": form.number(each, "unit_amount"),
                "unit_amount_decimal": form.text(each, "unit_amount_decimal")
                or form.text(each, "unit_amount"),
                "up_to": None if last else form.number(each, "up_to", least=1),
            }
        )
    tops = [each["up_to"] for each in tiers]
    if not tiers or tops[-1] is not None or None in tops[:-1] or tops[:-1] != sorted(tops[:-1]):
        raise invalid("Tiers go up, and the last one is up to `inf`.", "tiers")
    return tiers


def _transform(asked: Form) -> Document | None:
    if not asked:
        return None
    divide = form.number(asked, "divide_by", least=1)
    return {"divide_by": divide, "round": form.choice(asked, "round", ("down", "up"), "up")}


def _lookup_key(account: Account, asked: Form) -> Any:
    key = form.text(asked, "lookup_key")
    for each in account.store.all("price") if key else ():
        if each["lookup_key"] == key:
            if not form.truth(asked, "transfer_lookup_key"):
                raise StripeFailure(
                    400,
                    f"A price (`{each['id']}`) already uses that lookup key.",
                    param="lookup_key",
                )
            account.save(each | {"lookup_key": None})
    return key
