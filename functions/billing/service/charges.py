"""Writes charges for usage on a draft at Stripe: each section of each month once, whatever notices
of Stripe arrive, how often and in which order."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import Any

from functions.billing.aggregates import INVOICES, RUN
from functions.billing.rules.charges import UsageCharge, charges_of
from functions.billing.rules.draft_lines import draft_line
from functions.billing.rules.invoice import Invoice, invoice_id_of
from functions.billing.rules.refusals import StripeMissing, StripeRefused
from functions.billing.rules.subscription import Subscription
from functions.billing.rules.terms import months_to_charge
from functions.billing.rules.usage_places import (
    MisplacedItem,
    Place,
    Placements,
    charge_of_item,
    place_of,
    placements_of,
)
from functions.billing.service.invoice_calls import (
    delete_draft,
    items_of,
    look_at_invoice,
    take_line_off,
    void_invoice,
    write_line,
)
from functions.billing.service.stripe_calls import KeyUsed, seconds
from functions.billing.service.usage_months import close_months
from shared.kit.callers import Caller
from shared.usage.periods import end_of, start_of

_LOGGER = logging.getLogger(__name__)
# How often one call looks where the charges lie, before it leaves the rest to a later call.
_MOST_LOOKS = 12


async def charge_usage(caller: Caller, known: Subscription, invoice: Invoice) -> bool:
    """Closes the months that are over, and writes on the draft the charges that no invoice asks for
    yet, by the limits of the known subscription; whether it wrote any. The next notice, of this
    invoice or of a later one, writes what a crash left out. Raises Unknown, Unavailable.

    Each line is written under an idempotency key of its charge and of the number of keys that were
    used for it before, whichever draft it is written on. So Stripe refuses a late copy of a line,
    whose key was used on another draft."""
    due = await _due(caller, known)
    used: dict[str, int] = {}
    for _ in range(_MOST_LOOKS if due else 0):
        placements = await _placements(caller, known, due, invoice.stripe_id)
        if placements.misplaced:
            # An invoice may become final before its line is off: the next look shows it.
            await _clear(placements.misplaced)
            continue
        missing = [each for each in due if each.key not in placements.asked]
        if not missing:
            break
        for charge in missing:
            used[charge.key] = used.get(charge.key, 0) + 1
            if not await _write(invoice, charge, used[charge.key]):
                return True
    else:
        if due:
            _LOGGER.warning("usage goes to a later invoice than %s", invoice.stripe_id)
    return bool(used)


async def owes_usage(caller: Caller, known: Subscription) -> bool:
    """Whether a month that is over has a charge that no invoice asks for; closes these months.
    Raises Unknown, Unavailable."""
    due = await _due(caller, known)
    if not due:
        return False
    placements = await _placements(caller, known, due, None)
    return any(each.key not in placements.asked for each in due)


async def _due(caller: Caller, known: Subscription) -> list[UsageCharge]:
    months = months_to_charge(known.terms, caller.received_at)
    closed = await close_months(caller, [each.period for each in months])
    return [charge for each in months for charge in charges_of(each, closed[each.period])]


async def _placements(
    caller: Caller, known: Subscription, due: Sequence[UsageCharge], here: str | None
) -> Placements:
    """Where the charges lie at Stripe now, `here` being the draft that is written."""
    keys = {each.key for each in due}
    charges = [(charge_of_item(each), each) for each in await items_of(str(known.customer_id))]
    items = [(charge.key, each) for charge, each in charges if charge and charge.key in keys]
    stripe_ids = {str(item["invoice"]) for _, item in items if item["invoice"]} - {here}
    return placements_of(items, await _places(caller, known, sorted(stripe_ids)), here)


async def _places(
    caller: Caller, known: Subscription, stripe_ids: Sequence[str]
) -> dict[str, Place]:
    """What becomes of lines on these invoices. Invoices that we know as paid are not read again:
    they stay paid."""
    reading = RUN.reading(caller.tenant_id, caller.received_at)
    kept = await reading.find_all(INVOICES, map(invoice_id_of, stripe_ids))
    statuses = {each.stripe_id: each.status for each in kept if each is not None}
    unsure = [each for each in stripe_ids if statuses.get(each) != "paid"]
    read = await asyncio.gather(*(_place(known, each) for each in unsure))
    places: dict[str, Place] = dict.fromkeys(stripe_ids, "asked")
    return places | dict(zip(unsure, read, strict=True))


async def _place(known: Subscription, stripe_id: str) -> Place:
    try:
        return place_of(await look_at_invoice(stripe_id), is_renewed=known.is_renewed)
    except StripeMissing:
        return "loose"


async def _clear(misplaced: Iterable[MisplacedItem]) -> None:
    """Removes lines from where they ask nobody. Deletes a usage invoice before its release, so that
    whoever is about to release it finds none; voids what a pause made uncollectible."""
    for each in misplaced:
        if each.place == "loose":
            await take_line_off(each.item_id)
    left = {(each.place, each.stripe_id) for each in misplaced if each.stripe_id is not None}
    for place, stripe_id in sorted(left):
        if place == "unwritten":
            await delete_draft(stripe_id)
        elif place == "given_up":
            await void_invoice(stripe_id)


async def _write(invoice: Invoice, charge: UsageCharge, number: int) -> bool:
    """Writes the charge under its key of that number; False where the invoice takes no line any
    more."""
    key = f"usage-{invoice.customer_id}-{charge.key}-{number}"
    try:
        await write_line(key, _item(invoice, charge))
    except KeyUsed:
        # The key wrote the line before: it lies on another draft, where the next look finds it, or
        # was taken off.
        return True
    except StripeRefused as error:
        _LOGGER.warning("usage goes to a later invoice: %s", error)
        return False
    return True


def _item(invoice: Invoice, charge: UsageCharge) -> dict[str, Any]:
    start, end = start_of(charge.period), end_of(charge.period)
    line = draft_line(invoice, charge.cents, charge.description, charge.metadata)
    return {**line, "period": {"start": seconds(start), "end": seconds(end)}}
