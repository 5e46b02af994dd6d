"""The calls about invoices and their lines."""

from typing import Any

from emulators.stripe import form, invoices, subscription_status
from emulators.stripe.account import Account, copy
from emulators.stripe.customers import own_method
from emulators.stripe.discounts import given
from emulators.stripe.drafts import draft, put, retotal
from emulators.stripe.due_times import DRAFT_FOR
from emulators.stripe.failures import absent, invalid
from emulators.stripe.form import Form
from emulators.stripe.lines import added_parent, line
from emulators.stripe.lists import paged
from emulators.stripe.store import Document

_FIELDS = (
    "metadata",
    "description",
    "footer",
    "default_payment_method",
    "auto_advance",
    "days_until_due",
    "due_date",
    "collection_method",
    "discounts",
    "automatic_tax",
)
_LINE = ("amount", "description", "discountable", "metadata", "period", "quantity")


def create(account: Account, params: Form) -> Document:
    """Makes a draft, with the items that wait for the next invoice where the call includes them."""
    form.check(
        params, (*_FIELDS, "customer", "subscription", "currency", "pending_invoice_items_behavior")
    )
    customer = account.get("customer", form.needed(params, "customer"), "customer")
    name = form.text(params, "subscription")
    subscription = None
    if name is not None:
        subscription = account.of_customer("subscription", name, customer["id"], "subscription")
    behaviour = form.choice(
        params, "pending_invoice_items_behavior", ("exclude", "include"), "exclude"
    )
    currency = form.text(params, "currency") or (subscription or customer)["currency"] or "usd"
    invoice = draft(
        account,
        customer,
        reason="manual",
        currency=currency.lower(),
        subscription=subscription,
        take_pending=behaviour == "include",
        overrides={"auto_advance": False, "automatically_finalizes_at": None, "discounts": []},
    )
    _apply(account, invoice, params)
    return account.save(invoice)


def update(account: Account, params: Form, identifier: str) -> Document:
    """Changes a draft; of a final invoice only its metadata and how it is paid."""
    form.check(params, _FIELDS)
    invoice = account.get("invoice", identifier)
    final = {"metadata", "default_payment_method", "auto_advance"}
    if invoice["status"] != "draft" and not params.keys() <= final:
        raise invalid("Finalized invoices can't be updated in this way")
    before = copy(invoice)
    _apply(account, invoice, params)
    account.emit("invoice.updated", account.save(invoice), before)
    return invoice


def delete(account: Account, params: Form, identifier: str) -> Document:
    """Deletes a draft that no subscription made; its items wait for the next invoice again."""
    invoice = _draft(account, identifier)
    if invoice["parent"] and invoice["billing_reason"] != "manual":
        raise invalid("You can only delete draft invoices that were not made by a subscription.")
    for item in account.store.all("invoiceitem", invoice["customer"]):
        if item["invoice"] == identifier:
            account.store.remove(item["id"])
    account.store.remove(identifier)
    account.emit("invoice.deleted", invoice)
    return {"id": identifier, "object": "invoice", "deleted": True}


def finalize(account: Account, params: Form, identifier: str) -> Document:
    form.check(params, ("auto_advance",))
    invoice = account.get("invoice", identifier)
    invoice["auto_advance"] = form.truth(params, "auto_advance", invoice["auto_advance"])
    invoices.finalize(account, invoice)
    if invoice["auto_advance"] and invoice["collection_method"] == "charge_automatically":
        invoices.collect(account, invoice)
    return account.get("invoice", identifier)


def pay(account: Account, params: Form, identifier: str) -> Document:
    """Tries once to take the money; 402 where the bank declines, which counts as a try."""
    form.check(params, ("payment_method", "paid_out_of_band", "off_session", "forgive"))
    invoice = account.get("invoice", identifier)
    if invoice["status"] == "draft":
        invoices.finalize(account, invoice)
    if invoice["status"] == "paid":
        if params and invoice["attempt_count"] == 0 and invoice["amount_due"] == 0:
            return invoice
        raise invalid("Invoice is already paid", code="invoice_already_paid")
    if invoice["status"] not in ("open", "uncollectible"):
        raise invalid(f"This invoice is {invoice['status']}: it cannot be paid.")
    if form.truth(params, "paid_out_of_band"):
        return invoices.pay_elsewhere(account, invoice)
    chosen = own_method(account, params, "payment_method", invoice["customer"])
    made = invoices.attempt(account, invoice, chosen or invoices.method_of(account, invoice))
    invoices.refuse(made)
    return account.get("invoice", identifier)


def send(account: Account, params: Form, identifier: str) -> Document:
    """Finalizes it and says that it was sent."""
    form.check(params, ())
    invoice = account.get("invoice", identifier)
    if invoice["status"] == "draft":
        invoices.finalize(account, invoice)
    account.emit("invoice.sent", invoice)
    return account.get("invoice", identifier)


def void(account: Account, params: Form, identifier: str) -> Document:
    form.check(params, ())
    return invoices.void(account, account.get("invoice", identifier))


def forgive(account: Account, params: Form, identifier: str) -> Document:
    form.check(params, ())
    return invoices.forgive(account, account.get("invoice", identifier), "user_forgiven")


