"""Writes what was used beyond the plan's limits on a draft of Stripe's, each section of each month
once, whichever notices come, however often and in what order."""

import logging
from collections.abc import Mapping
from typing import Any

from functions.billing.aggregates import RUN
from functions.billing.rules import subscription as rules
from functions.billing.rules.charges import UsageCharge, charges_of
from functions.billing.rules.draft_lines import draft_line
from functions.billing.rules.invoice import Invoice, is_held
from functions.billing.rules.refusals import StripeRefused
from functions.billing.rules.subscription import Subscription
from functions.billing.rules.terms import months_to_charge
from functions.billing.service.closing import close_months
from functions.billing.service.stripe_calls import (
    create_usage_item,
    delete_usage_item,
    retrieve_invoice,
    seconds,
    usage_items_of,
)
from functions.billing.service.subscriptions import known_to
from shared.aggregates.command import Command
from shared.kit.callers import Caller
from shared.usage.periods import end_of, start_of

_LOGGER = logging.getLogger(__name__)


async def charge_usage(caller: Caller, known: Subscription, invoice: Invoice) -> bool:
    """Closes the months that are over, and writes on the draft what they cost and no invoice has
    yet, by the limits of the subscription that is known; whether anything was written. What a
    crash left out the next notice writes, of this invoice or of a later one. Raises Unknown,
    Unavailable."""
    due = await _due(caller, known)
    if not due or not await _reserve(caller, invoice.stripe_id):
        return False
    # Nothing is written on an earlier invoice from here on, so all that was is seen.
    items = await usage_items_of(invoice.customer_id)
    written = {each.key for each in map(_read, items) if each is not None}
    missing = [each for each in due if each.key not in written]
    for charge in missing:
        key = f"usage-{invoice.stripe_id}-{charge.key}"
        try:
            await create_usage_item(key, _item(invoice, charge))
        except StripeRefused as refused:
            _LOGGER.warning("usage goes to a later invoice: %s", refused)
            break
    return bool(missing)


async def owes_usage(caller: Caller, known: Subscription) -> bool:
    """Whether a month that is over costs what no invoice asks for; closes these months. What lies
    on a draft that does not become final is not asked for. Raises Unknown, Unavailable."""
    due = await _due(caller, known)
    if not due:
        return False
    never = known.usage_on if await _never_asks(known.usage_on) else None
    items = await usage_items_of(str(known.customer_id))
    charges = [_read(each) for each in items if never is None or each["invoice"] != never]
    written = {each.key for each in charges if each is not None}
    return any(each.key not in written for each in due)


async def _never_asks(stripe_id: str | None) -> bool:
    """Whether the invoice is a draft that Stripe does not make final by itself."""
    if stripe_id is None:
        return False
    try:
        shown = await retrieve_invoice(stripe_id)
    except StripeRefused:
        return False
    return is_held(shown)


async def _due(caller: Caller, known: Subscription) -> list[UsageCharge]:
    months = months_to_charge(known.terms, caller.received_at)
    closed = await close_months(caller, [each.period for each in months])
    return [charge for each in months for charge in charges_of(each, closed[each.period])]


async def _reserve(caller: Caller, stripe_id: str) -> bool:
    """Whether usage may be written on this invoice: no earlier draft takes it any more."""

    async def use_case(work: Command) -> Subscription:
        known = await known_to(work)
        if known.usage_on not in (None, stripe_id) and await _keeps_usage(known):
            return known
        return await work.save_change(known, *rules.write_usage_on(known, stripe_id))

    return (await RUN.command(caller, use_case, Subscription)).usage_on == stripe_id


async def _keeps_usage(known: Subscription) -> bool:
    """Whether the invoice that took usage before is a draft that becomes final. From one that does
    not, because its subscription ended, the lines of usage are taken off: another will ask."""
    try:
        shown = await retrieve_invoice(str(known.usage_on))
    except StripeRefused:
        # Somebody deleted it.
        return False
    if not is_held(shown):
        return str(shown["status"]) == "draft"
    for item in await usage_items_of(str(known.customer_id)):
        if item["invoice"] == known.usage_on and _read(item) is not None:
            await delete_usage_item(str(item["id"]))
    return False


def _read(item: Mapping[str, Any]) -> UsageCharge | None:
    return UsageCharge.read(item.get("metadata") or {}, item["amount"])


def _item(invoice: Invoice, charge: UsageCharge) -> dict[str, Any]:
    start, end = start_of(charge.period), end_of(charge.period)
    line = draft_line(invoice, charge.cents, charge.description, charge.metadata)
    return {**line, "period": {"start": seconds(start), "end": seconds(end)}}
