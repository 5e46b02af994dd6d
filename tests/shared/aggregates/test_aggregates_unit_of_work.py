"""What a unit of work reads stays as it was read, and is committed only if nobody changed it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import KeySet

from shared.aggregates.command import Command
from shared.kit.ids import new_id
from shared.kit.instants import format_instant
from shared.kit.models import Data
from shared.kit.signing import verify
from shared.kit.transitions import Transition
from shared.storage.batches import Batch
from tests.shared.aggregates.shop import (
    DUE,
    REMINDER,
    TILLS,
    Order,
    OrderLapsed,
    OrderPaid,
    OrderPlaced,
    OrderShipped,
    Shop,
    Till,
    changed,
)
from tests.shared.stories import NOW

pytestmark = pytest.mark.platform
LATER = NOW + timedelta(days=400)


class Done(Data):
    """The answer of a use case that has nothing to say."""


async def do(shop: Shop, act: Callable[[Command], Awaitable[Any]]) -> list[int]:
    """Runs a command that does that; the attempts it took."""
    attempts: list[int] = []

    async def use_case(work: Command) -> Done:
        attempts.append(work.attempt)
        await act(work)
        return Done()

    await shop.run.command(shop.caller(), use_case, Done)
    return attempts


async def test_a_thing_is_read_once(shop: Shop) -> None:
    id = (await shop.place()).order_id
    missing = new_id("ord", NOW)
    shop.cloud.mend()

    async def act(work: Command) -> None:
        for _ in range(2):
            assert (await work.find(shop.orders, id)) is not None
            assert await work.find(shop.orders, missing) is None
            assert await work.find(TILLS, "a/b") is None

    await do(shop, act)
    assert shop.cloud.firestore.calls == ["BatchGetDocuments"] * 2


async def test_several_are_read_in_one_round_trip_and_in_their_order(shop: Shop) -> None:
    ids = [(await shop.place()).order_id for _ in range(3)]
    missing = new_id("ord", NOW)
    shop.cloud.mend()

    async def act(work: Command) -> None:
        assert await work.find_all(shop.orders, []) == []
        found = await work.find_all(shop.orders, [ids[2], missing, ids[0]])
        assert [each and each.order_id for each in found] == [ids[2], None, ids[0]]
        assert await work.find(shop.orders, missing) is None

    await do(shop, act)
    assert shop.cloud.firestore.calls == ["BatchGetDocuments"]


async def test_a_query_gives_what_matches_in_its_order(shop: Shop) -> None:
    ids = [
        (await shop.place(at=NOW + n * timedelta(seconds=1), customer=name)).order_id
        for n, name in enumerate(["ana", "bo", "ana", "ana"])
    ]

    async def act(work: Command) -> None:
        found = await work.query(
            shop.orders,
            where=[("customer", "==", "ana")],
            order_by="placed_at",
            descending=True,
            limit=2,
        )
        assert [order.order_id for order in found] == [ids[3], ids[2]]

    await do(shop, act)


async def test_what_must_be_new_replaces_nothing_that_was_read(shop: Shop) -> None:
    order = await shop.order((await shop.place()).order_id)

    async def act(work: Command) -> None:
        # The first attempt sees it only in a query, as the second reads it by its id.
        if work.attempt == 0:
            assert await work.query(shop.orders) == [order]
            await work.save_new(changed(order, OrderPlaced))
        assert await work.find(shop.orders, order.order_id) == order

    assert await do(shop, act) == [0, 1]
    assert await shop.order(order.order_id) == order


@pytest.mark.parametrize("again", ["query", "find_all"])
async def test_what_was_decided_on_is_what_was_read_first(shop: Shop, again: str) -> None:
    id = (await shop.place()).order_id

    async def act(work: Command) -> None:
        order = await work.get(shop.orders, id)
        if work.attempt == 0:
            await shop.ship(id)
        if again == "query":
            assert await work.query(shop.orders) == [order]
        else:
            assert await work.find_all(shop.orders, [id]) == [order]
        await work.save(changed(order, OrderShipped, shipped=order.shipped + 1))

    assert await do(shop, act) == [0, 1]
    assert (await shop.order(id)).shipped == 2
    assert await shop.told() == ["placed", "shipped", "shipped"]


async def test_what_was_saved_is_found(shop: Shop) -> None:
    id, fresh = (await shop.place()).order_id, new_id("ord", NOW)

    async def act(work: Command) -> None:
        for _ in range(2):
            order = await work.find(shop.orders, id)
            assert order is not None
            await work.save(changed(order, OrderShipped, shipped=order.shipped + 1))
        await work.save(Transition(Order(order_id=fresh), OrderPlaced))
        assert await work.find(shop.orders, fresh) == Order(order_id=fresh)
        (seen,) = await work.query(shop.orders, where=[("status", "==", "open")])
        assert (seen.order_id, seen.shipped) == (id, 2)
        assert [work.sequence(shop.orders, each) for each in (id, fresh, "ord_1")] == [3, 1, 0]

    await do(shop, act)
    assert (await shop.order(id)).shipped == 2


async def test_events_are_numbered_by_subject_and_a_silent_change_keeps_the_last(
    shop: Shop,
) -> None:
    id = (await shop.place()).order_id

    async def act(work: Command) -> None:
        order = await work.get(shop.orders, id)
        shipped = changed(order, OrderShipped)
        silent = shipped.state.model_copy(update={"customer": "bo"})
        paid = changed(silent, OrderPaid, {"by": "bo"}, status="paid")
        await work.save(shipped, Transition(silent), paid, Transition(Till(name="main")))

    await do(shop, act)
    log = await shop.log()
    assert [(event.subject, event.sequence) for event in log] == [
        (f"order/{id}", number) for number in (1, 2, 3)
    ]
    assert [event.payload(OrderPaid).by for event in log[2:]] == ["bo"]
    data = (await shop.document(id)).data
    assert (data["sequence"], data["last_event"]["id"]) == (3, log[2].id)
    assert (data["customer"], data["status"]) == ("bo", "paid")

    async def quietly(work: Command) -> None:
        order = await work.get(shop.orders, id)
        await work.save(Transition(order.model_copy(update={"customer": "cy"})))

    await do(shop, quietly)
    data = (await shop.document(id)).data
    assert (data["sequence"], data["last_event"]["id"]) == (3, log[2].id)
    assert data["customer"] == "cy"


async def test_what_is_saved_as_it_was_is_not_written(shop: Shop) -> None:
    id = (await shop.place(due_at=LATER)).order_id
    before = await shop.document(id)

    async def act(work: Command) -> None:
        await work.save(Transition(await work.get(shop.orders, id)))

    shop.cloud.mend()
    await do(shop, act)
    assert "Commit" not in shop.cloud.firestore.calls
    assert await shop.document(id) == before


async def test_an_event_may_have_an_id_that_was_known_before(shop: Shop) -> None:
    event_id = new_id("evt", NOW)

    async def act(work: Command) -> None:
        order = Order(order_id=new_id("ord", NOW))
        await work.save(Transition(order, OrderPlaced, event_id=event_id))

    await do(shop, act)
    assert [event.id for event in await shop.log()] == [event_id]


async def test_the_first_save_is_caused_by_the_subjects_latest_event_and_the_next_by_the_last(
    shop: Shop,
) -> None:
    id, other = (await shop.place()).order_id, new_id("ord", NOW + timedelta(days=1))

    async def act(work: Command) -> None:
        order = await work.get(shop.orders, id)
        shipped = changed(order, OrderShipped)
        await work.save(shipped, changed(shipped.state, OrderPaid, {"by": "bo"}))
        await work.save(Transition(Till(name="main")))
        await work.save(Transition(Order(order_id=other), OrderPlaced))

    await do(shop, act)
    placed, shipped, paid, second = await shop.log()
    assert [event.causationid for event in (placed, shipped, paid, second)] == [
        *(placed.id, placed.id, placed.id, paid.id),
    ]
    assert {event.correlationid for event in await shop.log()} == {placed.id}


async def test_the_first_event_of_a_story_is_its_own_cause(shop: Shop) -> None:
    id = new_id("ord", NOW)

    async def act(work: Command) -> None:
        first = Transition(Order(order_id=id), OrderPlaced)
        await work.save(first, changed(first.state, OrderShipped))

    await do(shop, act)
    placed, shipped = await shop.log()
    assert [placed.causationid, shipped.causationid] == [placed.id, placed.id]


async def test_the_subject_is_what_was_asked_for_first(shop: Shop) -> None:
    first, second = [(await shop.place()).order_id for _ in range(2)]

    async def act(work: Command) -> None:
        await work.find(shop.orders, second)
        await work.get(shop.orders, first)
        other = await work.get(shop.orders, second)
        await work.save(changed(other, OrderShipped))

    await do(shop, act)
    by_subject = {(event.subject, event.sequence): event for event in await shop.log()}
    cause = by_subject[f"order/{first}", 1]
    assert by_subject[f"order/{second}", 2].causationid == cause.id


async def test_what_a_commit_relies_on_must_not_have_changed(shop: Shop) -> None:
    await do(shop, lambda work: work.save(Transition(Till(name="main", orders=1))))
    seen: list[int] = []

    async def act(work: Command) -> None:
        till = await work.find(TILLS, "main")
        assert till is not None
        seen.append(till.orders)
        if work.attempt == 0:
            await do(shop, change_till)
        work.rely_on(TILLS, "main")
        await work.save(Transition(Order(order_id=new_id("ord", NOW)), OrderPlaced))

    async def change_till(work: Command) -> None:
        till = await work.find(TILLS, "main")
        assert till is not None
        await work.save(Transition(till.model_copy(update={"orders": till.orders + 1})))

    assert await do(shop, act) == [0, 1]
    assert seen == [1, 2]
    assert await shop.told() == ["placed"]


async def test_relying_on_a_thing_changes_nothing_of_it(shop: Shop) -> None:
    await do(shop, lambda work: work.save(Transition(Till(name="main"))))
    before = await shop.store.get(TILLS.collection, "main")

    async def act(work: Command) -> None:
        await work.find(TILLS, "main")
        await work.find(TILLS, "none")
        work.rely_on(TILLS, "main")
        work.rely_on(TILLS, "none")
        await work.save(Transition(Order(order_id=new_id("ord", NOW)), OrderPlaced))

    assert await do(shop, act) == [0]
    assert await shop.store.get(TILLS.collection, "main") == before


async def test_relying_on_what_is_saved_too_is_one_condition(shop: Shop) -> None:
    await do(shop, lambda work: work.save(Transition(Till(name="main"))))

    async def act(work: Command) -> None:
        till = await work.find(TILLS, "main")
        assert till is not None
        work.rely_on(TILLS, "main")
        await work.save(Transition(till.model_copy(update={"orders": 5})))

    assert await do(shop, act) == [0]


async def test_what_is_saved_unchanged_is_still_relied_on(shop: Shop) -> None:
    await do(shop, lambda work: work.save(Transition(Till(name="main"))))

    async def act(work: Command) -> None:
        till = await work.find(TILLS, "main")
        assert till is not None
        work.rely_on(TILLS, "main")
        await work.save(Transition(till))
        assert [write.kind for write in work.finish().writes] == ["check"]

    await do(shop, act)


async def test_relying_on_what_was_not_read_is_a_mistake(shop: Shop) -> None:
    async def act(work: Command) -> None:
        work.rely_on(TILLS, "main")

    with pytest.raises(KeyError):
        await do(shop, act)


async def test_a_place_is_held_and_then_taken(shop: Shop) -> None:
    id = new_id("ord", NOW)

    async def hold(work: Command) -> None:
        assert await work.find(shop.orders, id) is None
        assert work.stored(shop.orders, id) is None
        work.change.create(shop.orders.collection, id, {"withdrawn_by": "ana"})

    await do(shop, hold)

    async def take(work: Command) -> None:
        assert await work.find(shop.orders, id) is None
        stored = work.stored(shop.orders, id)
        assert stored is not None
        assert stored.document.data == {"withdrawn_by": "ana"}
        assert work.sequence(shop.orders, id) == 0
        await work.save(Transition(Order(order_id=id), OrderPlaced))

    await do(shop, take)
    assert "withdrawn_by" not in (await shop.document(id)).data
    assert (await shop.order(id)).status == "open"


async def test_a_place_that_was_taken_meanwhile_is_seen(shop: Shop) -> None:
    id = new_id("ord", NOW)
    held = Batch()
    held.create(shop.orders.collection, id, {"withdrawn_by": "ana"})
    places: list[bool] = []

    async def act(work: Command) -> None:
        await work.find(shop.orders, id)
        places.append(work.stored(shop.orders, id) is not None)
        if work.attempt == 0:
            await shop.store.commit(held)
        await work.save(Transition(Order(order_id=id), OrderPlaced))

    assert await do(shop, act) == [0, 1]
    assert places == [False, True]


async def test_a_timer_is_set_where_its_moment_or_its_type_is_new(shop: Shop) -> None:
    id = (await shop.place(due_at=LATER)).order_id
    assert len(await shop.tasks()) == 1

    async def change(**fields: Any) -> tuple[str | None, str | None, int]:
        async def act(work: Command) -> None:
            order = await work.get(shop.orders, id)
            await work.save(changed(order, OrderShipped, **fields))

        await do(shop, act)
        data = (await shop.document(id)).data
        return data["next_timer_type"], data["next_timer_at"], len(await shop.tasks())

    later = format_instant(LATER)
    assert await change(shipped=1) == (DUE, later, 1)
    assert await change(reminds=True) == (REMINDER, later, 2)
    assert await change(due_at=LATER + timedelta(days=1)) == (
        *(REMINDER, format_instant(LATER + timedelta(days=1)), 3),
    )
    assert await change(status="paid") == (None, None, 3)


async def test_what_is_signed_verifies_and_is_the_signature_of_what_follows(
    signing_shop: Shop, public_keys: KeySet
) -> None:
    shop = signing_shop
    id = (await shop.place()).order_id
    saved: list[Any] = []

    async def act(work: Command) -> None:
        order = await work.get(shop.orders, id)
        shipped = changed(order, OrderShipped)
        paid = changed(shipped.state, OrderPaid, {"by": "bo"}, status="paid")
        lapsed = changed(paid.state, OrderLapsed)
        saved.extend(await work.save(shipped, paid, lapsed))

    await do(shop, act)
    await do(shop, act)
    placed, shipped, paid, lapsed, shipped_again, paid_again, _ = await shop.log()
    for event in (placed, shipped):
        assert event.payload(OrderPlaced).signature is None
    first, second = (event.payload(OrderPaid).signature for event in (paid, paid_again))
    assert lapsed.payload(OrderLapsed).signature == first
    assert shipped_again.payload(OrderShipped).signature == first
    assert first is not None
    assert second is not None
    assert [verify(each, public_keys)["version"] for each in (first, second)] == [3, 6]
    assert verify(first, public_keys) == {
        "order_id": id,
        "tenant_id": shop.store.tenant_id,
        "version": 3,
    }
    assert [state.signature for state in saved] == [None, first, first, first, second, second]
    assert (await shop.order(id)).signature == second