def lines(account: Account, params: Form, identifier: str) -> Document:
    """All lines, in their order."""
    form.check(params, ("limit", "starting_after", "ending_before"))
    data = account.get("invoice", identifier)["lines"]["data"]
    return paged(params, data, f"/v1/invoices/{identifier}/lines")


def update_line(account: Account, params: Form, identifier: str, name: str) -> Document:
    """A line of a draft. What a subscription's price asks for stays: only lines that somebody
    added take another amount."""
    form.check(params, _LINE)
    invoice = _draft(account, identifier)
    data: list[Document] = invoice["lines"]["data"]
    line = next((each for each in data if each["id"] == name), None)
    if line is None:
        raise absent("line_item", name, "line_item_id")
    of_subscription = (line["parent"] or {}).get("type") == "subscription_item_details"
    if of_subscription and params.keys() & {"amount", "quantity"}:
        raise invalid("The amount of a line of a subscription's item cannot be changed.", "amount")
    line["metadata"] = form.metadata(params, line["metadata"])
    if "description" in params:
        line["description"] = form.text(params, "description")
    line["discountable"] = form.truth(params, "discountable", line["discountable"])
    if "amount" in params:
        line["amount"] = line["subtotal"] = form.number(params, "amount", least=None)
        if line["pricing"]:
            line["pricing"]["unit_amount_decimal"] = str(line["amount"])
    if "quantity" in params:
        line["quantity"] = form.number(params, "quantity")
        line["quantity_decimal"] = str(line["quantity"])
    if "period" in params:
        line["period"] = period(form.part(params, "period"))
    _changed(account, invoice)
    return line


def add_lines(account: Account, params: Form, identifier: str) -> Document:
    """Adds lines to a draft."""
    form.check(params, ("lines", "invoice_metadata"))
    invoice = _draft(account, identifier)
    added = []
    for each in form.rows(params, "lines"):
        form.check(each, _LINE, "lines")
        amount = form.number(each, "amount", least=None)
        if amount is None:
            raise invalid("Missing required param: lines[0][amount].", "lines[0][amount]")
        given = form.part(each, "period")
        now = account.now(invoice)
        span = period(given) if given else {"start": now, "end": now}
        added.append(
            line(
                amount=amount,
                currency=invoice["currency"],
                period=(span["start"], span["end"]),
                description=form.text(each, "description"),
                quantity=form.number(each, "quantity", 1),
                metadata=form.metadata(each),
                discountable=form.truth(each, "discountable", True),
            )
        )
    put(invoice, added)
    for each in invoice["lines"]["data"]:
        if each["parent"] is None:
            each["parent"] = added_parent(f"ii_{each['id'][3:]}", None)
    invoice["metadata"] = form.metadata(
        {"metadata": form.part(params, "invoice_metadata")}, invoice["metadata"]
    )
    _changed(account, invoice)
    return invoice


def period(params: Form) -> Document:
    """A span of time that a call names."""
    form.check(params, ("start", "end"), "period")
    start, end = form.number(params, "start"), form.number(params, "end")
    if start is None or end is None or end < start:
        raise invalid("A period has a start, and an end that is not before it.", "period")
    return {"start": start, "end": end}


def _changed(account: Account, invoice: Document) -> None:
    before = account.get("invoice", invoice["id"])
    retotal(account, invoice)
    account.emit("invoice.updated", account.save(invoice), before)


def _draft(account: Account, identifier: str) -> Document:
    invoice = account.get("invoice", identifier)
    if invoice["status"] != "draft":
        raise invalid("Finalized invoices can't be updated in this way")
    return invoice


def _apply(account: Account, invoice: Document, params: Form) -> None:
    invoice["metadata"] = form.metadata(params, invoice["metadata"])
    for name in ("description", "footer"):
        if name in params:
            invoice[name] = form.text(params, name)
    if "default_payment_method" in params:
        invoice["default_payment_method"] = own_method(
            account, params, "default_payment_method", invoice["customer"]
        )
    invoice["collection_method"] = form.choice(
        params,
        "collection_method",
        ("charge_automatically", "send_invoice"),
        invoice["collection_method"],
    )
    invoice["due_date"] = form.number(params, "due_date", invoice["due_date"])
    days: Any = form.number(params, "days_until_due", invoice["_days_until_due"])
    by_hand = invoice["collection_method"] == "send_invoice"
    invoice["_days_until_due"] = 30 if by_hand and days is None else days
    if "discounts" in params:
        customer = account.get("customer", invoice["customer"])
        of: Any = subscription_status.subscription_of(account, invoice) or {}
        invoice["discounts"] = given(
            account, form.rows(params, "discounts"), customer, of.get("id")
        )
        retotal(account, invoice)
    if "auto_advance" in params:
        advances = form.truth(params, "auto_advance")
        invoice["auto_advance"] = advances
        if invoice["status"] == "draft":
            invoice["automatically_finalizes_at"] = (
                account.now(invoice) + DRAFT_FOR if advances else None
            )
            delivered_at = invoice["webhooks_delivered_at"]
            invoice["webhooks_delivered_at"] = delivered_at or account.now(invoice)
