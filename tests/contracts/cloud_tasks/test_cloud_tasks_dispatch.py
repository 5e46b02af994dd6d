"""When tasks run, how often and how many at once."""

import asyncio
from datetime import timedelta
from time import monotonic

import pytest
from google.api_core.exceptions import FailedPrecondition, NotFound
from google.protobuf.field_mask_pb2 import FieldMask

from emulators.clock import VirtualClock
from emulators.cloud_tasks import CloudTasksEmulator, NoResponse, TaskResponse
from tests.contracts.cloud_tasks.worker import (
    AnyQueue,
    Client,
    CreateQueue,
    Worker,
    create,
    create_at_one_time,
    until,
)


async def test_a_task_waits_for_its_time(
    client: Client,
    clock: VirtualClock,
    queue: AnyQueue,
    emulator: CloudTasksEmulator,
    worker: Worker,
) -> None:
    at = clock.now() + timedelta(hours=24)
    await create(client, queue, "a", at)
    assert emulator.next_due() == at
    clock.move_to(at - timedelta(seconds=5))
    assert await emulator.dispatch_due() == 0
    clock.move_to(at)
    assert await emulator.dispatch_due() == 1
    assert emulator.next_due() is None


async def test_due_tasks_run_in_the_order_of_their_schedules_across_queues(
    client: Client,
    clock: VirtualClock,
    queue: AnyQueue,
    create_queue: CreateQueue,
    emulator: CloudTasksEmulator,
    worker: Worker,
) -> None:
    other = await create_queue("deadlines")
    now = clock.now()
    for place, (where, hours) in enumerate([(queue, 3), (other, 1), (queue, 2), (other, 4)]):
        await create(client, where, f"{hours}-{place}", now + timedelta(hours=hours))
    clock.advance(5 * 3600)
    assert await emulator.dispatch_due() == 4
    assert [task[0] for task in worker.tasks] == ["1", "2", "3", "4"]
    assert worker.busiest == 1


async def test_a_failed_task_is_retried_with_growing_waits_and_says_so(
    client: Client,
    clock: VirtualClock,
    queue: AnyQueue,
    emulator: CloudTasksEmulator,
    worker: Worker,
) -> None:
    worker.answers = [TaskResponse(503), TaskResponse(404)]
    task = await create(client, queue, "a")
    await emulator.dispatch_due()
    waiting = await client.get_task(name=task.name)
    assert (waiting.dispatch_count, waiting.response_count) == (1, 1)
    assert waiting.last_attempt.response_status.message == "UNAVAILABLE(14): HTTP status code 503"
    waits = []
    while (due := emulator.next_due()) is not None:
        waits.append(round((due - clock.now()).total_seconds()))
        clock.move_to(due)
        await emulator.dispatch_due()
    assert waits == [10, 20]
    counts = [
        tuple(
            request.headers.get(f"X-CloudTasks-Task{name}")
            for name in ("RetryCount", "ExecutionCount", "PreviousResponse")
        )
        for request in worker.received
    ]
    # A 5xx is a retry but not an execution: the real service counts like that.
    assert counts == [("0", "0", None), ("1", "0", "503"), ("2", "1", "404")]


async def test_a_task_out_of_attempts_vanishes(
    client: Client,
    clock: VirtualClock,
    queue: AnyQueue,
    emulator: CloudTasksEmulator,
    worker: Worker,
) -> None:
    worker.answers = [TaskResponse(500), NoResponse(), ConnectionResetError(), TaskResponse(200)]
    task = await create(client, queue, "a")
    while (due := emulator.next_due()) is not None:
        clock.move_to(due)
        await emulator.dispatch_due()
    assert len(worker.received) == 3
    with pytest.raises(FailedPrecondition):
        await client.get_task(name=task.name)


async def test_a_worker_can_ask_for_a_longer_wait(
    client: Client,
    clock: VirtualClock,
    queue: AnyQueue,
    emulator: CloudTasksEmulator,
    worker: Worker,
) -> None:
    worker.answers = [TaskResponse(429, {"Retry-After": "120"})]
    await create(client, queue, "a")
    await emulator.dispatch_due()
    due = emulator.next_due()
    assert due is not None
    assert due - clock.now() > timedelta(seconds=115)


async def test_a_task_may_have_a_retry_policy_of_its_own(
    client: Client, queue: AnyQueue, emulator: CloudTasksEmulator, worker: Worker
) -> None:
    worker.answers = [TaskResponse(500)]
    task = {
        "http_request": {"url": "http://worker"},
        "retry_config": {"max_attempts": 1},
    }
    await client.create_task(request={"parent": queue.name, "task": task})
    await emulator.dispatch_due()
    assert emulator.next_due() is None


