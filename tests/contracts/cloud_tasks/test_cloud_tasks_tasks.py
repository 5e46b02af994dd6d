"""Tasks at rest, through Google's client."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from google.api_core.exceptions import (
    AlreadyExists,
    FailedPrecondition,
    InvalidArgument,
    MethodNotImplemented,
    NotFound,
    ServiceUnavailable,
)
from google.cloud.tasks_v2 import HttpMethod, Task

from emulators.clock import VirtualClock
from emulators.cloud_tasks import CloudTasksEmulator
from tests.contracts.cloud_tasks.worker import AnyQueue, Client, CreateQueue, Worker

REQUEST: dict[str, Any] = {
    "url": "http://worker/timers",
    "body": b"payload",
    "headers": {"ce-id": "evt_1"},
}


def in_seconds(clock: VirtualClock, seconds: int) -> datetime:
    return clock.now() + timedelta(seconds=seconds)


async def test_a_task_gets_a_name_and_the_services_defaults(
    client: Client, clock: VirtualClock, queue: AnyQueue
) -> None:
    before = clock.now()
    task = await client.create_task(
        request={"parent": queue.name, "task": {"http_request": REQUEST}}
    )
    assert task.name.startswith(f"{queue.name}/tasks/")
    assert task.http_request.http_method == HttpMethod.POST
    assert task.http_request.headers["User-Agent"] == "Google-Cloud-Tasks"
    assert task.dispatch_deadline == timedelta(minutes=10)
    assert before <= task.schedule_time <= clock.now()
    assert task.create_time.microsecond == 0
    assert task.dispatch_count == 0


async def test_only_the_full_view_shows_the_body(client: Client, queue: AnyQueue) -> None:
    basic = await client.create_task(
        request={"parent": queue.name, "task": {"http_request": REQUEST}}
    )
    full = await client.get_task(request={"name": basic.name, "response_view": Task.View.FULL})
    assert (basic.view, basic.http_request.body) == (Task.View.BASIC, b"")
    assert (full.view, full.http_request.body) == (Task.View.FULL, b"payload")
    assert (await client.get_task(name=basic.name)).http_request.body == b""


async def test_a_schedule_in_the_past_becomes_now(
    client: Client, clock: VirtualClock, queue: AnyQueue
) -> None:
    before = clock.now()
    task = await client.create_task(
        request={
            "parent": queue.name,
            "task": {"http_request": REQUEST, "schedule_time": in_seconds(clock, -60)},
        }
    )
    assert task.schedule_time >= before


async def test_a_schedule_may_be_thirty_days_ahead_and_not_a_minute_more(
    client: Client, clock: VirtualClock, queue: AnyQueue
) -> None:
    month = 30 * 24 * 3600
    task = {"http_request": REQUEST, "schedule_time": in_seconds(clock, month - 1)}
    await client.create_task(request={"parent": queue.name, "task": task})
    task["schedule_time"] = in_seconds(clock, month + 60)
    with pytest.raises(InvalidArgument, match="no more than 720h in the future"):
        await client.create_task(request={"parent": queue.name, "task": task})


async def test_the_thirty_days_count_from_the_moved_clock(
    client: Client, clock: VirtualClock, queue: AnyQueue
) -> None:
    task = {"http_request": REQUEST, "schedule_time": in_seconds(clock, 31 * 24 * 3600)}
    with pytest.raises(InvalidArgument):
        await client.create_task(request={"parent": queue.name, "task": task})
    clock.advance(2 * 24 * 3600)
    await client.create_task(request={"parent": queue.name, "task": task})


@pytest.mark.parametrize("seconds", [15, 1800])
async def test_a_dispatch_deadline_within_its_limits_is_kept(
    client: Client, queue: AnyQueue, seconds: int
) -> None:
    deadline = timedelta(seconds=seconds)
    task = {"http_request": REQUEST, "dispatch_deadline": deadline}
    assert (
        await client.create_task(request={"parent": queue.name, "task": task})
    ).dispatch_deadline == deadline


@pytest.mark.parametrize("seconds", [14, 1801, -1])
async def test_a_dispatch_deadline_out_of_its_limits_is_refused(
    client: Client, queue: AnyQueue, seconds: int
) -> None:
    task = {"http_request": REQUEST, "dispatch_deadline": timedelta(seconds=seconds)}
    with pytest.raises(InvalidArgument, match="dispatchDeadline"):
        await client.create_task(request={"parent": queue.name, "task": task})


@pytest.mark.parametrize(
    "request_",
    [
        {"url": ""},
        {"url": "worker/timers"},
        {"url": "ftp://worker"},
        {"url": "http://worker/" + "a" * 2083},
        {"url": "http://worker", "http_method": "GET", "body": b"a body"},
        {"url": "http://worker", "headers": {"a": "v" * 81 * 1024}},
        {"url": "http://worker", "body": b"b" * 101 * 1024},
        {"url": "http://worker", "oidc_token": {"audience": "nobody"}},
    ],
    ids=lambda request: ",".join(request),
)
async def test_a_request_that_would_not_be_made_is_refused(
    client: Client, queue: AnyQueue, request_: dict[str, Any]
) -> None:
    with pytest.raises(InvalidArgument):
        await client.create_task(request={"parent": queue.name, "task": {"http_request": request_}})


@pytest.mark.parametrize("field", ["schedule_time", "dispatch_deadline"])
async def test_a_time_that_no_calendar_has_is_refused(
    client: Client, queue: AnyQueue, field: str
) -> None:
    task = Task(http_request=REQUEST)
    getattr(Task.pb(task), field).seconds = 10**15
    with pytest.raises(InvalidArgument, match=field):
        await client.create_task(request={"parent": queue.name, "task": task})


async def test_a_task_without_a_target_is_refused(client: Client, queue: AnyQueue) -> None:
    with pytest.raises(InvalidArgument, match="message_type"):
        await client.create_task(request={"parent": queue.name, "task": {}})


async def test_targets_that_are_not_emulated_are_refused(client: Client, queue: AnyQueue) -> None:
    with pytest.raises(MethodNotImplemented):
        await client.create_task(
            request={
                "parent": queue.name,
                "task": {"app_engine_http_request": {"relative_uri": "/"}},
            }
        )
    request = {**REQUEST, "oauth_token": {"service_account_email": "a@b"}}
    with pytest.raises(MethodNotImplemented):
        await client.create_task(request={"parent": queue.name, "task": {"http_request": request}})


@pytest.mark.parametrize("task_id", ["", "a.b", "a/b", "a b", "é", "x" * 501])
async def test_a_malformed_task_name_is_refused(
    client: Client, queue: AnyQueue, task_id: str
) -> None:
    task = {"name": f"{queue.name}/tasks/{task_id}", "http_request": REQUEST}
    with pytest.raises(InvalidArgument, match="name must be formatted"):
        await client.create_task(request={"parent": queue.name, "task": task})


async def test_a_name_in_another_queue_is_refused(
    client: Client, queue: AnyQueue, create_queue: CreateQueue
) -> None:
    other = await create_queue("other")
    task = {"name": f"{other.name}/tasks/a", "http_request": REQUEST}
    with pytest.raises(InvalidArgument, match="must be the same as"):
        await client.create_task(request={"parent": queue.name, "task": task})


async def test_a_task_in_a_queue_that_never_was_is_not_found(
    client: Client, queue: AnyQueue
) -> None:
    with pytest.raises(NotFound, match="Queue does not exist"):
        await client.create_task(
            request={"parent": queue.name + "-not", "task": {"http_request": REQUEST}}
        )
    with pytest.raises(NotFound):
        await client.list_tasks(parent=queue.name + "-not")
    with pytest.raises(NotFound):
        await client.get_task(name=f"{queue.name}-not/tasks/a")


async def test_a_name_in_use_is_taken(client: Client, queue: AnyQueue) -> None:
    task: Any = {"name": f"{queue.name}/tasks/a", "http_request": REQUEST}
    await client.create_task(request={"parent": queue.name, "task": task})
    with pytest.raises(AlreadyExists, match="Requested entity already exists"):
        await client.create_task(request={"parent": queue.name, "task": task})


@pytest.mark.parametrize("ending", ["executed", "deleted", "purged", "exhausted"])
async def test_a_name_stays_taken_for_an_hour_after_its_task_ended(
    client: Client,
    clock: VirtualClock,
    queue: AnyQueue,
    emulator: CloudTasksEmulator,
    worker: Worker,
    ending: str,
) -> None:
    task: Any = {"name": f"{queue.name}/tasks/a", "http_request": REQUEST}
    await client.create_task(request={"parent": queue.name, "task": task})
    if ending == "executed":
        await emulator.dispatch_due()
    elif ending == "deleted":
        await client.delete_task(name=task["name"])
    elif ending == "purged":
        await client.purge_queue(name=queue.name)
    else:
        worker.answers = [ConnectionRefusedError()] * 3
        while (due := emulator.next_due()) is not None:
            clock.move_to(due)
            await emulator.dispatch_due()
    with pytest.raises(AlreadyExists, match="existed too recently"):
        await client.create_task(request={"parent": queue.name, "task": task})
    clock.advance(3590)
    with pytest.raises(AlreadyExists):
        await client.create_task(request={"parent": queue.name, "task": task})
    clock.advance(11)
    await client.create_task(request={"parent": queue.name, "task": task})


async def test_a_task_that_ended_is_told_from_one_that_never_was(
    client: Client, queue: AnyQueue
) -> None:
    task: Any = {"name": f"{queue.name}/tasks/a", "http_request": REQUEST}
    with pytest.raises(NotFound, match="Task does not exist"):
        await client.get_task(name=task["name"])
    await client.create_task(request={"parent": queue.name, "task": task})
    await client.delete_task(name=task["name"])
    with pytest.raises(FailedPrecondition, match="no longer exists"):
        await client.get_task(name=task["name"])
    with pytest.raises(NotFound, match="no longer exists"):
        await client.delete_task(name=task["name"])
    with pytest.raises(NotFound, match="no longer exists"):
        await client.run_task(name=task["name"])


async def test_tasks_are_listed_in_pages_that_deletions_do_not_upset(
    client: Client, queue: AnyQueue
) -> None:
    for number in range(5):
        task = {"name": f"{queue.name}/tasks/t{number}", "http_request": REQUEST}
        await client.create_task(request={"parent": queue.name, "task": task})
    first = await client.list_tasks(request={"parent": queue.name, "page_size": 2})
    seen = []
    async for page in first.pages:
        for task in page.tasks:
            seen.append(task.name[-2:])
            await client.delete_task(name=task.name)
    assert seen == ["t0", "t1", "t2", "t3", "t4"]


async def test_a_purge_ends_every_task_and_says_when(
    client: Client, clock: VirtualClock, queue: AnyQueue
) -> None:
    await client.create_task(request={"parent": queue.name, "task": {"http_request": REQUEST}})
    before = clock.now()
    purged = await client.purge_queue(name=queue.name)
    assert before <= purged.purge_time <= clock.now()
    assert [task async for task in await client.list_tasks(parent=queue.name)] == []


async def test_the_api_can_be_unavailable_for_as_many_calls_as_asked(
    client: Client, queue: AnyQueue, emulator: CloudTasksEmulator
) -> None:
    emulator.inject("unavailable", 2)
    for _ in range(2):
        with pytest.raises(ServiceUnavailable):
            await client.create_task(
                request={"parent": queue.name, "task": {"http_request": REQUEST}}
            )
    await client.create_task(request={"parent": queue.name, "task": {"http_request": REQUEST}})
