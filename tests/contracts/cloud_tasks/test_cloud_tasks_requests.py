"""The requests that tasks make."""

from datetime import timedelta

import pytest

from emulators.clock import VirtualClock
from emulators.cloud_tasks import CloudTasksEmulator
from tests.contracts.cloud_tasks.worker import AnyQueue, Client, Worker, create


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
