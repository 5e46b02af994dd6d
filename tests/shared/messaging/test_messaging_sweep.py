"""The sweep's fairness: no timer that fails and no tenant with a backlog keeps another waiting."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import grpc
import pytest

from shared.kit.errors import PayloadTooLarge, Unavailable
from shared.kit.instants import format_instant
from shared.kit.operations import start_counting
from shared.messaging import backlog, sweep
from shared.messaging.backlog import GRACE, LONGEST_PAUSE, LOOKED_AT, SHARE, late_events, set_aside
from shared.messaging.changes import Change
from shared.messaging.envelope import Envelope
from shared.messaging.log import EVENT_LOG
from shared.messaging.outbox import Outbox
from shared.messaging.pubsub import Unpublishable
from shared.messaging.recorder import Recorder
from shared.messaging.sweep import Sweep
from shared.storage.batches import Batch, LostRace
from shared.storage.firestore import TenantStore
from shared.storage.secrets import log_keys
from tests.shared.cloud import Cloud
from tests.shared.stories import NOW, OrderPlaced, caller

pytestmark = pytest.mark.platform
TIMER = "assent.order.due.v1"
LATE = NOW + timedelta(minutes=10)
MINUTE = timedelta(minutes=1)
BUDGET_SECONDS = sweep.BUDGET_SECONDS

Handle = Callable[[Envelope], Awaitable[None]]


class Timers:
    """A function's orders with timers, of several tenants, and which of them were fired when."""

    def __init__(self, noun: str, stem: str) -> None:
        self.noun = noun
        self.collection = noun.replace("-", "_")
        self.stem = stem
        self.fired: list[str] = []
        self.failing: set[str] = set()
        self.on_failure: Callable[[], object] = lambda: 1 / 0
        self.sweep = self.process()

    def process(self) -> Sweep:
        """The sweep of another process of the function."""
        return Sweep(Outbox(self.noun), {self.collection: "order"}, self._fire)

    def store(self, name: str) -> TenantStore:
        return TenantStore(f"{self.stem}-{name}")

    async def due(self, name: str, many: int, at: datetime = NOW, *, sweeps: int = 0) -> None:
        """So many orders of that tenant, whose timers were due then, one millisecond apart."""
        for first in range(0, many, 400):
            batch = Batch()
            for number in range(first, min(first + 400, many)):
                due = format_instant(at + timedelta(milliseconds=number))
                timer = {"next_timer_at": due, "next_timer_type": TIMER, "sweep_at": due}
                batch.create(self.collection, f"{name}_{number}", timer | {"sweeps": sweeps})
            await self.store(name).commit(batch)

    async def fields(self, id: str) -> dict[str, Any]:
        document = await self.store(id.partition("_")[0]).get(self.collection, id)
        assert document is not None
        return dict(document.data)

    async def _fire(self, event: Envelope) -> None:
        """As a handler does: reads again, decides, and clears the timer."""
        id = event.subject_id
        self.fired.append(id)
        if id.partition("_")[0] in self.failing:
            self.on_failure()
        store = TenantStore(event.tenantid)
        order = await store.get(self.collection, id)
        assert order is not None
        batch = Batch()
        batch.replace(order, {"next_timer_at": None, "next_timer_type": None, "sweep_at": None})
        await store.commit(batch)


