"""How a thing is stored, found, timed and published, from one declaration."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.aggregates.aggregate import Aggregate
from shared.kit.ids import new_id
from shared.kit.instants import format_instant
from shared.kit.transitions import Transition, payload
from shared.messaging.recorder import LastEvent
from shared.storage.batches import Document
from tests.shared.aggregates.shop import (
    DUE,
    TILLS,
    Order,
    OrderPaid,
    OrderPlaced,
    Till,
    changed,
    orders_of,
)
from tests.shared.stories import NOW

ORDERS = orders_of("orders")
LAST = LastEvent(id="evt_1", correlation_id="evt_0")
ID = new_id("ord", NOW)


def document(data: dict[str, Any]) -> Document:
    return Document("orders", ID, "acme", data, datetime(2026, 1, 1, tzinfo=UTC))


def test_what_is_stored_is_read_again() -> None:
    order = Order(order_id=ID, lines=("tea", "milk"), due_at=NOW)
    data = ORDERS.fields(order, 3, LAST)
    assert {name: data[name] for name in data if name not in ("state", "last_event")} == {
        "sequence": 3,
        "next_timer_type": DUE,
        "next_timer_at": format_instant(NOW),
        "sweep_at": format_instant(NOW),
        "sweeps": 0,
        "status": "open",
        "customer": "ana",
        "placed_at": format_instant(NOW),
        "lines": ["tea", "milk"],
    }
    stored = ORDERS.read(document(data))
    assert (stored.state, stored.sequence, stored.last_event) == (order, 3, LAST)


def test_what_waits_for_nothing_has_an_empty_timer_and_what_never_waits_has_none() -> None:
    paid = ORDERS.fields(Order(order_id=ID, status="paid", due_at=NOW), 1, LAST)
    assert (paid["next_timer_type"], paid["next_timer_at"], paid["sweep_at"]) == (None,) * 3
    assert TILLS.fields(Till(name="main"), 0, None) == {
        "state": '{"name":"main","orders":0}',
        "sequence": 0,
        "last_event": None,
    }
    assert TILLS.timer(Till(name="main")) is None


def test_a_document_without_a_state_holds_a_place() -> None:
    placeholder = document({"withdrawn_by": "ana"})
    stored = ORDERS.read(placeholder)
    assert (stored.state, stored.sequence, stored.last_event) == (None, 0, None)
    assert stored.document is placeholder


def test_an_id_is_the_nouns_field_unless_something_else_is_named() -> None:
    assert ORDERS.id(Order(order_id=ID)) == ID
    assert TILLS.id(Till(name="main")) == "main"
    assert ORDERS.subject(ID) == f"order/{ID}"


@pytest.mark.parametrize("text", ["", "ord_1", "apr_01KAGQ0000000000000000000A", f"{ID}x"])
def test_an_id_has_its_prefix_or_any_form(text: str) -> None:
    assert ORDERS.may_be_id(ID)
    assert not ORDERS.may_be_id(text)
    assert TILLS.may_be_id(text)


def test_an_event_publishes_its_part_of_the_state_and_what_it_says_itself() -> None:
    order = Order(order_id=ID, customer="secret")
    placed = payload(Transition(order, OrderPlaced))
    assert placed == OrderPlaced(order_id=ID)
    assert "secret" not in placed.model_dump_json()
    paid = payload(changed(order, OrderPaid, {"by": "bo"}, status="paid"))
    assert paid == OrderPaid(order_id=ID, status="paid", version=2, by="bo")


def test_an_instant_that_is_not_there_is_indexed_as_nothing() -> None:
    dated: Aggregate[Order] = replace(ORDERS, indexed=("due_at",))
    assert dated.fields(Order(order_id=ID), 1, LAST)["due_at"] is None
    due = Order(order_id=ID, due_at=NOW + timedelta(microseconds=1))
    assert dated.fields(due, 1, LAST)["due_at"] == format_instant(NOW)
