"""Money that goes back: refunds, and credit notes of final invoices."""

from typing import Any

from emulators.stripe import form
from emulators.stripe.account import Account, copy, new_id
from emulators.stripe.customers import adjust
from emulators.stripe.failures import invalid
from emulators.stripe.form import Form
from emulators.stripe.invoices import settled
from emulators.stripe.rendering import list_of
from emulators.stripe.store import Document

_REASONS = ("duplicate", "fraudulent", "order_change", "product_unsatisfactory")


def create_refund(account: Account, params: Form) -> Document:
    """Gives back a charge, or a part of it, and never more than it took."""
    form.check(params, ("charge", "payment_intent", "amount", "reason", "metadata"))
    name = form.text(params, "charge")
    if name is None:
        intent = account.get(
            "payment_intent", form.needed(params, "payment_intent"), "payment_intent"
        )
        name = intent["latest_charge"]
    charge = account.get("charge", name, "charge")
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = form.number(params, "amount", left, least=1)
    if left == 0:
        raise invalid(f"Charge {name} has already been refunded.", code="charge_already_refunded")
    if amount > left:
        raise invalid(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
            "amount",
        )
    reason = form.choice(params, "reason", ("duplicate", "fraudulent", "requested_by_customer"))
    return refund(account, charge, amount, reason, form.metadata(params))


def refund(
    account: Account, charge: Document, amount: int, reason: Any, metadata: dict[str, str]
) -> Document:
    """Gives back that part of a charge."""
    before = copy(charge)
    made: Document = {
        "id": new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": account.now(charge),
        "currency": charge["currency"],
        "customer": charge["customer"],
        "failure_balance_transaction": None,
        "metadata": metadata,
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "pending_reason": None,
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
        "_clock": charge["_clock"],
    }
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    account.emit("refund.created", account.save(made))
    account.emit("charge.refunded", account.save(charge), before)
    return made


def create_note(account: Account, params: Form) -> Document:
    """Lowers what remains of an open invoice, or gives back what was paid: as a refund, to the
    customer's balance, or elsewhere."""
    form.check(
        params,
        (
            "invoice",
            "amount",
            "lines",
            "refund_amount",
            "credit_amount",
            "out_of_band_amount",
            "reason",
            "memo",
            "metadata",
        ),
    )
    invoice = account.get("invoice", form.needed(params, "invoice"), "invoice")
    if invoice["status"] not in ("open", "paid"):
        raise invalid("A credit note is for an invoice that is open or paid.", "invoice")
    lines = [_line(invoice, each) for each in form.rows(params, "lines")]
    amount = form.number(params, "amount", sum(each["amount"] for each in lines), least=1)
    if not amount or (lines and amount != sum(each["amount"] for each in lines)):
        raise invalid("The sum of credit note lines must be the amount, and above 0.", "amount")
    before, prior = copy(invoice), invoice["status"] == "open"
    note = _note(account, params, invoice, amount, lines)
    if prior:
        if amount > invoice["amount_remaining"]:
            raise invalid(
                "The amount of a credit note is at most what remains of its invoice.", "amount"
            )
        note |= {"type": "pre_payment", "pre_payment_amount": amount}
        invoice["pre_payment_credit_notes_amount"] += amount
        invoice["amount_remaining"] -= amount
    else:
        _give_back(account, params, invoice, note)
        invoice["post_payment_credit_notes_amount"] += amount
    account.save(note)
    account.emit("credit_note.created", note)
    account.emit("invoice.updated", account.save(invoice), before)
    if prior and invoice["amount_remaining"] == 0:
        settled(account, invoice)
    return note


def void_note(account: Account, params: Form, identifier: str) -> Document:
    """Asks again for what a credit note of an open invoice took off."""
    form.check(params, ())
    note = account.get("credit_note", identifier)
    invoice = account.get("invoice", note["invoice"])
    if note["status"] == "void" or note["type"] != "pre_payment" or invoice["status"] != "open":
        raise invalid("Only credit notes of open invoices can be voided.", "id")
    before = copy(invoice)
    note |= {"status": "void", "voided_at": account.now(invoice)}
    invoice["pre_payment_credit_notes_amount"] -= note["amount"]
    invoice["amount_remaining"] += note["amount"]
    account.emit("credit_note.voided", account.save(note))
    account.emit("invoice.updated", account.save(invoice), before)
    return note


