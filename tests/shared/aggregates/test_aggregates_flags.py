"""Flags of the log that later commits clear: of an event's reader, or of the same request."""

from datetime import timedelta

import pytest

from shared.messaging.changes import Change
from shared.messaging.envelope import Envelope
from tests.shared.aggregates.shop import OrderPlaced, Shop
from tests.shared.stories import NOW

pytestmark = pytest.mark.platform
SWEPT_AT = NOW + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def cleared_by_its_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """The placing of an order has a reader that always commits."""
    monkeypatch.setattr(OrderPlaced, "reader_clears", frozenset({""}))


async def placed(shop: Shop) -> tuple[str, Envelope]:
    """An order, and the event of it that the reader gets."""
    shop.cloud.mend()
    id = (await shop.place()).order_id
    assert shop.cloud.firestore.calls.count("Commit") == 1
    (event,) = await shop.log()
    assert await shop.published(1) == [event.id]
    return id, event


async def test_the_readers_commit_clears_the_flag(shop: Shop) -> None:
    id, event = await placed(shop)
    assert await shop.unpublished() == 1
    shop.cloud.mend()
    await shop.react(event, id, clears=True)
    assert shop.cloud.firestore.calls.count("Commit") == 1
    assert await shop.unpublished() == 0
    assert await shop.told() == ["placed", "paid"]


async def test_the_readers_commit_clears_the_flag_of_what_the_event_carries(shop: Shop) -> None:
    _, first = await placed(shop)
    id = (await shop.place()).order_id
    (second,) = (each for each in await shop.log() if each.subject_id == id)
    assert await shop.unpublished() == 2
    await shop.react(second.but(carries=(first.id,)), id, clears=True)
    assert await shop.unpublished() == 0


async def test_a_reader_from_whose_delivery_nothing_follows_clears_it_too(shop: Shop) -> None:
    _, event = await placed(shop)
    await shop.react(event, "ord_nobody", clears=True)
    assert await shop.unpublished() == 0
    shop.cloud.mend()
    await shop.react(event, "ord_nobody", clears=True)
    assert shop.cloud.firestore.calls.count("Commit") == 0


async def test_where_the_reader_is_late_the_sweep_publishes_once_more(shop: Shop) -> None:
    id, event = await placed(shop)
    for _ in range(2):
        await shop.sweep(SWEPT_AT)
    assert await shop.published(1) == [event.id]
    assert await shop.unpublished() == 0
    await shop.react(event, id, clears=True)
    assert await shop.told() == ["placed", "paid"]


async def test_a_commit_whose_answer_was_lost_is_published_and_its_flag_left(shop: Shop) -> None:
    shop.cloud.mend()
    shop.cloud.firestore.cut("Commit", "after", number=1, times=1)
    await shop.place()
    (event,) = await shop.log()
    assert await shop.published(1) == [event.id]
    assert await shop.unpublished() == 1


async def test_what_is_left_is_published_with_the_next_commit_of_the_request(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OrderPlaced, "reader_clears", frozenset())
    await shop.place()
    (placed,) = await shop.log()
    left: list[Envelope] = []
    outbox, store = shop.run.outbox, shop.store
    shop.cloud.mend()
    await outbox.hand_over(store, Change(events=[placed], left=left), now=NOW)
    assert left == [placed]
    assert shop.cloud.pubsub.calls.count("Publish") == 0
    assert shop.cloud.firestore.calls.count("Commit") == 0
    paid = placed.but(id="evt_later", type="assent.order.paid.v1", sequence=2)
    await outbox.hand_over(store, Change(events=[paid], carried=left), now=NOW)
    assert shop.cloud.pubsub.calls.count("Publish") == 1
    assert shop.cloud.firestore.calls.count("Commit") == 1
