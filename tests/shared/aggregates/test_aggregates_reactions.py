"""What follows from an event is committed once and published until it is; timers re-read."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.errors import Unavailable
from shared.kit.ids import new_id
from shared.kit.instants import to_milliseconds
from shared.kit.transitions import Transition
from shared.messaging import pubsub, timers
from shared.messaging.envelope import Envelope
from shared.messaging.timers import FURTHEST
from tests.shared.aggregates.shop import DUE, REMINDER, TILLS, OrderShipped, Shop, Till, changed
from tests.shared.stories import NOW

pytestmark = pytest.mark.platform
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


async def placed(shop: Shop, **fields: object) -> str:
    """An order whose events and attempts are behind us."""
    id = (await shop.place(**fields)).order_id  # type: ignore[arg-type]
    await shop.published(1)
    shop.attempts.clear()
    shop.cloud.mend()
    return id


async def test_what_follows_from_an_event_is_caused_by_it(shop: Shop) -> None:
    id = await placed(shop)
    event = shop.delivered()
    await shop.react(event, id)
    paid = (await shop.log())[-1]
    assert (paid.sequence, paid.actorid) == (2, f"service:{shop.noun}")
    assert (paid.causationid, paid.correlationid) == (event.id, "evt_story")
    assert shop.cloud.firestore.calls.count("Commit") == 1
    assert await shop.published(1) == [paid.id]
    assert await shop.unpublished() == 0


async def test_all_that_follows_in_one_commit_is_caused_by_the_event(shop: Shop) -> None:
    first, second = await placed(shop), await placed(shop)
    event = shop.delivered()

    async def use_case(work: UnitOfWork) -> None:
        for id in (first, second):
            order = await work.find(shop.orders, id)
            assert order is not None
            await work.save(changed(order, OrderShipped))

    await shop.run.reaction(event, use_case)
    followed = [each for each in await shop.log() if each.sequence == 2]
    assert [each.causationid for each in followed] == [event.id, event.id]


async def test_a_redelivery_to_another_process_publishes_again_and_commits_nothing(
    shop: Shop,
) -> None:
    id, event = await placed(shop), shop.delivered()
    await shop.react(event, id)
    (paid,) = await shop.published(1)
    shop.cloud.mend()
    for run in (shop.run, shop.another_process()):
        await shop.react(event, id, run)
    assert "Commit" not in shop.cloud.firestore.calls
    assert await shop.published(1) == [paid]
    assert await shop.told() == ["placed", "paid"]


async def test_a_redelivery_that_led_to_nothing_leads_to_nothing(shop: Shop) -> None:
    event = shop.delivered()
    for _ in range(2):
        await shop.react(event, new_id("ord", NOW))
    assert await shop.log() == []
    assert await shop.published() == []


async def test_a_silent_change_of_a_reaction_is_made_once(shop: Shop) -> None:
    event = shop.delivered()

    async def use_case(work: UnitOfWork) -> None:
        if await work.find(TILLS, "main") is None:
            await work.save(Transition(Till(name="main", orders=1)))

    for _ in range(2):
        await shop.run.reaction(event, use_case)
    assert await shop.log() == []
    assert await shop.store.count(TILLS.collection) == 1


async def test_a_delivery_comes_again_until_its_events_are_published(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pubsub, "RETRIED_FOR_SECONDS", 0.2)
    id, event = await placed(shop), shop.delivered()
    shop.cloud.pubsub.cut("Publish")
    for _ in range(2):
        with pytest.raises(Unavailable):
            await shop.react(event, id)
    assert await shop.told() == ["placed", "paid"]
    shop.cloud.mend()
    await shop.react(event, id)
    assert await shop.published(1) == [(await shop.log())[-1].id]


async def test_one_of_several_commits_of_a_delivery_is_left_to_the_sweep(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pubsub, "RETRIED_FOR_SECONDS", 0.2)
    id, event = await placed(shop), shop.delivered()
    shop.cloud.pubsub.cut("Publish")
    await shop.react(event, id, is_one_of_several=True)
    shop.cloud.mend()
    await shop.react(event, id, shop.another_process(), is_one_of_several=True)
    assert "RunQuery" not in shop.cloud.firestore.calls
    assert await shop.published() == []
    await shop.sweep(NOW + HOUR)
    assert await shop.published(1) == [(await shop.log())[-1].id]


async def test_a_reaction_that_lost_a_race_runs_again_and_counts_its_attempts(shop: Shop) -> None:
    id, event = await placed(shop), shop.delivered()
    attempts: list[int] = []

    async def use_case(work: UnitOfWork) -> None:
        attempts.append(work.attempt)
        order = await work.find(shop.orders, id)
        assert order is not None
        if work.attempt == 0:
            await shop.ship(id)
        await work.save(changed(order, OrderShipped, shipped=order.shipped + 1))

    await shop.run.reaction(event, use_case)
    assert attempts == [0, 1]
    assert (await shop.order(id)).shipped == 2


async def test_a_delivery_many_times_at_once_is_handled_once(shop: Shop) -> None:
    id, event = await placed(shop), shop.delivered()
    await asyncio.gather(*(shop.react(event, id) for _ in range(6)))
    assert await shop.told() == ["placed", "paid"]
    assert set(await shop.published(1)) == {(await shop.log())[-1].id}


async def test_a_reaction_that_fails_commits_nothing(shop: Shop) -> None:
    id, event = await placed(shop), shop.delivered()

    async def use_case(work: UnitOfWork) -> None:
        order = await work.find(shop.orders, id)
        assert order is not None
        await work.save(changed(order, OrderShipped))
        raise Unavailable("not yet")

    with pytest.raises(Unavailable):
        await shop.run.reaction(event, use_case)
    assert await shop.told() == ["placed"]


async def test_a_timer_that_is_due_changes_the_thing_once(shop: Shop) -> None:
    due = NOW + HOUR
    id = await placed(shop, due_at=due)
    await shop.fire(id, due, due - timedelta(milliseconds=1))
    assert await shop.told() == ["placed"]
    for at in (due, due, due + HOUR):
        await shop.fire(id, due, at)
    first, lapsed = await shop.log()
    assert (lapsed.type, lapsed.actorid) == ("assent.order.lapsed.v1", f"service:{shop.noun}")
    assert (lapsed.causationid, lapsed.correlationid) == (first.id, first.id)
    assert (lapsed.sequence, lapsed.time) == (2, due)
    assert await shop.published(1) == [lapsed.id]
    assert await shop.unpublished() == 0


async def test_a_timer_for_nothing_does_nothing(shop: Shop) -> None:
    await shop.fire(new_id("ord", NOW), NOW, NOW)
    assert await shop.log() == []


async def test_a_timer_and_a_payment_at_once_leave_one_of_them(shop: Shop) -> None:
    for _ in range(5):
        due = NOW + HOUR
        id = await placed(shop, due_at=due)
        await asyncio.gather(shop.pay(id), shop.fire(id, due, due), return_exceptions=True)
        assert (await shop.order(id)).version == 2


@pytest.fixture
def now() -> datetime:
    """Cloud Tasks moves a moment that has passed to now, so this one lies ahead."""
    return to_milliseconds(datetime.now(UTC)) + HOUR


async def moments(shop: Shop) -> set[datetime]:
    return {task.schedule_time for task in await shop.tasks()}  # type: ignore[misc]


async def test_a_timer_beyond_what_a_queue_holds_fires_early_and_is_set_again(
    shop: Shop, now: datetime
) -> None:
    due = now + 70 * DAY
    id = await placed(shop, at=now, due_at=due)
    assert await moments(shop) == {now + FURTHEST}
    # A task that fires twice is set again once.
    for _ in range(2):
        await shop.fire(id, due, now + HOUR)
    assert await moments(shop) == {now + FURTHEST, now + HOUR + FURTHEST}
    assert await shop.told() == ["placed"]
    await shop.fire(id, due, due)
    assert await shop.told() == ["placed", "lapsed"]
    assert len(await shop.tasks()) == 2


async def test_an_early_timer_for_a_moment_or_of_a_type_that_has_changed_does_nothing(
    shop: Shop, now: datetime
) -> None:
    due = now + 70 * DAY
    id = await placed(shop, at=now, due_at=due)
    await shop.fire(id, due - DAY, now + FURTHEST)
    await shop.fire(id, due, now + FURTHEST, REMINDER)
    assert await moments(shop) == {now + FURTHEST}
    await shop.pay(id)
    await shop.fire(id, due, now + FURTHEST)
    assert await moments(shop) == {now + FURTHEST}


async def test_an_early_timer_that_cannot_be_set_again_is_delivered_again(
    shop: Shop, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timers, "RETRIED_FOR_SECONDS", 0.2)
    due = now + 70 * DAY
    id = await placed(shop, at=now, due_at=due)
    shop.cloud.tasks.cut("CreateTask")
    with pytest.raises(Unavailable):
        await shop.fire(id, due, now + FURTHEST)


async def test_the_sweep_fires_what_no_task_fired_by_its_type(shop: Shop) -> None:
    fired: list[Envelope] = []

    async def remember(event: Envelope) -> None:
        fired.append(event)

    due = NOW + HOUR
    lapses = await placed(shop, due_at=due)
    reminds = await placed(shop, due_at=due, reminds=True)
    handlers = {**shop.handlers(), REMINDER: remember}
    sweep = shop.run.sweep(handlers)
    await sweep.run(due + timedelta(seconds=29))
    assert fired == []
    await sweep.run(due + timedelta(seconds=30))
    assert [(event.type, event.subject_id, event.time) for event in fired] == [
        (REMINDER, reminds, due)
    ]
    assert (await shop.order(lapses)).status == "lapsed"
    assert (await shop.order(reminds)).status == "open"
    assert set(shop.handlers()) == {DUE, REMINDER}
