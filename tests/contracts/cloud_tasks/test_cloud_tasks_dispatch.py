"""Tasks in motion: created by Google's client, sent to a worker."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, cast

import pytest
from google.api_core.exceptions import FailedPrecondition, NotFound
from google.protobuf.field_mask_pb2 import FieldMask

from emulators.clock import VirtualClock
from emulators.cloud_tasks import CloudTasksEmulator, NoResponse, TaskResponse
from tests.contracts.cloud_tasks.worker import AnyQueue, Client, CreateQueue, Worker


async def create(
    client: Client, queue: AnyQueue, task_id: str, at: datetime | None = None, **request: object
) -> Any:
    task: dict[str, Any] = {
        "name": f"{queue.name}/tasks/{task_id}",
        "http_request": {"url": "http://worker/timers", **request},
    }
    if at is not None:
        task["schedule_time"] = at
    return await client.create_task(request={"parent": queue.name, "task": task})


async def create_at_one_time(
    client: Client, clock: VirtualClock, queue: AnyQueue, count: int
) -> None:
    at = clock.now() + timedelta(hours=1)
    for number in range(count):
        await create(client, queue, f"t{number}", at)
    clock.move_to(at)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what it looks at tells nobody of its changes
            await asyncio.sleep(0.005)


async def test_a_task_reaches_its_worker_as_it_was_created(
    client: Client, queue: AnyQueue, emulator: CloudTasksEmulator, worker: Worker
) -> None:
    headers = {"ce-id": "evt_1", "ce-type": "assent.deadline.due.v1", "Content-Type": "text/plain"}
    task = await create(client, queue, "a", headers=headers, body=b"payload", http_method="PUT")
    assert await emulator.dispatch_due() == 1
    [request] = worker.received
    assert (request.method, request.url) == ("PUT", "http://worker/timers")
    assert (request.body, request.task) == (b"payload", task.name)
    assert headers.items() <= request.headers.items()


async def test_the_service_adds_its_own_headers(
    client: Client,
    clock: VirtualClock,
    queue: AnyQueue,
    emulator: CloudTasksEmulator,
    worker: Worker,
) -> None:
    at = clock.now() + timedelta(hours=1)
    await create(client, queue, "a", at)
    clock.move_to(at)
    await emulator.dispatch_due()
    headers = worker.received[0].headers
    assert headers["User-Agent"] == "Google-Cloud-Tasks"
    assert headers["X-CloudTasks-QueueName"] == "veto-windows"
    assert headers["X-CloudTasks-TaskName"] == "a"
    assert headers["X-CloudTasks-TaskRetryCount"] == "0"
    assert headers["X-CloudTasks-TaskExecutionCount"] == "0"
    assert float(headers["X-CloudTasks-TaskETA"]) == pytest.approx(at.timestamp())
    assert "Authorization" not in headers


async def test_nobody_can_write_the_headers_that_are_the_services(
    client: Client, queue: AnyQueue, emulator: CloudTasksEmulator, worker: Worker
) -> None:
    forged = {
        "x-cloudtasks-taskname": "forged",
        "X-Google-Anything": "forged",
        "X-AppEngine-TaskName": "forged",
        "Host": "forged",
        "content-length": "1",
        "user-agent": "forged",
        "authorization": "forged",
    }
    token = {"service_account_email": "approvals@assent", "audience": "http://approvals"}
    await create(client, queue, "a", headers=forged, oidc_token=token)
    await emulator.dispatch_due()
    assert "forged" not in worker.received[0].headers.values()
    assert not {"Host", "content-length"} & worker.received[0].headers.keys()


async def test_a_task_with_an_identity_carries_its_token(
    client: Client, queue: AnyQueue, emulator: CloudTasksEmulator, worker: Worker
) -> None:
    token = {"service_account_email": "approvals@assent", "audience": "http://approvals"}
    await create(client, queue, "a", oidc_token=token)
    await create(client, queue, "b", oidc_token={"service_account_email": "agents@assent"})
    await emulator.dispatch_due()
    assert {r.task[-1]: r.headers["Authorization"] for r in worker.received} == {
        "a": "Bearer approvals@assent for http://approvals",
        "b": "Bearer agents@assent for http://worker/timers",
    }


async def test_a_user_may_authenticate_in_a_way_of_its_own(
    client: Client, queue: AnyQueue, emulator: CloudTasksEmulator, worker: Worker
) -> None:
    await create(client, queue, "a", headers={"Authorization": "Basic of-its-own"})
    await emulator.dispatch_due()
    assert worker.received[0].headers["Authorization"] == "Basic of-its-own"


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
