"""Calls of Stripe about invoices and their lines. Each that changes something has a key, or leaves
the same however often it is made."""

from collections.abc import Awaitable
from typing import Any

from functions.billing.rules.invoice import MOST_LINES
from functions.billing.rules.refusals import StripeRefused
from functions.billing.service.stripe_calls import call_stripe, named


async def retrieve_invoice(stripe_id: str) -> dict[str, Any]:
    """An invoice with its lines, MOST_LINES of them at least where it has so many. Raises
    StripeRefused for none, Unavailable."""
    shown = await look_at_invoice(stripe_id)
    lines = page = shown["lines"]
    while page["has_more"] and len(lines["data"]) < MOST_LINES:
        after = {"limit": 100, "starting_after": lines["data"][-1]["id"]}
        page = await call_stripe("get", f"invoices/{named(stripe_id)}/lines", after)
        lines["data"] += page["data"]
    return shown


async def look_at_invoice(stripe_id: str) -> dict[str, Any]:
    """An invoice, and no more of its lines than one answer has. Raises StripeMissing for none,
    Unavailable."""
    return await call_stripe("get", f"invoices/{named(stripe_id)}")


async def drafts_of(customer_id: str) -> list[dict[str, Any]]:
    """The customer's newest drafts, a hundred at most. Raises Unavailable."""
    params = {"customer": customer_id, "status": "draft", "limit": 100}
    return list((await call_stripe("get", "invoices", params))["data"])


async def create_usage_invoice(key: str, params: Any) -> str:
    """The id of an invoice that is of no subscription, once under that key. Raises Unknown,
    StripeRefused."""
    made = await call_stripe("post", "invoices", params, key=key)
    return str(made["id"])


async def update_invoice(stripe_id: str, params: Any) -> None:
    """Changes a draft. Raises Unknown, StripeMissing for one that is gone, StripeRefused for one
    that is final."""
    await call_stripe("post", f"invoices/{named(stripe_id)}", params)


async def delete_draft(stripe_id: str) -> None:
    """Deletes a draft that is of no subscription, after its lines, which else might wait for the
    customer's next invoice; nothing where it is final by now, or gone. Raises Unknown,
    Unavailable."""
    await _unless_refused(_delete_with_lines(stripe_id))


async def void_draft(stripe_id: str) -> None:
    """Lets nobody be asked for a draft of a subscription, which cannot be deleted; nothing where
    it is final by now. What is covered by the customer's balance is paid instead. Raises Unknown,
    Unavailable."""
    path = f"invoices/{named(stripe_id)}"
    await _unless_refused(call_stripe("post", f"{path}/finalize", {"auto_advance": False}))
    await void_invoice(stripe_id)


async def void_invoice(stripe_id: str) -> None:
    """Lets nobody be asked for an invoice that is not paid; nothing where it is. Raises Unknown,
    Unavailable."""
    await _unless_refused(call_stripe("post", f"invoices/{named(stripe_id)}/void"))


async def items_of(customer_id: str) -> list[dict[str, Any]]:
    """What was ever asked of the customer beside its subscriptions. Raises Unavailable."""
    return await _all_items({"customer": customer_id})


async def items_on(stripe_id: str) -> list[dict[str, Any]]:
    """What is asked on an invoice beside the subscription. Raises StripeRefused, Unavailable."""
    return await _all_items({"invoice": stripe_id})


async def write_line(key: str, params: Any) -> None:
    """Writes a line on a draft, once under that key. Raises Unknown; KeyUsed where the key wrote
    another one, or on another draft; StripeRefused where the invoice is no draft any more."""
    await call_stripe("post", "invoiceitems", params, key=key)


async def take_line_off(item_id: str) -> None:
    """Takes a line off its draft; nothing where that is final by now, or the line is gone. Raises
    Unknown, Unavailable."""
    await _unless_refused(call_stripe("delete", f"invoiceitems/{named(item_id)}"))


async def _delete_with_lines(stripe_id: str) -> None:
    for each in await items_on(stripe_id):
        await take_line_off(str(each["id"]))
    await call_stripe("delete", f"invoices/{named(stripe_id)}")


async def _unless_refused(asked: Awaitable[object]) -> None:
    try:
        await asked
    except StripeRefused:
        return


async def _all_items(which: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: dict[str, Any] = {}
    while True:
        page = await call_stripe("get", "invoiceitems", {**which, "limit": 100, **after})
        found += page["data"]
        if not page["has_more"]:
            return found
        after = {"starting_after": found[-1]["id"]}
