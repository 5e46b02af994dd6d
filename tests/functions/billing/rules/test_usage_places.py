"""Whether anybody is asked for a line of usage where it lies."""

from typing import Any

import pytest

from functions.billing.rules.invoice import (
    KEY,
    PURPOSE,
    RELEASED,
    USAGE,
    gave_up_by_pause,
    is_held,
    waits_for_lines,
)
from functions.billing.rules.usage_places import MisplacedItem, place_of, placements_of
from tests.functions.billing.rules.test_invoice import shown

BY_PAUSE = {"uncollectible": {"reason": "subscription_paused"}}
BY_HAND = {"uncollectible": {"reason": "user_forgiven"}}
OWN = {PURPOSE: USAGE, KEY: "usage-sub_1-1"}


def at_stripe(status: str, **fields: Any) -> dict[str, Any]:
    renewal = {"billing_reason": "subscription_cycle", "auto_advance": True}
    return {"status": status, **renewal, **fields}


def own(**fields: Any) -> dict[str, Any]:
    return at_stripe("draft", billing_reason="manual", metadata=OWN, **fields)


@pytest.mark.parametrize(
    ("invoice", "renewed", "ended"),
    [
        (at_stripe("open"), "asked", "asked"),
        (at_stripe("paid"), "asked", "asked"),
        (at_stripe("void"), "void", "void"),
        (at_stripe("uncollectible", status_details=BY_HAND), "asked", "asked"),
        (at_stripe("uncollectible", status_details=BY_PAUSE), "given_up", "given_up"),
        (at_stripe("draft"), "asked", "loose"),
        (at_stripe("draft", auto_advance=False), "loose", "loose"),
        (own(auto_advance=False), "unwritten", "unwritten"),
        (own(), "asked", "asked"),
        # An operator holds it after it was released.
        (own() | {"auto_advance": False, "metadata": OWN | {RELEASED: "yes"}}, "loose", "loose"),
    ],
)
def test_what_becomes_of_a_line_follows_from_its_invoice_and_from_who_asks(
    invoice: dict[str, Any], renewed: str, ended: str
) -> None:
    assert place_of(invoice, is_renewed=True) == renewed
    assert place_of(invoice, is_renewed=False) == ended


def test_a_usage_invoice_is_not_held_before_its_release() -> None:
    waiting, released = own(auto_advance=False), own()
    assert (waits_for_lines(waiting), is_held(waiting)) == (True, False)
    assert (waits_for_lines(released), is_held(released)) == (False, False)
    assert not gave_up_by_pause(at_stripe("open", status_details=BY_PAUSE))
    kept = shown(metadata=OWN, auto_advance=False)
    assert (kept.is_being_written, kept.takes_usage, kept.usage_key) == (True, True, OWN[KEY])
    final = shown("open", metadata=OWN, auto_advance=False)
    assert (final.is_being_written, final.takes_usage) == (False, False)


def test_what_asks_nobody_is_in_the_way_and_what_is_void_is_not() -> None:
    def item(name: str, on: str | None) -> tuple[str, dict[str, Any]]:
        return name, {"id": f"ii_{name}", "invoice": on}

    items = [
        item("here", "in_0"),
        item("paid", "in_1"),
        item("held", "in_2"),
        item("void", "in_3"),
        item("none", None),
    ]
    found = placements_of(items, {"in_1": "asked", "in_2": "loose", "in_3": "void"}, "in_0")
    assert found.asked == {"here", "paid"}
    assert found.misplaced == (
        MisplacedItem("ii_held", "in_2", "loose"),
        MisplacedItem("ii_none", None, "loose"),
    )
    # Without a draft that is written, what lies on it asks by what it is.
    [other] = placements_of([item("here", "in_0")], {"in_0": "unwritten"}, None).misplaced
    assert other.place == "unwritten"
