"""Event types: well named, once each, with their topic."""

import re
from collections.abc import Iterator
from importlib import import_module

import pytest

from events.registry import _TYPES, event, published_types, topics_of
from shared.kit.bookkeeping import BOOKKEEPING
from shared.kit.models import EventData


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    published_types()
    kept = dict(_TYPES)
    yield
    _TYPES.clear()
    _TYPES.update(kept)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "order.placed.v1",
        "assent.order.v1",
        "assent.order.placed",
        "assent.order.placed.v0",
        "assent.order.placed.v01",
        "assent.order.placed.1",
        "assent.order.placed.v1\n",
        "assent.Order.placed.v1",
        "assent.order.was placed.v1",
        "assent.order.placed.twice.v1",
        "assent.or-der.placed.v1",
        "assent._.placed.v1",
        "assent..placed.v1",
    ],
)
def test_a_bad_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is not assent"):
        event(name)


def test_a_class_knows_its_type() -> None:
    @event("assent.order.placed.v1")
    class Placed(EventData):
        order_id: str

    assert Placed.event_type == "assent.order.placed.v1"
    assert Placed.model_validate({"order_id": "1", "added_later": 2}).order_id == "1"


def test_a_type_is_one_class() -> None:
    @event("assent.order.placed.v1")
    class Placed(EventData):
        order_id: str

    class Sent(EventData):
        order_id: str

    with pytest.raises(ValueError, match=r"assent.order.placed.v1 is already .*Placed"):
        event("assent.order.placed.v1")(Sent)


def test_classes_of_one_name_in_two_modules_are_two() -> None:
    class Placed(EventData):
        order_id: str

    event("assent.order.placed.v1")(Placed)
    elsewhere = type("Placed", (EventData,), {"__qualname__": Placed.__qualname__})
    elsewhere.__module__ = "events.elsewhere"
    with pytest.raises(ValueError, match="is already"):
        event("assent.order.placed.v1")(elsewhere)


def test_a_class_is_one_type_and_its_subclass_another() -> None:
    @event("assent.order.placed.v1")
    class Placed(EventData):
        order_id: str

    with pytest.raises(ValueError, match="Placed is already"):
        event("assent.order.sent.v1")(Placed)

    @event("assent.order.returned.v1")
    class Returned(Placed):
        reason: str

    assert (Placed.event_type, Returned.event_type) == (
        "assent.order.placed.v1",
        "assent.order.returned.v1",
    )


def test_every_published_type_has_one_topic_and_a_verb_in_the_past() -> None:
    topics = published_types()
    assert {"agents", "approvals"} <= set(topics)
    everywhere = {payload.event_type for payload in BOOKKEEPING}
    names = [name for types in topics.values() for name in types if name not in everywhere]
    assert len(names) == len(set(names))
    for topic, types in topics.items():
        assert types, topic
        for name, payload in types.items():
            assert payload.event_type == name
            verb = name.split(".")[2]
            assert re.search(r"(ed|en|drawn|went|sent|done|found|lost|paid|fell)(_|$)", verb), name


@pytest.mark.parametrize(
    "noun",
    [
        *("agents", "approvals", "artifacts", "capsules", "identity", "learning", "models"),
        *("notifications", "policy", "runs", "usage"),
    ],
)
def test_a_function_publishes_each_type_to_the_topic_that_its_schema_names(noun: str) -> None:
    outbox = import_module(f"functions.{noun}.aggregates").RUN.outbox
    for name, payload in published_types()[noun].items():
        assert outbox.topic_of(name) in topics_of(payload), name
        assert outbox.topic_of(name) == noun or payload not in BOOKKEEPING, name


def test_the_bookkeeping_is_published_by_every_function_under_one_name() -> None:
    for types in published_types().values():
        assert {payload.event_type: payload for payload in BOOKKEEPING}.items() <= types.items()
    with pytest.raises(ValueError, match=r"is already shared\.kit\.bookkeeping\.LookupMissed"):

        @event("assent.lookup.missed.v1")
        class Missed(EventData):
            pass


def test_types_registered_elsewhere_are_not_published() -> None:
    @event("assent.order.placed.v1")
    class Placed(EventData):
        order_id: str

    assert Placed.event_type not in {name for types in published_types().values() for name in types}
