"""A process that dies at any call of a command, a reaction or a timer loses nothing: whoever asked
asks again, the sweep does the rest, and everything happened exactly once."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.shared.aggregates.shop import Shop
from tests.shared.stories import NOW

pytestmark = pytest.mark.platform
DUE_AT = NOW + timedelta(hours=1)
SWEPT_AT = NOW + timedelta(minutes=1)

DEATHS = [
    (wire, method, moment, number)
    for wire, method, number in [
        ("firestore", "BatchGetDocuments", 1),
        ("firestore", "Commit", 1),
        ("firestore", "Commit", 2),
        ("firestore", "RunQuery", 1),
        ("pubsub", "Publish", 1),
        ("tasks", "CreateTask", 1),
    ]
    for moment in ("before", "after")
]
Death = tuple[str, str, Any, int]


async def die(shop: Shop, act: Callable[[], Awaitable[Any]], death: Death) -> None:
    """Starts the act and kills it at that call; does nothing where the act makes no such call."""
    wire, method, moment, number = death
    process = asyncio.ensure_future(act())
    shop.cloud.mend()
    getattr(shop.cloud, wire).on(method, moment, process.cancel, number=number)
    await asyncio.gather(process, return_exceptions=True)
    shop.cloud.mend()
    shop.run = shop.another_process()


async def all_is_published(shop: Shop) -> bool:
    ids = {event.id for event in await shop.log()}
    return set(await shop.published(len(ids))) == ids and await shop.unpublished() == 0


@pytest.mark.by_day(2)
@pytest.mark.parametrize("death", DEATHS)
async def test_a_command_happens_once_whenever_the_process_dies(shop: Shop, death: Death) -> None:
    await die(shop, lambda: shop.place("k1", due_at=DUE_AT), death)
    placed = await shop.place("k1", due_at=DUE_AT)
    await shop.sweep(SWEPT_AT)
    assert await shop.told() == ["placed"]
    assert await shop.store.count(shop.orders.collection) == 1
    assert await all_is_published(shop)
    await shop.sweep(DUE_AT + timedelta(minutes=1))
    assert (await shop.order(placed.order_id)).status == "lapsed"


@pytest.mark.by_day(2)
@pytest.mark.parametrize("death", DEATHS)
async def test_a_change_happens_once_whenever_the_process_dies(shop: Shop, death: Death) -> None:
    id = (await shop.place()).order_id
    await die(shop, lambda: shop.pay(id, "k1"), death)
    assert (await shop.pay(id, "k1")).status == "paid"
    await shop.sweep(SWEPT_AT)
    assert await shop.told() == ["placed", "paid"]
    assert await all_is_published(shop)


@pytest.mark.by_day(2)
@pytest.mark.parametrize("is_one_of_several", [False, True])
@pytest.mark.parametrize("death", DEATHS)
async def test_a_reaction_happens_once_whenever_the_process_dies(
    shop: Shop, death: Death, is_one_of_several: bool
) -> None:
    id, event = (await shop.place()).order_id, shop.delivered()

    async def react() -> None:
        await shop.react(event, id, is_one_of_several=is_one_of_several)

    await die(shop, react, death)
    await react()
    await shop.sweep(SWEPT_AT)
    assert await shop.told() == ["placed", "paid"]
    assert await all_is_published(shop)


@pytest.mark.by_day(2)
@pytest.mark.parametrize("death", DEATHS)
async def test_a_redelivery_that_dies_too_is_delivered_again(shop: Shop, death: Death) -> None:
    id, event = (await shop.place()).order_id, shop.delivered()
    await die(shop, lambda: shop.react(event, id), ("pubsub", "Publish", "before", 1))
    await die(shop, lambda: shop.react(event, id), death)
    await shop.react(event, id)
    assert await shop.told() == ["placed", "paid"]
    assert await all_is_published(shop)


@pytest.mark.by_day(2)
@pytest.mark.parametrize("death", DEATHS)
async def test_a_timer_is_handled_once_whenever_the_process_dies(shop: Shop, death: Death) -> None:
    id = (await shop.place(due_at=DUE_AT)).order_id
    await die(shop, lambda: shop.fire(id, DUE_AT, DUE_AT), death)
    for minutes in (1, 2):
        await shop.sweep(DUE_AT + timedelta(minutes=minutes))
    assert await shop.told() == ["placed", "lapsed"]
    assert await all_is_published(shop)


async def test_a_timer_whose_commits_answer_was_lost_is_published_by_the_sweep(shop: Shop) -> None:
    id = (await shop.place(due_at=DUE_AT)).order_id
    shop.cloud.mend()
    shop.cloud.firestore.cut("Commit", "after", number=1, times=1)
    await shop.fire(id, DUE_AT, DUE_AT)
    await shop.sweep(DUE_AT + timedelta(minutes=1))
    assert await shop.told() == ["placed", "lapsed"]
    assert await all_is_published(shop)


async def test_a_reaction_whose_commits_answer_was_lost_is_published_at_once(shop: Shop) -> None:
    id, event = (await shop.place()).order_id, shop.delivered()
    shop.cloud.mend()
    shop.cloud.firestore.cut("Commit", "after", number=1, times=1)
    await shop.react(event, id)
    assert await shop.told() == ["placed", "paid"]
    assert await all_is_published(shop)
