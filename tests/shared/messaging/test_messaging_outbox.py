"""Commit, publish, set timers: whatever dies in between, nothing is lost, nothing invented."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from shared.kit.errors import Unavailable
from shared.kit.instants import format_instant
from shared.kit.operations import start_counting
from shared.messaging import pubsub, timers
from shared.messaging.backlog import GRACE
from shared.messaging.changes import Change, Timer
from shared.messaging.envelope import Envelope
from shared.messaging.log import EVENT_LOG
from shared.messaging.outbox import Outbox
from shared.messaging.recorder import Recorder
from shared.messaging.sweep import Sweep
from shared.storage import patience
from shared.storage.batches import Batch, LostRace
from shared.storage.firestore import TenantStore
from shared.storage.secrets import log_keys
from tests.shared.cloud import Cloud, Mailbox
from tests.shared.stories import NOW, OrderPlaced, caller

pytestmark = pytest.mark.platform
TIMER = "assent.order.due.v1"
DUE = NOW + timedelta(seconds=5)
SWEPT_AT = NOW + timedelta(seconds=60)


@dataclass
class Shop:
    """One function, one tenant, one order about to be placed."""

    cloud: Cloud
    store: TenantStore
    noun: str
    mailbox: Mailbox
    queue: str

    def __post_init__(self) -> None:
        self.outbox = Outbox(self.noun)
        self.collection = self.noun.replace("-", "_")
        self.fired: list[Envelope] = []
        self.sweep = Sweep(self.outbox, {self.collection: "order"}, self._fire)
        self.change, self.events = self._placed()

    def _placed(self) -> tuple[Change, list[Envelope]]:
        recorder = Recorder.for_command(function=self.noun, caller=caller(self.store.tenant_id))
        events = [
            recorder.record(subject="order/ord_1", sequence=number, data=OrderPlaced())
            for number in (1, 2)
        ]
        change = Change()
        change.create(
            self.collection,
            "ord_1",
            due_at(DUE),
        )
        change.record(*events)
        change.schedule(Timer(TIMER, "order/ord_1", DUE))
        return change, events

    async def place(self) -> None:
        await self.outbox.commit(self.store, self.change, now=NOW)

    async def _fire(self, event: Envelope) -> None:
        """As a handler does: reads again, decides, and clears the timer."""
        self.fired.append(event)
        order = await self.store.get(self.collection, event.subject_id)
        assert order is not None
        batch = Batch()
        batch.replace(order, {"next_timer_at": None, "next_timer_type": None, "sweep_at": None})
        await self.store.commit(batch)

    async def unpublished(self) -> int:
        return await self.store.count(EVENT_LOG, where=[("unpublished", "==", True)])

    async def is_placed(self) -> bool:
        return await self.store.get(self.collection, "ord_1") is not None


@pytest.fixture
async def shop(cloud: Cloud, store: TenantStore, noun: str) -> Shop:
    mailbox = await cloud.mailbox(noun)
    queue = await cloud.queue(noun)
    cloud.mend()
    return Shop(cloud, store, noun, mailbox, queue)


def due_at(moment: datetime) -> dict[str, str]:
    """The fields of an order whose timer is due then."""
    due = format_instant(moment)
    return {"next_timer_at": due, "next_timer_type": TIMER, "sweep_at": due}


def _ids(events: list[Envelope]) -> set[str]:
    return {event.id for event in events}


async def test_a_commit_is_published_and_its_timer_set(shop: Shop) -> None:
    counts = start_counting()
    await shop.place()
    received = await shop.mailbox.take(2)
    assert [(each.event_id, each.data.decode()) for each in received] == [
        (event.id, event.data) for event in shop.events
    ]
    assert received[0].attributes == shop.events[0].headers()
    assert len(await shop.cloud.tasks_in(shop.queue)) == 1
    assert await shop.unpublished() == 0
    # A field of the sweep's index that stayed would be paid for as long as the log is kept.
    assert not await shop.store.count(EVENT_LOG, where=[("sweep_at", ">", "")])
    assert {name: counts[name] for name in ("pubsub-messages", "cloud-tasks")} == {
        "pubsub-messages": 2,
        "cloud-tasks": 1,
    }


async def test_what_was_published_is_not_swept_again(shop: Shop) -> None:
    await shop.place()
    await shop.mailbox.take(2)
    await shop.sweep.run(SWEPT_AT)
    assert await shop.mailbox.take() == []


CRASHES = [
    ("firestore", "Commit", "before", 1),
    ("firestore", "Commit", "after", 1),
    ("pubsub", "Publish", "before", 1),
    ("pubsub", "Publish", "after", 1),
    ("firestore", "Commit", "before", 2),
    ("firestore", "Commit", "after", 2),
    ("tasks", "CreateTask", "before", 1),
    ("tasks", "CreateTask", "after", 1),
]


@pytest.mark.parametrize(("service", "method", "moment", "number"), CRASHES)
async def test_a_process_that_dies_anywhere_loses_nothing_and_invents_nothing(
    shop: Shop, service: str, method: str, moment: str, number: int
) -> None:
    dying = asyncio.create_task(shop.place())
    wire = getattr(shop.cloud, service)
    wire.on(method, moment, dying.cancel, number=number)
    with pytest.raises(asyncio.CancelledError):
        await dying
    shop.cloud.mend()
    committed = (service, method, moment, number) != CRASHES[0]
    assert await shop.is_placed() == committed

    await shop.sweep.run(SWEPT_AT)
    received = await shop.mailbox.take(2 if committed else 0)
    assert {each.event_id for each in received} == (_ids(shop.events) if committed else set())
    assert [event.subject for event in shop.fired] == (["order/ord_1"] if committed else [])
    assert await shop.unpublished() == 0

    await shop.sweep.run(SWEPT_AT)
    assert await shop.mailbox.take() == []
    assert len(shop.fired) == committed


@pytest.mark.parametrize(
    ("service", "method", "number"),
    [("pubsub", "Publish", 1), ("firestore", "Commit", 2), ("tasks", "CreateTask", 1)],
)
@pytest.mark.parametrize("moment", ["before", "after"])
async def test_what_cannot_be_reached_after_the_commit_is_left_to_the_sweep(
    shop: Shop,
    service: str,
    method: str,
    number: int,
    moment: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (patience, pubsub, timers):
        monkeypatch.setattr(module, "RETRIED_FOR_SECONDS", 0.2)
    getattr(shop.cloud, service).cut(method, moment, number=number)
    await shop.place()
    shop.cloud.mend()
    await shop.sweep.run(SWEPT_AT)
    assert {each.event_id for each in await shop.mailbox.take(2)} == _ids(shop.events)
    assert len(shop.fired) == 1
    assert await shop.unpublished() == 0


async def test_when_publishing_fails_the_timer_is_set_before_the_answer_goes_out(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pubsub, "RETRIED_FOR_SECONDS", 0.0)
    shop.cloud.pubsub.cut("Publish")
    await shop.place()
    assert len(await shop.cloud.tasks_in(shop.queue)) == 1


async def test_a_lost_race_publishes_nothing_and_sets_no_timer(shop: Shop) -> None:
    taken = Batch()
    taken.create(shop.collection, "ord_1", {"next_timer_at": None})
    await shop.store.commit(taken)
    with pytest.raises(LostRace):
        await shop.place()
    assert await shop.mailbox.take() == []
    assert await shop.cloud.tasks_in(shop.queue) == []
    assert await shop.store.count(EVENT_LOG) == 0


async def test_a_store_that_cannot_be_reached_is_said_and_nothing_is_published(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "RETRIED_FOR_SECONDS", 0.2)
    shop.cloud.firestore.cut("Commit")
    with pytest.raises(Unavailable):
        await shop.place()
    shop.cloud.mend()
    assert await shop.mailbox.take() == []


def _reaction(shop: Shop, delivery: Envelope) -> tuple[Change, Envelope]:
    recorder = Recorder.for_reaction(function=shop.noun, event=delivery)
    event = recorder.record(subject="order/ord_1", sequence=3, data=OrderPlaced())
    change = Change(is_redelivered=True)
    change.record(event)
    return change, event


async def test_what_a_delivery_leads_to_is_one_commit_without_a_flag(shop: Shop) -> None:
    change, event = _reaction(shop, shop.events[0])
    counts = start_counting()
    await shop.outbox.commit(shop.store, change, now=NOW)
    assert counts["firestore-commits"] == 1
    assert await shop.unpublished() == 0
    assert [each.event_id for each in await shop.mailbox.take(1)] == [event.id]


async def test_a_delivery_fails_until_what_it_led_to_is_published(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pubsub, "RETRIED_FOR_SECONDS", 0.0)
    delivery = shop.events[0]
    change, event = _reaction(shop, delivery)
    shop.cloud.pubsub.cut("Publish")
    with pytest.raises(Unavailable):
        await shop.outbox.commit(shop.store, change, now=NOW)
    with pytest.raises(Unavailable):
        await shop.outbox.publish_again(shop.store, delivery)
    shop.cloud.mend()
    await shop.outbox.publish_again(shop.store, delivery)
    (received,) = await shop.mailbox.take(1)
    assert (received.event_id, received.data.decode()) == (event.id, event.data)


@pytest.mark.parametrize(("service", "method"), [("pubsub", "Publish"), ("firestore", "Commit")])
async def test_a_twin_that_came_before_the_commit_does_not_hide_what_is_to_be_published(
    shop: Shop, service: str, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (patience, pubsub):
        monkeypatch.setattr(module, "RETRIED_FOR_SECONDS", 0.0)
    delivery = shop.events[0]
    change, event = _reaction(shop, delivery)
    await shop.outbox.publish_again(shop.store, delivery)
    getattr(shop.cloud, service).cut(method, "after" if method == "Commit" else "before")
    with pytest.raises(Unavailable):
        await shop.outbox.commit(shop.store, change, now=NOW)
    shop.cloud.mend()
    await shop.outbox.publish_again(shop.store, delivery)
    assert [each.event_id for each in await shop.mailbox.take(1)] == [event.id]


async def test_only_what_that_delivery_led_to_in_this_function_is_published_again(
    shop: Shop, noun: str
) -> None:
    change, event = _reaction(shop, shop.events[0])
    await shop.outbox.commit(shop.store, change, now=NOW)
    await shop.mailbox.take(1)
    await shop.outbox.publish_again(shop.store, shop.events[1])
    await Outbox(f"{noun}-stranger").publish_again(shop.store, shop.events[0])
    assert await shop.mailbox.take() == []
    await Outbox(noun).publish_again(shop.store, shop.events[0])
    assert [each.event_id for each in await shop.mailbox.take(1)] == [event.id]


async def test_a_process_that_has_published_does_not_publish_again(shop: Shop, noun: str) -> None:
    delivery = shop.events[0]
    change, _ = _reaction(shop, delivery)
    another_process = Outbox(noun)
    await shop.outbox.commit(shop.store, change, now=NOW)
    await another_process.publish_again(shop.store, delivery)
    await shop.mailbox.take(2)
    counts = start_counting()
    for outbox in (shop.outbox, another_process):
        await outbox.publish_again(shop.store, delivery)
    assert not counts
    assert await shop.mailbox.take() == []


async def test_a_fresh_entry_is_left_to_the_process_that_is_publishing_it(shop: Shop) -> None:
    await _die_before_publishing(shop)
    await shop.sweep.run(NOW + GRACE - timedelta(milliseconds=1))
    assert await shop.mailbox.take() == []
    await shop.sweep.run(NOW + GRACE)
    assert len(await shop.mailbox.take(2)) == 2


async def test_a_timer_is_fired_only_once_it_is_overdue(shop: Shop) -> None:
    await _die_before_publishing(shop)
    await shop.sweep.run(DUE + GRACE - timedelta(milliseconds=1))
    assert shop.fired == []
    await shop.sweep.run(DUE + GRACE)
    (fired,) = shop.fired
    assert (fired.type, fired.time, fired.received_at) == (TIMER, DUE, DUE + GRACE)
    assert fired.tenantid == shop.store.tenant_id


async def test_a_function_sweeps_its_own_events_only(shop: Shop, noun: str) -> None:
    await _die_before_publishing(shop)
    stranger = Sweep(Outbox(f"{noun}-stranger"), {}, shop._fire)
    await stranger.run(SWEPT_AT)
    assert await shop.unpublished() == 2


async def test_one_failing_timer_does_not_keep_the_others_back(shop: Shop) -> None:
    batch = Batch()
    for number in range(3):
        due = DUE + timedelta(milliseconds=number)
        batch.create(shop.collection, f"ord_{number}", due_at(due))
    await shop.store.commit(batch)
    fired: list[str] = []

    async def fire(event: Envelope) -> None:
        fired.append(event.subject_id)
        if event.subject_id == "ord_0":
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await Sweep(shop.outbox, {shop.collection: "order"}, fire).run(SWEPT_AT)
    assert sorted(fired) == ["ord_0", "ord_1", "ord_2"]


async def test_a_topic_that_is_down_keeps_no_timer_back_and_is_told(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _die_before_publishing(shop)
    monkeypatch.setattr(pubsub, "RETRIED_FOR_SECONDS", 0.0)
    shop.cloud.pubsub.cut("Publish")
    with pytest.raises(Unavailable):
        await shop.sweep.run(SWEPT_AT)
    assert len(shop.fired) == 1
    assert await shop.unpublished() == 2


async def test_messages_that_exceed_one_request_are_published_in_several(
    cloud: Cloud, noun: str
) -> None:
    mailbox = await cloud.mailbox(noun)
    cloud.mend()
    await pubsub.publish(noun, [(b"x" * 1_000_000, {}) for _ in range(12)])
    assert len(await mailbox.take(12)) == 12
    assert cloud.pubsub.calls == ["Publish", "Publish"]


async def test_long_events_are_swept_in_messages_that_name_them(
    cloud: Cloud, store: TenantStore, noun: str
) -> None:
    mailbox = await cloud.mailbox(noun)
    cloud.mend()
    recorder = Recorder.for_command(function=noun, caller=caller(store.tenant_id))
    ids = []
    for number in range(1, 4):
        change = Change()
        data = OrderPlaced(content="x" * 600_000)
        change.record(recorder.record(subject="order/long", sequence=number, data=data))
        ids.append(change.events[0].id)
        change.seal(await log_keys(noun))
        await store.commit(change)
    await Sweep(Outbox(noun), {}, _never).run(SWEPT_AT)
    received = await mailbox.take(3)
    assert sorted(each.event_ids for each in received) == sorted([id] for id in ids)
    assert {each.data for each in received} == {b""}
    assert await store.count(EVENT_LOG, where=[("unpublished", "==", True)]) == 0


async def _never(event: Envelope) -> None:
    raise AssertionError(event.id)


async def _die_before_publishing(shop: Shop) -> None:
    with suppress(asyncio.CancelledError):
        dying = asyncio.create_task(shop.place())
        shop.cloud.firestore.on("Commit", "after", dying.cancel)
        await dying
    shop.cloud.mend()