@pytest.fixture(autouse=True)
def time_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with much else to do may be slow."""
    monkeypatch.setattr(sweep, "BUDGET_SECONDS", 300.0)


@pytest.fixture
def timers(cloud: Cloud, noun: str, store: TenantStore) -> Timers:
    return Timers(noun, store.tenant_id)


def _of(name: str, fired: Sequence[str]) -> list[str]:
    return [id for id in fired if id.startswith(f"{name}_")]


@pytest.mark.nightly
async def test_a_hundred_and_fifty_timers_that_always_fail_keep_no_other_tenant_waiting(
    timers: Timers,
) -> None:
    await timers.due("poison", 150)
    await timers.due("good", 1, NOW + MINUTE)
    timers.failing.add("poison")
    with pytest.raises(ZeroDivisionError):
        await timers.sweep.run(LATE)
    assert _of("good", timers.fired) == ["good_0"]
    assert timers.fired.index("good_0") < SHARE
    assert set(Counter(timers.fired).values()) == {1}
    assert len(_of("poison", timers.fired)) == 150


async def test_what_failed_is_set_aside_for_twice_as_long_each_time(timers: Timers) -> None:
    await timers.due("poison", 1)
    timers.failing.add("poison")
    tried, due = [], [0, 1, 2, 4, 8, 16, 32, 62, 92, 122, 152]
    # When it is due, and a minute before, when it is not yet.
    for minutes in sorted({*due, *(each - 1 for each in due if each)}):
        before = len(timers.fired)
        try:
            await timers.process().run(LATE + minutes * MINUTE)
        except ZeroDivisionError:
            tried.append(minutes)
        assert len(timers.fired) - before == (tried[-1:] == [minutes])
    assert tried == due
    assert timedelta(minutes=30) == LONGEST_PAUSE


async def test_a_fresh_timer_does_not_wait_behind_those_set_aside(timers: Timers) -> None:
    await timers.due("poison", SHARE + 10)
    timers.failing.add("poison")
    with pytest.raises(ZeroDivisionError):
        await timers.sweep.run(LATE)
    timers.fired.clear()
    await timers.due("good", 1, LATE)
    counts = start_counting()
    await timers.sweep.run(LATE + GRACE - timedelta(milliseconds=1))
    assert (timers.fired, counts["firestore-reads"]) == ([], 2)
    timers.failing.clear()
    await timers.process().run(LATE + MINUTE)
    assert len(timers.fired) == SHARE + 11


@pytest.mark.nightly
async def test_a_thousand_overdue_timers_of_one_tenant_do_not_delay_another(
    timers: Timers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "BUDGET_SECONDS", BUDGET_SECONDS)
    await timers.due("many", 1_000)
    await timers.due("one", 1, NOW + MINUTE)
    await timers.sweep.run(LATE)
    assert timers.fired.index("one_0") < SHARE
    assert len(_of("many", timers.fired)) > 0


@pytest.mark.nightly
@pytest.mark.repeats
async def test_a_backlog_is_worked_off_in_one_sweep_if_there_is_time(timers: Timers) -> None:
    await timers.due("many", 400)
    await timers.due("some", 70, NOW + MINUTE)
    await timers.sweep.run(LATE)
    assert len(timers.fired) == len(set(timers.fired)) == 470
    assert len(_of("some", timers.fired[: 2 * SHARE])) == SHARE


async def test_a_sweep_ends_when_its_time_is_over_and_the_next_one_continues(
    timers: Timers, monkeypatch: pytest.MonkeyPatch
) -> None:
    await timers.due("many", 30)
    monkeypatch.setattr(sweep, "BUDGET_SECONDS", 0.0)
    await timers.sweep.run(LATE)
    assert timers.fired == []
    monkeypatch.setattr(sweep, "BUDGET_SECONDS", 300.0)
    await timers.sweep.run(LATE)
    assert len(timers.fired) == 30


async def test_a_look_that_has_no_time_for_all_tenants_is_continued_by_the_next(
    timers: Timers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog, "READ_AT_ONCE", 10)
    await timers.due("many", 35)
    await timers.due("last", 1, NOW + MINUTE)
    monkeypatch.setattr(sweep, "BUDGET_SECONDS", 0.0)
    for _ in range(3):
        await timers.sweep.run(LATE)
    monkeypatch.setattr(sweep, "BUDGET_SECONDS", 300.0)
    await timers.sweep.run(LATE)
    # It began at the 31st; what is before that came in the look after.
    assert set(timers.fired[:6]) == {"last_0", *(f"many_{number}" for number in range(30, 35))}
    assert len(timers.fired) == 36


async def test_a_timer_that_ends_the_process_ends_no_second_one_before_others_had_their_turn(
    timers: Timers,
) -> None:
    await timers.due("poison", 1)
    await timers.due("good", 8, NOW + MINUTE)
    timers.failing.add("poison")
    dying = asyncio.create_task(timers.sweep.run(LATE))
    timers.on_failure = dying.cancel
    with pytest.raises(asyncio.CancelledError):
        await dying
    await timers.process().run(LATE + timedelta(seconds=1))
    assert len(_of("poison", timers.fired)) == 1
    # Those that died with it are tried again, but not together with it.
    dying = asyncio.create_task(timers.process().run(LATE + MINUTE))
    timers.on_failure = dying.cancel
    with suppress(asyncio.CancelledError):
        await dying
    await timers.process().run(LATE + MINUTE + timedelta(seconds=1))
    assert len(_of("poison", timers.fired)) == 2
    assert [(await timers.fields(f"good_{each}"))["sweep_at"] for each in range(8)] == [None] * 8


async def test_a_timer_that_does_not_come_to_an_end_is_given_up(
    timers: Timers, monkeypatch: pytest.MonkeyPatch
) -> None:
    await timers.due("hanging", 1)

    async def hang(event: Envelope) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(sweep, "LONGEST_TIMER_SECONDS", 0.05)
    hanging = Sweep(Outbox(timers.noun), {timers.collection: "order"}, hang)
    with pytest.raises(TimeoutError):
        await hanging.run(LATE)
    assert (await timers.fields("hanging_0"))["sweeps"] == 1


async def test_the_longest_document_can_be_set_aside_and_is_not_first_again(
    timers: Timers,
) -> None:
    due = format_instant(NOW)
    fields = {"next_timer_at": due, "next_timer_type": TIMER, "sweep_at": due, "sweeps": 0}
    fits, too_long = 1_048_000, 1_048_577
    while too_long - fits > 1:
        length = (fits + too_long) // 2
        batch = Batch()
        batch.put(timers.collection, "poison_0", {**fields, "state": "x" * length})
        try:
            await timers.store("poison").commit(batch)
            fits = length
        except PayloadTooLarge:
            too_long = length
    await timers.due("good", 3, NOW + MINUTE)
    timers.failing.add("poison")
    for minutes in range(2):
        with pytest.raises(ZeroDivisionError):
            await timers.process().run(LATE + minutes * MINUTE)
    assert (await timers.fields("poison_0"))["sweeps"] == 2
    assert len(_of("good", timers.fired)) == 3


async def test_a_document_that_cannot_be_set_aside_keeps_no_other_back(
    timers: Timers, cloud: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    await timers.due("poison", 3)
    await timers.due("good", 3, NOW + MINUTE)
    cloud.mend()
    cloud.firestore.cut("Commit", times=1, code=grpc.StatusCode.PERMISSION_DENIED)
    with pytest.raises(grpc.aio.AioRpcError):
        await timers.sweep.run(LATE)
    assert "cannot be set aside" in caplog.text
    # The others were fired once; the one that was refused possibly by the next look.
    assert set(Counter(timers.fired).values()) == {1}
    assert len(timers.fired) >= 5


async def test_what_failed_before_is_tried_one_at_a_time_beginning_with_the_fewest(
    timers: Timers,
) -> None:
    await timers.due("many", 4, sweeps=1)
    await timers.due("few", 2, NOW + MINUTE, sweeps=1)
    await timers.due("one", 1, NOW + MINUTE + MINUTE, sweeps=1)
    await timers.sweep.run(LATE)
    first, then = ["one_0", "few_0", "many_0"], ["few_1", "many_1", "many_2", "many_3"]
    assert timers.fired == [*first, *then]


async def test_two_sweeps_at_once_fire_each_timer_once(timers: Timers) -> None:
    await timers.due("many", 40)
    await asyncio.gather(timers.process().run(LATE), timers.process().run(LATE))
    assert len(timers.fired) == len(set(timers.fired)) == 40


async def test_a_document_whose_timer_cannot_be_read_is_set_aside(
    timers: Timers, caplog: pytest.LogCaptureFixture
) -> None:
    batch = Batch()
    broken = {"next_timer_at": None, "next_timer_type": None, "sweep_at": format_instant(NOW)}
    batch.create(timers.collection, "broken_0", broken)
    await timers.store("broken").commit(batch)
    await timers.due("good", 1, NOW + MINUTE)
    with pytest.raises(TypeError):
        await timers.sweep.run(LATE)
    assert timers.fired == ["good_0"]
    assert "the timer of order/broken_0 failed" in caplog.text


async def test_a_state_that_follows_a_failure_is_swept_by_its_own_time(timers: Timers) -> None:
    await timers.due("order", 1)
    store = timers.store("order")
    document = await store.get(timers.collection, "order_0")
    assert document is not None
    await set_aside(document, LATE)
    with pytest.raises(LostRace):
        await set_aside(document, LATE)
    aside = await timers.fields("order_0")
    assert (aside["next_timer_at"], aside["sweeps"]) == (format_instant(NOW), 1)


async def test_nothing_overdue_costs_one_query_for_each_collection(timers: Timers) -> None:
    await timers.due("early", 3, LATE)
    counts = start_counting()
    await timers.sweep.run(LATE)
    assert dict(counts) == {"firestore-reads": 2}


# Events


class Log:
    """A function's committed and unpublished events, of several tenants."""

    def __init__(self, noun: str, stem: str) -> None:
        self.noun = noun
        self.stem = stem
        self.sweep = Sweep(Outbox(noun), {}, _never)

    def store(self, name: str) -> TenantStore:
        return TenantStore(f"{self.stem}-{name}")

    async def unpublished(self, name: str, many: int, at: datetime = NOW) -> list[str]:
        """So many events of that tenant, whose processes died. Returns their ids."""
        store = self.store(name)
        recorder = Recorder.for_command(function=self.noun, caller=caller(store.tenant_id, at=at))
        events = [
            recorder.record(subject="order/ord_1", sequence=number + 1, data=OrderPlaced())
            for number in range(many)
        ]
        for first in range(0, many, 400):
            change = Change()
            change.record(*events[first : first + 400])
            change.seal(await log_keys(self.noun))
            await store.commit(change)
        return [event.id for event in events]

    async def left(self, name: str) -> int:
        return await self.store(name).count(EVENT_LOG, where=[("unpublished", "==", True)])


