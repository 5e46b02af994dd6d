"""Calls of Stripe for invoices and their lines. A call that changes something has an idempotency
key, or changes nothing when it is repeated."""

from collections.abc import Awaitable
from typing import Any

from functions.billing.rules.invoice import MOST_LINES
from functions.billing.rules.refusals import StripeRefused
from functions.billing.service.stripe_calls import call_stripe, named


async def retrieve_invoice(stripe_id: str) -> dict[str, Any]:
    """An invoice with its lines: all of them, or at least MOST_LINES. Raises StripeMissing for an
    unknown invoice, Unavailable."""
    invoice = await look_at_invoice(stripe_id)
    lines = page = invoice["lines"]
    while page["has_more"] and len(lines["data"]) < MOST_LINES:
        after = {"limit": 100, "starting_after": lines["data"][-1]["id"]}
        page = await call_stripe("get", f"invoices/{named(stripe_id)}/lines", after)
        lines["data"] += page["data"]
    return invoice


async def look_at_invoice(stripe_id: str) -> dict[str, Any]:
    """An invoice with the lines that fit into one answer. Raises StripeMissing for an unknown
    invoice, Unavailable."""
    return await call_stripe("get", f"invoices/{named(stripe_id)}")


async def drafts_of(customer_id: str) -> list[dict[str, Any]]:
    """The customer's newest drafts, a hundred at most. Raises Unavailable."""
    params = {"customer": customer_id, "status": "draft", "limit": 100}
    return list((await call_stripe("get", "invoices", params))["data"])


async def create_usage_invoice(key: str, params: Any) -> str:
    """Makes an invoice that belongs to no subscription, once under that key, and returns its id.
    Raises Unknown, StripeRefused."""
    made = await call_stripe("post", "invoices", params, key=key)
    return str(made["id"])


async def update_invoice(stripe_id: str, params: Any) -> None:
    """Changes a draft. Raises Unknown, StripeMissing for a deleted draft, StripeRefused for an
    invoice that is final."""
    await call_stripe("post", f"invoices/{named(stripe_id)}", params)


async def delete_draft(stripe_id: str) -> None:
    """Deletes a draft that belongs to no subscription, after its lines, which otherwise would wait
    for the customer's next invoice; nothing where it is final or deleted. Raises Unknown,
    Unavailable."""
    await _unless_refused(_delete_with_lines(stripe_id))


async def void_draft(stripe_id: str) -> None:
    """Voids a draft of a subscription, which Stripe does not delete: finalizes it first. One that
    the customer's balance covers is paid instead. Raises Unknown, Unavailable."""
    path = f"invoices/{named(stripe_id)}"
    await _unless_refused(call_stripe("post", f"{path}/finalize", {"auto_advance": False}))
    await void_invoice(stripe_id)


async def void_invoice(stripe_id: str) -> None:
    """Voids an invoice that is not paid; nothing where it is paid. Raises Unknown, Unavailable."""
    await _unless_refused(call_stripe("post", f"invoices/{named(stripe_id)}/void"))


async def items_of(customer_id: str) -> list[dict[str, Any]]:
    """All invoice items of the customer, also those on earlier invoices. Raises Unavailable."""
    return await _all_items({"customer": customer_id})


async def items_on(stripe_id: str) -> list[dict[str, Any]]:
    """The invoice items on an invoice. Raises StripeRefused, Unavailable."""
    return await _all_items({"invoice": stripe_id})


async def write_line(key: str, params: Any) -> None:
    """Writes a line on a draft, once under that key. Raises Unknown; KeyUsed where the key wrote
    another line, or one on another draft; StripeRefused where the invoice is no draft any more."""
    await call_stripe("post", "invoiceitems", params, key=key)


async def take_line_off(item_id: str) -> None:
    """Takes a line off its draft; nothing where the invoice is final, or the line is gone. Raises
    Unknown, Unavailable."""
    await _unless_refused(call_stripe("delete", f"invoiceitems/{named(item_id)}"))


async def _delete_with_lines(stripe_id: str) -> None:
    for each in await items_on(stripe_id):
        await take_line_off(str(each["id"]))
    await call_stripe("delete", f"invoices/{named(stripe_id)}")


async def _unless_refused(call: Awaitable[object]) -> None:
    try:
        await call
    except StripeRefused:
        return


async def _all_items(which: dict[str, Any]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    after: dict[str, Any] = {}
    while True:
        page = await call_stripe("get", "invoiceitems", {**which, "limit": 100, **after})
        items += page["data"]
        if not page["has_more"]:
            return items
        after = {"starting_after": items[-1]["id"]}