def _give_back(account: Account, params: Form, invoice: Document, note: Document) -> None:
    amount = note["amount"]
    left = invoice["total"] - invoice["post_payment_credit_notes_amount"]
    if amount > left - invoice["pre_payment_credit_notes_amount"]:
        raise invalid("Credit notes cannot sum to more than their invoice.", "amount")
    back = form.number(params, "refund_amount", 0)
    credit = form.number(params, "credit_amount", 0)
    elsewhere = form.number(params, "out_of_band_amount", 0)
    if back + credit + elsewhere != amount:
        raise invalid(
            "The sum of refund_amount, credit_amount and out_of_band_amount must be the"
            " amount of the credit note.",
            "amount",
        )
    note |= {"type": "post_payment", "post_payment_amount": amount}
    note["out_of_band_amount"] = elsewhere or None
    if back:
        charge = _charge_of(account, invoice)
        if back > charge["amount_captured"] - charge["amount_refunded"]:
            raise invalid("The refund is more than the charge has left.", "refund_amount")
        made = refund(account, charge, back, "requested_by_customer", {})
        note["refunds"] = [{"amount_refunded": back, "refund": made["id"], "type": "refund"}]
    if credit:
        customer = account.get("customer", invoice["customer"])
        entry = adjust(account, customer, -credit, "credit_note", credit_note=note["id"])
        note["customer_balance_transaction"] = entry["id"]


def _charge_of(account: Account, invoice: Document) -> Document:
    for each in account.store.payments_of(invoice["id"]):
        if each["status"] == "paid":
            intent = account.get("payment_intent", each["payment"]["payment_intent"])
            return account.get("charge", intent["latest_charge"])
    raise invalid("Nothing was charged for this invoice that could go back.", "refund_amount")


def _line(invoice: Document, params: Form) -> Document:
    form.check(
        params,
        ("type", "invoice_line_item", "amount", "description", "quantity", "unit_amount"),
        "lines",
    )
    kind = form.choice(params, "type", ("invoice_line_item", "custom_line_item"))
    quantity, unit = form.number(params, "quantity"), form.number(params, "unit_amount")
    line: Any = None
    if kind == "invoice_line_item":
        name = form.needed(params, "invoice_line_item")
        line = next((each for each in invoice["lines"]["data"] if each["id"] == name), None)
        if line is None:
            raise invalid(f"No such line: '{name}'", "lines[0][invoice_line_item]")
        amount = form.number(params, "amount", line["amount"])
    else:
        amount = form.number(params, "amount", (quantity or 1) * (unit or 0))
    return {
        "id": new_id("cnli"),
        "object": "credit_note_line_item",
        "amount": amount,
        "description": form.text(params, "description") or (line and line["description"]),
        "discount_amount": 0,
        "discount_amounts": [],
        "invoice_line_item": line and line["id"],
        "livemode": False,
        "metadata": {},
        "pretax_credit_amounts": [],
        "quantity": quantity,
        "tax_rates": [],
        "taxes": [],
        "type": kind,
        "unit_amount": unit,
        "unit_amount_decimal": None if unit is None else str(unit),
    }


def _note(
    account: Account, params: Form, invoice: Document, amount: int, lines: list[Document]
) -> Document:
    name = new_id("cn")
    count = sum(each["invoice"] == invoice["id"] for each in account.store.all("credit_note"))
    return {
        "id": name,
        "object": "credit_note",
        "amount": amount,
        "amount_shipping": 0,
        "created": account.now(invoice),
        "currency": invoice["currency"],
        "customer": invoice["customer"],
        "customer_balance_transaction": None,
        "discount_amount": 0,
        "discount_amounts": [],
        "effective_at": account.now(invoice),
        "invoice": invoice["id"],
        "lines": list_of(lines, f"/v1/credit_notes/{name}/lines"),
        "livemode": False,
        "memo": form.text(params, "memo"),
        "metadata": form.metadata(params),
        "number": f"{invoice['number']}-CN-{count + 1:02}",
        "out_of_band_amount": None,
        "pdf": f"{account.url}/credit_notes/{name}",
        "post_payment_amount": 0,
        "pre_payment_amount": 0,
        "pretax_credit_amounts": [],
        "reason": form.choice(params, "reason", _REASONS),
        "refunds": [],
        "shipping_cost": None,
        "status": "issued",
        "subtotal": amount,
        "subtotal_excluding_tax": amount,
        "total": amount,
        "total_excluding_tax": amount,
        "total_taxes": [],
        "voided_at": None,
        "_clock": invoice["test_clock"],
    }
