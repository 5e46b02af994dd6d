"""Faults on request, and a port that is taken."""

import asyncio
from typing import Any, cast

import pytest

from emulators.clock import VirtualClock
from emulators.cloud_tasks import CloudTasksEmulator
from tests.contracts.cloud_tasks.worker import (
    AnyQueue,
    Client,
    Worker,
    create,
    until,
)


async def test_a_duplicated_dispatch_arrives_twice_and_counts_once(
    client: Client, queue: AnyQueue, emulator: CloudTasksEmulator, worker: Worker
) -> None:
    emulator.inject("duplicate")
    await create(client, queue, "a")
    await create(client, queue, "b")
    assert await emulator.dispatch_due() == 2
    assert sorted(worker.tasks) == ["a", "a", "b"]
    assert emulator.next_due() is None


async def test_a_dropped_dispatch_arrives_with_the_retry(
    client: Client,
    clock: VirtualClock,
    queue: AnyQueue,
    emulator: CloudTasksEmulator,
    worker: Worker,
) -> None:
    emulator.inject("drop_once")
    await create(client, queue, "a")
    await emulator.dispatch_due()
    assert worker.received == []
    due = emulator.next_due()
    assert due is not None
    clock.move_to(due)
    await emulator.dispatch_due()
    assert worker.received[0].headers["X-CloudTasks-TaskRetryCount"] == "1"


async def test_a_delayed_dispatch_is_in_flight_until_the_clock_has_passed_it(
    client: Client,
    clock: VirtualClock,
    queue: AnyQueue,
    emulator: CloudTasksEmulator,
    worker: Worker,
    running: asyncio.Task[None],
) -> None:
    emulator.inject("delay")
    await create(client, queue, "a")
    await until(lambda: emulator.in_flight == 1)
    await asyncio.sleep(0.05)
    assert worker.received == []
    clock.advance(1)
    await until(lambda: worker.tasks == ["a"])


async def test_an_unknown_fault_is_refused(emulator: CloudTasksEmulator) -> None:
    with pytest.raises(ValueError, match="not a fault of Cloud Tasks"):
        emulator.inject(cast("Any", "explode"))


async def test_a_taken_port_is_named(
    emulator: CloudTasksEmulator, address: str, clock: VirtualClock, worker: Worker
) -> None:
    second = CloudTasksEmulator(clock=clock, deliver=worker, mint=lambda email, audience: "")
    with pytest.raises(OSError, match=address.rpartition(":")[2]):
        await second.start(int(address.rpartition(":")[2]))
