"""Where lines of usage lie at Stripe, and whether a customer is asked to pay them there. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from functions.billing.rules.charges import UsageCharge
from functions.billing.rules.invoice import gave_up_by_pause, is_held, waits_for_lines
from functions.billing.rules.stripe_objects import StripeObject

# `asked`: the customer is asked for the line, or will be without us. `void`: it never will be. At
# the other places the customer is not asked and may be later: `loose` is a draft that does not
# become final by itself, or no invoice; `unwritten` a usage invoice before its release; `given_up`
# an invoice that a pause made uncollectible.
Place = Literal["asked", "void", "loose", "unwritten", "given_up"]


class MisplacedItem(NamedTuple):
    """An item at Stripe that has to be removed before its charge is written elsewhere."""

    item_id: str
    stripe_id: str | None
    place: Place


class Placements(NamedTuple):
    """The keys of the charges that the customer is asked for, and the items that have to be removed
    before the others are written."""

    asked: frozenset[str]
    misplaced: tuple[MisplacedItem, ...]


def place_of(invoice: StripeObject, *, is_renewed: bool) -> Place:
    """The place of a line on that invoice. The draft of a renewal is `loose` where the subscription
    is not renewed any more, since Stripe may void it or keep it."""
    if waits_for_lines(invoice):
        return "unwritten"
    if gave_up_by_pause(invoice):
        return "given_up"
    if invoice["status"] == "void":
        return "void"
    if invoice["status"] != "draft":
        return "asked"
    is_renewal = invoice.get("billing_reason") == "subscription_cycle"
    return "loose" if is_held(invoice) or (is_renewal and not is_renewed) else "asked"


def charge_of_item(item: Mapping[str, Any]) -> UsageCharge | None:
    """The charge that an item carries; None where it is not one of usage."""
    return UsageCharge.from_metadata(item.get("metadata") or {}, item["amount"])


def placements_of(
    items: Iterable[tuple[str, Mapping[str, Any]]],
    places: Mapping[str, Place],
    here: str | None,
) -> Placements:
    """Sorts items, each with the key of its charge, by the places of their invoices: those for
    which the customer is asked, the ones on the draft `here` among them, and those to be
    removed."""
    asked, misplaced = set[str](), list[MisplacedItem]()
    for key, item in items:
        on = item["invoice"]
        place = "asked" if on is not None and on == here else places.get(on or "", "loose")
        if place == "asked":
            asked.add(key)
        elif place != "void":
            misplaced.append(MisplacedItem(str(item["id"]), on, place))
    return Placements(frozenset(asked), tuple(misplaced))
