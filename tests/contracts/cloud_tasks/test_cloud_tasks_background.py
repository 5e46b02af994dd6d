"""Tasks that run as time passes."""

import asyncio
from datetime import timedelta

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


async def test_in_the_background_tasks_run_as_they_are_created(
    client: Client,
    queue: AnyQueue,
    emulator: CloudTasksEmulator,
    worker: Worker,
    running: asyncio.Task[None],
) -> None:
    await create(client, queue, "a")
    await until(lambda: worker.tasks == ["a"])


async def test_in_the_background_a_moved_clock_fires_what_has_fallen_due(
    client: Client,
    clock: VirtualClock,
    queue: AnyQueue,
    emulator: CloudTasksEmulator,
    worker: Worker,
    running: asyncio.Task[None],
) -> None:
    await create(client, queue, "a", clock.now() + timedelta(hours=24))
    await asyncio.sleep(0.05)
    assert worker.tasks == []
    clock.advance(24 * 3600)
    await until(lambda: worker.tasks == ["a"])


async def test_in_the_background_real_time_passes_too(
    client: Client,
    clock: VirtualClock,
    queue: AnyQueue,
    worker: Worker,
    running: asyncio.Task[None],
) -> None:
    at = clock.now() + timedelta(seconds=0.2)
    await create(client, queue, "a", at)
    await until(lambda: worker.tasks == ["a"])
    assert at <= clock.now() < at + timedelta(seconds=1)


async def test_in_the_background_many_run_together(
    client: Client,
    queue: AnyQueue,
    emulator: CloudTasksEmulator,
    worker: Worker,
    running: asyncio.Task[None],
) -> None:
    worker.open.clear()
    for number in range(20):
        await create(client, queue, f"t{number}")
    await until(lambda: worker.busy == 20)
    assert emulator.in_flight == 20
    worker.open.set()
    await until(lambda: emulator.in_flight == 0)


async def test_while_time_is_stepped_the_background_stands_back(
    client: Client,
    clock: VirtualClock,
    queue: AnyQueue,
    emulator: CloudTasksEmulator,
    worker: Worker,
    running: asyncio.Task[None],
) -> None:
    now = clock.now()
    for hours in (2, 1, 3):
        await create(client, queue, f"{hours}", now + timedelta(hours=hours))
    with emulator.stepping():
        clock.advance(4 * 3600)
        await asyncio.sleep(0.05)
        assert worker.tasks == []
        await emulator.dispatch_due()
    assert worker.tasks == ["1", "2", "3"]


async def test_a_bug_in_the_delivery_is_raised_and_not_swallowed(
    client: Client,
    queue: AnyQueue,
    emulator: CloudTasksEmulator,
    worker: Worker,
    running: asyncio.Task[None],
) -> None:
    worker.answers = [ZeroDivisionError("a bug")]
    await create(client, queue, "a")
    with pytest.raises(ZeroDivisionError, match="a bug"):
        await asyncio.wait_for(running, 5)