async def test_a_paused_queue_holds_its_tasks_and_takes_new_ones(
    client: Client, queue: AnyQueue, emulator: CloudTasksEmulator, worker: Worker
) -> None:
    await client.pause_queue(name=queue.name)
    await create(client, queue, "a")
    assert emulator.next_due() is None
    assert await emulator.dispatch_due() == 0
    await client.resume_queue(name=queue.name)
    assert await emulator.dispatch_due() == 1


async def test_run_dispatches_a_task_of_the_future_in_a_paused_queue(
    client: Client,
    clock: VirtualClock,
    queue: AnyQueue,
    emulator: CloudTasksEmulator,
    worker: Worker,
) -> None:
    await client.pause_queue(name=queue.name)
    task = await create(client, queue, "a", clock.now() + timedelta(days=1))
    ran = await client.run_task(name=task.name)
    assert ran.dispatch_count == 1
    await until(lambda: emulator.in_flight == 0)
    assert worker.tasks == ["a"]
    with pytest.raises(NotFound):
        await client.run_task(name=task.name)


async def test_a_run_that_fails_puts_the_task_back_with_its_retry_delay(
    client: Client,
    clock: VirtualClock,
    queue: AnyQueue,
    emulator: CloudTasksEmulator,
    worker: Worker,
) -> None:
    worker.answers = [TaskResponse(500)]
    task = await create(client, queue, "a", clock.now() + timedelta(days=1))
    before = clock.now()
    await client.run_task(name=task.name)
    await until(lambda: emulator.in_flight == 0)
    wait = (await client.get_task(name=task.name)).schedule_time - before
    assert timedelta(seconds=10) <= wait < timedelta(seconds=11)


async def test_a_task_deleted_while_it_runs_is_not_retried(
    client: Client, queue: AnyQueue, emulator: CloudTasksEmulator, worker: Worker
) -> None:
    worker.answers = [TaskResponse(500)]
    worker.open.clear()
    task = await create(client, queue, "a")
    dispatching = asyncio.create_task(emulator.dispatch_due())
    await until(lambda: worker.busy)
    assert emulator.in_flight == 1
    await client.delete_task(name=task.name)
    worker.open.set()
    assert await dispatching == 1
    assert (emulator.in_flight, emulator.next_due()) == (0, None)


async def test_no_more_run_at_once_than_the_queue_allows(
    client: Client,
    clock: VirtualClock,
    create_queue: CreateQueue,
    emulator: CloudTasksEmulator,
    worker: Worker,
) -> None:
    queue = await create_queue(rate_limits={"max_concurrent_dispatches": 3})
    await create_at_one_time(client, clock, queue, 10)
    assert await emulator.dispatch_due() == 10
    assert worker.busiest == 3


async def test_no_more_begin_in_a_second_than_the_queue_allows(
    client: Client,
    clock: VirtualClock,
    create_queue: CreateQueue,
    emulator: CloudTasksEmulator,
    worker: Worker,
) -> None:
    queue = await create_queue(rate_limits={"max_dispatches_per_second": 20})
    await create_at_one_time(client, clock, queue, 30)
    started = monotonic()
    assert await emulator.dispatch_due() == 30
    assert 0.3 < monotonic() - started < 2


async def test_a_task_that_waits_for_its_queues_rate_is_due(
    client: Client,
    clock: VirtualClock,
    create_queue: CreateQueue,
    emulator: CloudTasksEmulator,
    worker: Worker,
) -> None:
    queue = await create_queue(rate_limits={"max_dispatches_per_second": 0.01})
    assert not emulator.is_due()
    await create_at_one_time(client, clock, queue, 10)  # what a queue sends at once after a pause
    assert await emulator.dispatch_due() == 10
    assert not emulator.is_due()
    await create(client, queue, "later")
    assert emulator.is_due()
    due = emulator.next_due()
    assert due is not None
    assert due > clock.now()


async def test_an_updated_rate_holds_at_once(
    client: Client,
    clock: VirtualClock,
    queue: AnyQueue,
    emulator: CloudTasksEmulator,
    worker: Worker,
) -> None:
    mask = FieldMask(paths=["rate_limits.max_concurrent_dispatches"])
    update = {"name": queue.name, "rate_limits": {"max_concurrent_dispatches": 1}}
    await client.update_queue(queue=update, update_mask=mask)
    await create_at_one_time(client, clock, queue, 3)
    await emulator.dispatch_due()
    assert worker.busiest == 1
