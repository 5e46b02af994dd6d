"""A command commits once and answers the same for its key, whoever else acts and whatever fails."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import KeySet

from shared.aggregates.command import Command
from shared.kit.contents import Contents
from shared.kit.errors import AlreadyDecided, IdempotencyKeyReused, Invalid, NotFound, Unavailable
from shared.kit.ids import new_id
from shared.kit.instants import format_instant
from shared.kit.signing import verify
from shared.kit.transitions import Transition
from shared.messaging import pubsub
from shared.messaging.recorder import LastEvent
from shared.storage import patience, races
from shared.storage.batches import Batch
from tests.shared.aggregates.shop import (
    TILLS,
    Order,
    OrderPaid,
    OrderPlaced,
    OrderView,
    Shop,
    Till,
    changed,
)
from tests.shared.stories import NOW

pytestmark = pytest.mark.platform


async def test_a_command_commits_once_and_answers_the_same_for_its_key(shop: Shop) -> None:
    first = await shop.place("k1")
    assert await shop.place("k1") == first
    assert shop.attempts == [0]
    (placed,) = await shop.log()
    assert (placed.type, placed.actorid) == ("assent.order.placed.v1", "ana")
    assert await shop.published(1) == [placed.id]
    assert await shop.unpublished() == 0
    assert await shop.place("k2") != first


async def test_without_a_key_a_command_runs_each_time(shop: Shop) -> None:
    assert await shop.place() != await shop.place()
    assert await shop.store.count("idempotency_keys") == 0


async def test_a_key_with_another_body_is_refused_and_nothing_runs(shop: Shop) -> None:
    await shop.place("k1")
    ran: list[int] = []

    async def use_case(work: Command) -> OrderView:
        ran.append(work.attempt)
        raise AssertionError

    key = shop.key("k1", "another body")
    with pytest.raises(IdempotencyKeyReused):
        await shop.run.command(shop.caller(), use_case, OrderView, key=key)
    assert ran == []


async def test_the_key_and_what_the_command_is_about_are_read_together(shop: Shop) -> None:
    id = (await shop.place()).order_id
    shop.cloud.mend()
    await shop.pay(id, "k1")
    assert shop.cloud.firestore.calls == ["BatchGetDocuments", "Commit", "Commit"]
    shop.cloud.mend()
    assert (await shop.pay(id, "k1")).status == "paid"
    assert shop.cloud.firestore.calls == ["BatchGetDocuments"]


async def test_a_change_without_a_key_reads_only_what_it_is_about(shop: Shop) -> None:
    id = (await shop.place()).order_id
    shop.cloud.mend()
    assert (await shop.pay(id)).version == 2
    assert shop.cloud.firestore.calls == ["BatchGetDocuments", "Commit", "Commit"]


async def test_what_a_change_answers_is_as_it_is_stored(
    signing_shop: Shop, public_keys: KeySet
) -> None:
    id = (await signing_shop.place()).order_id
    paid = await signing_shop.pay(id, "k1")
    assert paid.signature is not None
    assert verify(paid.signature, public_keys)["version"] == 2
    assert paid == OrderView.of(await signing_shop.order(id))
    assert await signing_shop.pay(id, "k1") == paid


async def test_a_change_without_transitions_answers_what_is_and_commits_nothing(
    shop: Shop,
) -> None:
    id = (await shop.place()).order_id
    before = await shop.document(id)
    shop.cloud.mend()
    answer = await shop.run.change(shop.caller(), shop.orders, id, lambda order: (), OrderView)
    assert answer == OrderView.of(await shop.order(id))
    assert "Commit" not in shop.cloud.firestore.calls
    assert await shop.document(id) == before


async def test_a_lost_race_is_decided_again_from_a_fresh_read(shop: Shop) -> None:
    id = (await shop.place()).order_id

    async def meanwhile(attempt: int) -> None:
        if attempt < 2:
            await shop.run.change(
                shop.caller(),
                shop.orders,
                id,
                lambda order: (changed(order, OrderPlaced, shipped=order.shipped + 10),),
                OrderView,
            )

    shop.attempts.clear()
    assert (await shop.ship(id, meanwhile)).version == 4
    assert shop.attempts == [0, 1, 2]
    assert (await shop.order(id)).shipped == 21
    assert [event.sequence for event in await shop.log()] == [1, 2, 3, 4]


async def test_a_lost_race_is_refused_where_what_was_first_forbids_it(shop: Shop) -> None:
    id = (await shop.place()).order_id
    results = await asyncio.gather(*(shop.pay(id) for _ in range(8)), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == [
        *["AlreadyDecided"] * 7,
        "OrderView",
    ]
    assert await shop.told() == ["placed", "paid"]


async def test_too_many_lost_races_are_unavailable(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(races, "ATTEMPTS", 2)
    id = (await shop.place()).order_id

    async def meanwhile(attempt: int) -> None:
        await shop.ship(id)

    with pytest.raises(Unavailable):
        await shop.ship(id, meanwhile)


@pytest.mark.parametrize("key", ["", "k1"])
async def test_a_commit_whose_answer_was_lost_is_recognised_as_ones_own(
    shop: Shop, key: str
) -> None:
    shop.cloud.firestore.cut("Commit", "after", number=1, times=1)
    placed = await shop.place(key)
    assert shop.attempts == [0]
    assert (await shop.order(placed.order_id)).version == placed.version
    (event,) = await shop.log()
    assert await shop.published(1) == [event.id]
    assert await shop.unpublished() == 0


async def test_ones_own_commit_is_recognised_though_somebody_went_on_from_it(shop: Shop) -> None:
    id = (await shop.place()).order_id
    shop.attempts.clear()
    shop.cloud.mend()
    once = [True]

    async def meanwhile(attempt: int) -> None:
        if once.pop():
            shop.cloud.firestore.cut("Commit", "after", number=1, times=1)

    first = await shop.ship(id, meanwhile)
    assert (await shop.ship(id)).version == first.version + 1
    assert shop.attempts == [0, 0]
    assert await shop.told() == ["placed", "shipped", "shipped"]


async def test_anothers_event_under_the_same_id_is_not_taken_for_ones_own(shop: Shop) -> None:
    shared = new_id("evt", NOW)

    async def place(work: Command, event_id: str | None) -> OrderView:
        order = Order(order_id=new_id("ord", NOW))
        await work.save(Transition(order, OrderPlaced, event_id=event_id))
        return OrderView.of(order)

    async def other(work: Command) -> OrderView:
        return await place(work, shared)

    async def use_case(work: Command) -> OrderView:
        if work.attempt > 0:
            return await place(work, None)
        await shop.run.command(shop.caller(), other, OrderView)
        return await place(work, shared)

    answer = await shop.run.command(shop.caller(), use_case, OrderView)
    assert (await shop.order(answer.order_id)).status == "open"
    assert await shop.told() == ["placed", "placed"]


async def test_a_silent_commit_whose_answer_was_lost_is_recognised_by_its_key(shop: Shop) -> None:
    async def use_case(work: Command) -> Till:
        till = await work.find(TILLS, "main") or Till(name="main")
        counted = till.model_copy(update={"orders": till.orders + 1})
        await work.save(Transition(counted))
        return counted

    shop.cloud.firestore.cut("Commit", "after", number=1, times=1)
    counted = await shop.run.command(shop.caller(), use_case, Till, key=shop.key("k1"))
    assert counted.orders == 1
    document = await shop.store.get(TILLS.collection, "main")
    assert document is not None
    assert TILLS.read(document).state == counted


async def test_twins_at_once_are_one(shop: Shop) -> None:
    id = (await shop.place()).order_id
    answers = await asyncio.gather(*(shop.pay(id, "k1") for _ in range(10)))
    assert all(answer == answers[0] for answer in answers)
    assert await shop.told() == ["placed", "paid"]


async def test_who_is_refused_because_its_twin_was_first_gets_the_twins_answer(shop: Shop) -> None:
    id = (await shop.place()).order_id
    twins: list[OrderView] = []

    async def use_case(work: Command) -> OrderView:
        twins.append(await shop.pay(id, "k1"))
        raise AlreadyDecided("the order is paid")

    key = shop.key("k1")
    answer = await shop.run.command(shop.caller(), use_case, OrderView, key=key)
    assert [answer] == twins
    assert await shop.told() == ["placed", "paid"]


async def test_who_is_refused_because_another_body_took_its_key_is_told_so(shop: Shop) -> None:
    async def use_case(work: Command) -> OrderView:
        await shop.place("k1")
        raise AlreadyDecided("somebody was first")

    key = shop.key("k1", "another body")
    with pytest.raises(IdempotencyKeyReused):
        await shop.run.command(shop.caller(), use_case, OrderView, key=key)


@pytest.mark.parametrize("key", ["", "k1"])
async def test_a_refusal_writes_nothing_and_uses_up_no_key(shop: Shop, key: str) -> None:
    async def refuse(work: Command) -> OrderView:
        await work.save(Transition(Order(order_id=new_id("ord", NOW)), OrderPlaced))
        raise Invalid

    with pytest.raises(Invalid):
        await shop.run.command(shop.caller(), refuse, OrderView, key=shop.key(key))
    assert await shop.log() == []
    assert (await shop.place(key)).status == "open"


async def test_what_is_not_there_is_not_found_and_the_miss_is_reported(shop: Shop) -> None:
    missing = new_id("ord", NOW)
    for attempt in (shop.pay(missing), shop.pay(missing, "k1"), shop.order(missing)):
        with pytest.raises(NotFound, match="there is no order"):
            await attempt
    assert [event.type for event in await shop.log()] == ["assent.lookup.missed.v1"] * 3


async def test_a_look_may_want_the_latest_event_or_take_nothing_for_an_answer(shop: Shop) -> None:
    id, missing = (await shop.place()).order_id, new_id("ord", NOW)
    order = await shop.order(id)
    (placed,) = await shop.log()
    last = LastEvent(id=placed.id, correlation_id=placed.id)
    whole = await shop.run.read_whole(shop.caller(), shop.orders, id, lambda _: [])
    assert whole == (order, Contents({}), last)
    assert await shop.run.find(shop.caller(), shop.orders, id) == order
    assert await shop.run.find(shop.caller(), shop.orders, missing) is None
    assert await shop.told() == ["placed"]


async def test_what_can_be_no_id_is_not_found_and_nobody_is_told(shop: Shop) -> None:
    for text in ("ord_1", "a/b", "", "x" * 3000, "\x00"):
        for attempt in (shop.pay(text), shop.order(text)):
            with pytest.raises(NotFound):
                await attempt
    assert await shop.log() == []


async def test_a_store_that_does_not_answer_is_unavailable(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "RETRIED_FOR_SECONDS", 0.2)
    shop.cloud.firestore.cut("Commit")
    with pytest.raises(Unavailable):
        await shop.place("k1")
    shop.cloud.mend()
    assert await shop.log() == []


async def test_what_is_committed_is_answered_though_the_topic_is_down(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pubsub, "RETRIED_FOR_SECONDS", 0.2)
    shop.cloud.pubsub.cut("Publish")
    assert (await shop.place()).status == "open"
    assert await shop.unpublished() == 1


async def test_things_are_read_in_order_and_page_by_page(shop: Shop) -> None:
    ids = [
        (await shop.place(at=NOW + n * timedelta(seconds=1), customer=name)).order_id
        for n, name in enumerate(["ana", "bo", "ana", "ana"])
    ]
    held = Batch()
    place = {"withdrawn_by": "ana", "placed_at": format_instant(NOW - timedelta(hours=1))}
    held.create(shop.orders.collection, new_id("ord", NOW), place)
    await shop.store.commit(held)

    async def page(cursor: str | None, **how: Any) -> Any:
        how.setdefault("where", [("customer", "==", "ana")])
        return await shop.run.page(
            shop.caller(), shop.orders, limit=2, cursor=cursor, order_by=("placed_at",), **how
        )

    first = await page(None)
    assert [order.order_id for order in first.items] == [ids[3], ids[2]]
    rest = await page(first.next_cursor)
    assert ([order.order_id for order in rest.items], rest.next_cursor) == ([ids[0]], None)
    every = [*(await page(None, where=())).items]
    cursor = (await page(None, where=())).next_cursor
    every += (await page(cursor, where=())).items
    assert [order.order_id for order in every] == ids[::-1], "a place is no order"
    with pytest.raises(Invalid):
        await page("nonsense")


async def test_a_payment_says_who_paid(shop: Shop) -> None:
    id = (await shop.place()).order_id
    await shop.pay(id)
    placed, paid = await shop.log()
    assert paid.payload(OrderPaid).by == "ana"
    assert (paid.causationid, paid.correlationid, paid.time) == (placed.id, placed.id, NOW)
