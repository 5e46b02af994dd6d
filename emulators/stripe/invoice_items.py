"""Invoice items: one-time amounts on a draft or on the next invoice."""

from emulators.stripe import form
from emulators.stripe.account import Account, copy, new_id
from emulators.stripe.amounts import price_of
from emulators.stripe.drafts import line_of, put, retotal
from emulators.stripe.failures import invalid
from emulators.stripe.form import Form
from emulators.stripe.invoice_calls import period
from emulators.stripe.lines import pricing
from emulators.stripe.store import Document

_CREATE = (
    *("customer", "amount", "currency", "description", "discountable", "invoice", "metadata"),
    *("period", "pricing", "quantity", "subscription", "unit_amount_decimal"),
)


def create(account: Account, params: Form) -> Document:
    """Makes an item, on the draft that the call names or waiting for the next invoice."""
    form.check(params, _CREATE)
    customer = account.get("customer", form.needed(params, "customer"), "customer")
    named = form.part(params, "pricing")
    form.check(named, ("price",), "pricing")
    quantity, now = form.number(params, "quantity", 1), account.now(customer)
    price = account.get("price", form.needed(named, "price"), "pricing[price]") if named else None
    amount, currency = form.number(params, "amount", least=None), form.text(params, "currency")
    if price is not None:
        if price["recurring"] is not None:
            raise invalid(
                "The price of an invoice item is asked once (`type=one_time`).", "pricing[price]"
            )
        amount, currency = price_of(price, quantity), price["currency"]
    if amount is None or currency is None:
        raise invalid("You must pass either `amount` and `currency`, or `pricing`.", "amount")
    subscription = form.text(params, "subscription")
    if subscription is not None:
        account.of_customer("subscription", subscription, customer["id"], "subscription")
    span = form.part(params, "period")
    product = account.get("product", price["product"])["name"] if price else None
    item: Document = {
        "id": new_id("ii"),
        "object": "invoiceitem",
        "amount": amount,
        "currency": currency.lower(),
        "customer": customer["id"],
        "date": now,
        "description": form.text(params, "description") or product,
        "discountable": form.truth(params, "discountable", amount > 0),
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": form.metadata(params),
        "net_amount": amount,
        "parent": None
        if subscription is None
        else {
            "subscription_details": {"subscription": subscription},
            "type": "subscription_details",
        },
        "period": period(span) if span else {"start": now, "end": now},
        "pricing": pricing(price, amount, quantity),
        "proration": False,
        "proration_details": None,
        "quantity": quantity,
        "quantity_decimal": str(quantity),
        "tax_rates": [],
        "test_clock": customer["test_clock"],
    }
    account.save(item)
    if (name := form.text(params, "invoice")) is not None:
        _put_on(account, item, name)
    account.emit("invoiceitem.created", item)
    return item


def update(account: Account, params: Form, identifier: str) -> Document:
    form.check(params, ("amount", "description", "discountable", "metadata", "period"))
    item = _free(account, identifier)
    item["metadata"] = form.metadata(params, item["metadata"])
    if "description" in params:
        item["description"] = form.text(params, "description")
    item["discountable"] = form.truth(params, "discountable", item["discountable"])
    if "period" in params:
        item["period"] = period(form.part(params, "period"))
    if (amount := form.number(params, "amount", least=None)) is not None:
        if item["proration"]:
            raise invalid("The amount of a proration cannot be changed.", "amount")
        item["amount"] = item["net_amount"] = amount
    account.save(item)
    if item["invoice"] is not None:
        _take_off(account, item)
        _put_on(account, item, item["invoice"])
    return item


def delete(account: Account, params: Form, identifier: str) -> Document:
    """Takes the item off its draft, or off the next invoice."""
    item = _free(account, identifier)
    if item["invoice"] is not None:
        _take_off(account, item)
    account.store.remove(identifier)
    account.emit("invoiceitem.deleted", item)
    return {"id": identifier, "object": "invoiceitem", "deleted": True}


def _put_on(account: Account, item: Document, name: str) -> None:
    invoice = account.of_customer("invoice", name, item["customer"], "invoice")
    if invoice["status"] != "draft":
        raise invalid("The invoice is no draft any more: nothing can be added to it.", "invoice")
    if invoice["currency"] != item["currency"]:
        raise invalid("The currency of an item is that of its invoice.", "currency")
    before = copy(invoice)
    put(invoice, [line_of(account, invoice, item)])
    retotal(account, invoice)
    item["invoice"] = invoice["id"]
    account.save(item)
    account.emit("invoice.updated", account.save(invoice), before)


def _take_off(account: Account, item: Document) -> None:
    invoice = account.get("invoice", item["invoice"])
    before = copy(invoice)
    invoice["lines"]["data"] = [
        each for each in invoice["lines"]["data"] if _item_of(each) != item["id"]
    ]
    retotal(account, invoice)
    account.emit("invoice.updated", account.save(invoice), before)


def _item_of(line: Document) -> str | None:
    parent = line["parent"] or {}
    details = parent.get("invoice_item_details") or parent.get("subscription_item_details") or {}
    item: str | None = details.get("invoice_item")
    return item


def _free(account: Account, identifier: str) -> Document:
    item = account.get("invoiceitem", identifier)
    on = item["invoice"]
    if on is not None and account.get("invoice", on)["status"] != "draft":
        raise invalid("You can't change an invoice item of an invoice that is final.", "id")
    return item