@pytest.fixture
def log(cloud: Cloud, noun: str, store: TenantStore) -> Log:
    return Log(noun, store.tenant_id)


@pytest.mark.nightly
@pytest.mark.repeats
async def test_events_of_a_backlog_do_not_delay_those_of_another_tenant(
    cloud: Cloud, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox = await cloud.mailbox(log.noun)
    monkeypatch.setattr(sweep, "BUDGET_SECONDS", BUDGET_SECONDS)
    many = await log.unpublished("many", 1_000)
    (one,) = await log.unpublished("one", 1, NOW + MINUTE)
    await log.sweep.run(LATE)
    assert await log.left("one") == 0
    monkeypatch.setattr(sweep, "BUDGET_SECONDS", 300.0)
    await log.sweep.run(LATE)
    assert await log.left("many") == 0
    received = [each.event_id for each in await mailbox.take(1_001)]
    assert sorted(received) == sorted([*many, one])


async def test_late_events_are_those_that_no_sweep_published_in_time_also_after_failures(
    cloud: Cloud, log: Log
) -> None:
    await cloud.mailbox(log.noun)
    assert await late_events(log.noun, LATE) == []
    failed, torn = await log.unpublished("clinic", 2)
    await log.unpublished("clinic", 1, LATE - GRACE + timedelta(milliseconds=1))
    entry = await log.store("clinic").get(EVENT_LOG, failed)
    assert entry is not None
    await set_aside(entry, LATE)
    batch = Batch()
    batch.merge(EVENT_LOG, torn, {"time": "yesterday"})
    await log.store("clinic").commit(batch)
    counts = start_counting()
    assert await late_events(log.noun, LATE) == [NOW]
    assert dict(counts) == {"firestore-reads": 3}
    assert await late_events("other", LATE) == []
    await log.unpublished("many", 20)
    assert await late_events(log.noun, LATE) == [NOW] * (LOOKED_AT - 1)
    await log.sweep.run(LATE + LONGEST_PAUSE)
    assert await late_events(log.noun, LATE + LONGEST_PAUSE) == []


async def test_an_entry_that_cannot_be_read_is_set_aside_and_named(
    cloud: Cloud, log: Log, caplog: pytest.LogCaptureFixture
) -> None:
    mailbox = await cloud.mailbox(log.noun)
    broken, torn, good = await log.unpublished("clinic", 3)
    batch = Batch()
    batch.merge(EVENT_LOG, broken, {"time": "yesterday"})
    entry = await log.store("clinic").get(EVENT_LOG, torn)
    assert entry is not None
    kept = {name: value for name, value in entry.data.items() if name not in ("type", "data")}
    batch.replace(entry, kept)
    await log.store("clinic").commit(batch)
    with caplog.at_level(logging.ERROR):
        await log.sweep.run(LATE)
    received = await mailbox.take(3)
    assert good in [each.event_id for each in received]
    refusals = [each for each in received if each.event_id != good]
    assert {each.attributes["ce-type"] for each in refusals} == {"assent.entry.refused.v1"}
    assert all(id in caplog.text for id in (broken, torn))
    counts = start_counting()
    await log.sweep.run(LATE)
    assert dict(counts) == {"firestore-reads": 1}
    assert await log.left("clinic") == 0


async def test_an_entry_that_pubsub_refuses_keeps_none_of_its_neighbours_back(
    cloud: Cloud, log: Log
) -> None:
    mailbox = await cloud.mailbox(log.noun)
    first, *others = sorted(await log.unpublished("clinic", 3))
    # It refuses all three together, then the first by itself.
    cloud.pubsub.cut("Publish", times=2, code=grpc.StatusCode.INVALID_ARGUMENT)
    with pytest.raises(Unpublishable):
        await log.sweep.run(LATE)
    assert [each.event_id for each in await mailbox.take(2)] == others
    entry = await log.store("clinic").get(EVENT_LOG, first)
    assert entry is not None
    assert (entry.data["unpublished"], entry.data["sweeps"]) == (True, 1)


async def test_while_pubsub_is_down_nothing_is_set_aside(
    cloud: Cloud, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.pubsub.RETRIED_FOR_SECONDS", 0.0)
    mailbox = await cloud.mailbox(log.noun)
    ids = await log.unpublished("clinic", 120)
    cloud.pubsub.cut("Publish")
    with pytest.raises(Unavailable):
        await log.sweep.run(LATE)
    assert cloud.pubsub.calls.count("Publish") <= backlog.WORKERS
    cloud.mend()
    await log.sweep.run(LATE + timedelta(seconds=1))
    assert sorted(each.event_id for each in await mailbox.take(120)) == sorted(ids)


async def test_a_collection_that_cannot_be_read_keeps_no_event_back(
    cloud: Cloud, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.storage.patience.RETRIED_FOR_SECONDS", 0.2)
    mailbox = await cloud.mailbox(log.noun)
    ids = await log.unpublished("clinic", 1)
    both = Sweep(Outbox(log.noun), {"orders": "order"}, _never)
    cloud.firestore.cut("RunQuery", number=2)
    with pytest.raises(Unavailable):
        await both.run(LATE)
    assert [each.event_id for each in await mailbox.take(1)] == ids


async def _never(event: Envelope) -> None:
    raise AssertionError(event.id)
