"""What is sold: products and prices."""

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


def create_product(account: Account, params: Form) -> Document:
    """A product; the id may be given."""
    form.check(params, (*_PRODUCT, "id"))
    identifier = form.text(params, "id") or new_id("prod", 14)
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
        "name": form.needed(params, "name"),
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        "type": "service",
        "unit_label": None,
        "updated": now,
        "url": None,
    }
    _apply(product, params)
    account.emit("product.created", account.save(product))
    return product


def update_product(account: Account, params: Form, identifier: str) -> Document:
    form.check(params, (*_PRODUCT, "default_price"))
    product = account.get("product", identifier)
    before = copy(product)
    _apply(product, params)
    if price := form.text(params, "default_price"):
        product["default_price"] = account.get("price", price, "default_price")["id"]
    product["updated"] = account.live()
    account.emit("product.updated", account.save(product), before)
    return product


def create_price(account: Account, params: Form) -> Document:
    """A price per unit or in tiers, of a product that is there or is made with it."""
    form.check(
        params,
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
    product = form.text(params, "product")
    if product is None and form.part(params, "product_data"):
        product = create_product(account, form.part(params, "product_data"))["id"]
    if product is None:
        raise missing("product")
    account.get("product", product, "product")
    recurring = form.part(params, "recurring")
    scheme = form.choice(params, "billing_scheme", ("per_unit", "tiered"), "per_unit")
    price: Document = {
        "id": new_id("price"),
        "object": "price",
        "active": form.truth(params, "active", True),
        "billing_scheme": scheme,
        "created": account.live(),
        "currency": form.needed(params, "currency").lower(),
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": _lookup_key(account, params),
        "metadata": form.metadata(params),
        "nickname": form.text(params, "nickname"),
        "product": product,
        "recurring": _recurring(recurring) if recurring else None,
        "tax_behavior": form.choice(
            params, "tax_behavior", ("exclusive", "inclusive", "unspecified"), "unspecified"
        ),
        "tiers_mode": form.choice(params, "tiers_mode", ("graduated", "volume")),
        "transform_quantity": _transform(form.part(params, "transform_quantity")),
        "type": "recurring" if recurring else "one_time",
        **_unit(params, scheme),
        "_tiers": None,
    }
    if scheme == "tiered":
        price["_tiers"] = _tiers(params)
        if price["tiers_mode"] is None:
            raise missing("tiers_mode")
    account.emit("price.created", account.save(price))
    return price


def update_price(account: Account, params: Form, identifier: str) -> Document:
    """Changes a price, but never its amount: that takes another price."""
    form.check(params, ("active", "lookup_key", "metadata", "nickname", "transfer_lookup_key"))
    price = account.get("price", identifier)
    before = copy(price)
    price["active"] = form.truth(params, "active", price["active"])
    if "lookup_key" in params:
        price["lookup_key"] = _lookup_key(account, params)
    if "nickname" in params:
        price["nickname"] = form.text(params, "nickname")
    price["metadata"] = form.metadata(params, price["metadata"])
    account.emit("price.updated", account.save(price), before)
    return price


def _apply(product: Document, params: Form) -> None:
    for name in ("name", "description", "unit_label", "statement_descriptor", "tax_code", "url"):
        if name in params:
            product[name] = form.text(params, name)
    product["active"] = form.truth(params, "active", product["active"])
    product["metadata"] = form.metadata(params, product["metadata"])
    if "marketing_features" in params:
        product["marketing_features"] = [
            {"name": form.needed(each, "name")} for each in form.rows(params, "marketing_features")
        ]


def _recurring(params: Form) -> Document:
    form.check(params, ("interval", "interval_count", "usage_type", "meter"), "recurring")
    recurring = {
        "interval": form.choice(params, "interval", INTERVALS),
        "interval_count": form.number(params, "interval_count", 1, least=1),
        "meter": form.text(params, "meter"),
        "trial_period_days": None,
        "usage_type": form.choice(params, "usage_type", ("licensed", "metered"), "licensed"),
    }
    if recurring["interval"] is None:
        raise missing("recurring[interval]")
    if recurring["usage_type"] == "metered" and recurring["meter"] is None:
        raise missing("recurring[meter]")
    return recurring


def _unit(params: Form, scheme: str) -> Document:
    amount, exact = form.number(params, "unit_amount"), form.decimal(params, "unit_amount_decimal")
    if scheme == "tiered":
        return {"unit_amount": None, "unit_amount_decimal": None}
    if (amount is None) == (exact is None):
        raise invalid(
            "You must specify either `unit_amount` or `unit_amount_decimal`.", "unit_amount"
        )
    value = Decimal(amount) if exact is None else exact
    whole = int(value) if value == value.to_integral_value() else None
    return {"unit_amount": whole, "unit_amount_decimal": f"{value.normalize():f}"}


def _tiers(params: Form) -> list[Document]:
    tiers = []
    for each in form.rows(params, "tiers"):
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


def _transform(params: Form) -> Document | None:
    if not params:
        return None
    divide = form.number(params, "divide_by", least=1)
    return {"divide_by": divide, "round": form.choice(params, "round", ("down", "up"), "up")}


def _lookup_key(account: Account, params: Form) -> Any:
    key = form.text(params, "lookup_key")
    for each in account.store.all("price") if key else ():
        if each["lookup_key"] == key:
            if not form.truth(params, "transfer_lookup_key"):
                raise StripeFailure(
                    400,
                    f"A price (`{each['id']}`) already uses that lookup key.",
                    param="lookup_key",
                )
            account.save(each | {"lookup_key": None})
    return key
