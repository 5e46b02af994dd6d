"""Where lines of usage lie at Stripe, and whether anybody is asked for them there. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from functions.billing.rules.charges import UsageCharge
from functions.billing.rules.invoice import gave_up_by_pause, is_held, waits_for_lines
from functions.billing.rules.stripe_objects import Shown

# `asked`: somebody is asked, or will be by itself. `void`: nobody is, and it stays so. A line on
# the others asks nobody and may yet: `loose` lies on a draft that does not become final by itself,
# or on none; `unwritten` on a usage invoice that was not released; `given_up` on an invoice that a
# pause made uncollectible.
Place = Literal["asked", "void", "loose", "unwritten", "given_up"]


class Lying(NamedTuple):
    """An item at Stripe that has to leave its place before another one asks for the same."""

    item_id: str
    stripe_id: str | None
    place: Place


class Placed(NamedTuple):
    """Of what is due: the keys of the charges that somebody is asked for, and what is in the
    way of the others."""

    asked: frozenset[str]
    lying: tuple[Lying, ...]


def place_of(shown: Shown, *, is_renewed: bool) -> Place:
    """What becomes of a line on the invoice. The draft of a subscription that is not renewed asks
    nobody, since Stripe may void it or keep it."""
    if waits_for_lines(shown):
        return "unwritten"
    if gave_up_by_pause(shown):
        return "given_up"
    if shown["status"] == "void":
        return "void"
    if shown["status"] != "draft":
        return "asked"
    is_renewal = shown.get("billing_reason") == "subscription_cycle"
    return "loose" if is_held(shown) or (is_renewal and not is_renewed) else "asked"


def charge_in(item: Mapping[str, Any]) -> UsageCharge | None:
    """What an item charges for; None where it is not of usage."""
    return UsageCharge.read(item.get("metadata") or {}, item["amount"])


def placed(
    items: Iterable[tuple[str, Mapping[str, Any]]],
    places: Mapping[str, Place],
    here: str | None,
) -> Placed:
    """Which of these items, by the keys of their charges, ask somebody, or lie on the draft `here`
    that is being written; and which are in the way."""
    asked, lying = set[str](), list[Lying]()
    for key, item in items:
        on = item["invoice"]
        place = "asked" if on is not None and on == here else places.get(on or "", "loose")
        if place == "asked":
            asked.add(key)
        elif place != "void":
            lying.append(Lying(str(item["id"]), on, place))
    return Placed(frozenset(asked), tuple(lying))
