"""Queues, through Google's client."""

import asyncio
import json
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.api_core.exceptions import (
    AlreadyExists,
    FailedPrecondition,
    InvalidArgument,
    MethodNotImplemented,
    NotFound,
)
from google.cloud import tasks_v2
from google.cloud.tasks_v2 import CloudTasksClient, Queue
from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcTransport
from google.protobuf.field_mask_pb2 import FieldMask

from emulators.clock import VirtualClock
from tests.contracts.cloud_tasks.worker import LOCATION, AnyQueue, Client, CreateQueue

METADATA = json.loads(Path(tasks_v2.__file__).with_name("gapic_metadata.json").read_text())
METHODS = METADATA["services"]["CloudTasks"]["clients"]["grpc-async"]["rpcs"]


async def test_a_new_queue_runs_with_the_services_defaults(create_queue: CreateQueue) -> None:
    queue = await create_queue()
    assert queue.state == Queue.State.RUNNING
    assert queue.rate_limits.max_dispatches_per_second == 500
    assert queue.rate_limits.max_concurrent_dispatches == 1000
    assert queue.retry_config.max_attempts == 100
    assert queue.retry_config.max_doublings == 16
    assert queue.retry_config.min_backoff.total_seconds() == 0.1
    assert queue.retry_config.max_backoff.total_seconds() == 3600


async def test_a_queue_keeps_the_settings_it_was_created_with(
    client: Client, create_queue: CreateQueue
) -> None:
    created = await create_queue(
        rate_limits={"max_dispatches_per_second": 5, "max_concurrent_dispatches": 2},
        retry_config={"max_attempts": 7, "max_retry_duration": {"seconds": 60}},
    )
    assert await client.get_queue(name=created.name) == created
    assert created.rate_limits.max_dispatches_per_second == 5
    assert created.retry_config.max_attempts == 7
    assert created.retry_config.max_retry_duration.total_seconds() == 60


async def test_a_second_queue_of_the_same_name_is_refused(create_queue: CreateQueue) -> None:
    await create_queue()
    with pytest.raises(AlreadyExists, match="Queue already exists"):
        await create_queue()


@pytest.mark.parametrize("name", ["hello", f"{LOCATION}/queues/", f"{LOCATION}/tasks/a", ""])
async def test_a_malformed_queue_name_is_an_invalid_argument(client: Client, name: str) -> None:
    with pytest.raises(InvalidArgument, match="Queue name must be formatted"):
        await client.create_queue(parent=LOCATION, queue=Queue(name=name))
    with pytest.raises(InvalidArgument, match="Queue name must be formatted"):
        await client.get_queue(name=name)


@pytest.mark.parametrize("queue_id", ["with_underscore", "with.dot", "q" * 101])
async def test_a_queue_id_out_of_its_alphabet_is_an_invalid_argument(
    create_queue: CreateQueue, queue_id: str
) -> None:
    with pytest.raises(InvalidArgument, match=r"can contain only letters"):
        await create_queue(queue_id)


async def test_a_queue_outside_the_requests_location_is_an_invalid_argument(
    client: Client,
) -> None:
    with pytest.raises(InvalidArgument):
        await client.create_queue(
            parent="projects/assent-local/locations/europe-west1",
            queue=Queue(name=f"{LOCATION}/queues/q"),
        )


@pytest.mark.parametrize(
    "settings",
    [
        {"rate_limits": {"max_dispatches_per_second": 501}},
        {"rate_limits": {"max_dispatches_per_second": -1}},
        {"rate_limits": {"max_concurrent_dispatches": 5001}},
        {"retry_config": {"max_attempts": -2}},
        {"retry_config": {"max_doublings": -1}},
        {"retry_config": {"min_backoff": {"seconds": 20}, "max_backoff": {"seconds": 10}}},
        {"retry_config": {"max_retry_duration": {"seconds": -1}}},
    ],
)
async def test_settings_out_of_range_are_invalid_arguments(
    create_queue: CreateQueue, settings: dict[str, Any]
) -> None:
    with pytest.raises(InvalidArgument):
        await create_queue(**settings)


async def test_what_is_not_emulated_is_refused_and_not_ignored(
    client: Client, create_queue: CreateQueue
) -> None:
    with pytest.raises(MethodNotImplemented, match=r"Queue\.http_target"):
        await create_queue(http_target={"http_method": "PUT"})
    with pytest.raises(MethodNotImplemented):
        await client.list_queues(request={"parent": LOCATION, "filter": "state: PAUSED"})
    with pytest.raises(MethodNotImplemented):
        await client.get_iam_policy(request={"resource": f"{LOCATION}/queues/q"})


async def test_queues_are_listed_by_location_in_pages(
    client: Client, create_queue: CreateQueue
) -> None:
    names = [(await create_queue(f"q{number}")).name for number in range(5)]
    elsewhere = "projects/assent-local/locations/europe-west1"
    await client.create_queue(parent=elsewhere, queue=Queue(name=f"{elsewhere}/queues/other"))
    pager = await client.list_queues(request={"parent": LOCATION, "page_size": 2})
    pages = [[queue.name for queue in page.queues] async for page in pager.pages]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [name for page in pages for name in page] == names


@pytest.mark.parametrize("page", [{"page_token": "nonsense"}, {"page_size": -1}])
async def test_a_page_that_cannot_be_is_an_invalid_argument(
    client: Client, create_queue: CreateQueue, page: dict[str, Any]
) -> None:
    await create_queue()
    with pytest.raises(InvalidArgument):
        await client.list_queues(request={"parent": LOCATION, **page})


async def test_an_update_changes_only_what_its_mask_names(client: Client, queue: AnyQueue) -> None:
    update = Queue(
        name=queue.name,
        rate_limits={"max_dispatches_per_second": 7, "max_concurrent_dispatches": 9},
        retry_config={"max_attempts": 9},
    )
    mask = FieldMask(paths=["rate_limits.max_concurrent_dispatches", "retry_config.max_attempts"])
    updated = await client.update_queue(queue=update, update_mask=mask)
    assert updated.rate_limits.max_concurrent_dispatches == 9
    assert updated.rate_limits.max_dispatches_per_second == 500
    assert updated.retry_config.max_attempts == 9
    assert updated.retry_config.min_backoff.total_seconds() == 10
    assert await client.get_queue(name=queue.name) == updated


async def test_an_update_without_a_mask_replaces_everything(
    client: Client, queue: AnyQueue
) -> None:
    updated = await client.update_queue(queue=Queue(name=queue.name))
    assert updated.retry_config.max_attempts == 100


async def test_an_update_of_a_queue_that_is_not_there_creates_it(
    client: Client,
) -> None:
    name = f"{LOCATION}/queues/new"
    await client.update_queue(queue=Queue(name=name, retry_config={"max_attempts": 4}))
    assert (await client.get_queue(name=name)).retry_config.max_attempts == 4


async def test_an_update_cannot_change_the_state_or_name_a_field_that_is_not_there(
    client: Client, queue: AnyQueue
) -> None:
    paused = Queue(name=queue.name, state=Queue.State.PAUSED)
    updated = await client.update_queue(queue=paused, update_mask=FieldMask(paths=["state"]))
    assert updated.state == Queue.State.RUNNING
    with pytest.raises(InvalidArgument, match="names no field"):
        await client.update_queue(queue=paused, update_mask=FieldMask(paths=["nonsense"]))


async def test_a_refused_update_changes_nothing(client: Client, queue: AnyQueue) -> None:
    update = Queue(name=queue.name, rate_limits={"max_dispatches_per_second": 1000})
    with pytest.raises(InvalidArgument):
        await client.update_queue(queue=update, update_mask=FieldMask(paths=["rate_limits"]))
    assert await client.get_queue(name=queue.name) == queue


async def test_pause_and_resume_change_the_state(client: Client, queue: AnyQueue) -> None:
    assert (await client.pause_queue(name=queue.name)).state == Queue.State.PAUSED
    assert (await client.resume_queue(name=queue.name)).state == Queue.State.RUNNING


@pytest.mark.parametrize(
    "call", ["get_queue", "delete_queue", "purge_queue", "pause_queue", "resume_queue"]
)
async def test_a_queue_that_never_was_is_not_found(client: Client, call: str) -> None:
    with pytest.raises(NotFound):
        await getattr(client, call)(name=f"{LOCATION}/queues/never")


async def test_a_deleted_queue_is_gone_with_its_tasks_and_its_name_stays_taken(
    client: Client, clock: VirtualClock, queue: AnyQueue, create_queue: CreateQueue
) -> None:
    task: Any = {"name": f"{queue.name}/tasks/a", "http_request": {"url": "http://worker"}}
    await client.create_task(request={"parent": queue.name, "task": task})
    await client.delete_queue(name=queue.name)
    with pytest.raises(NotFound):
        await client.get_queue(name=queue.name)
    with pytest.raises(NotFound):
        await client.get_task(name=task["name"])
    with pytest.raises(FailedPrecondition, match="existed recently"):
        await client.create_task(request={"parent": queue.name, "task": task})
    with pytest.raises(FailedPrecondition, match="existed too recently"):
        await create_queue()
    clock.advance(3 * 24 * 3600)
    await create_queue()


async def test_the_synchronous_client_works_too(address: str) -> None:
    def drive() -> list[str]:
        with grpc.insecure_channel(address) as channel:
            client = CloudTasksClient(transport=CloudTasksGrpcTransport(channel=channel))
            client.create_queue(parent=LOCATION, queue=Queue(name=f"{LOCATION}/queues/q"))
            return [queue.name for queue in client.list_queues(parent=LOCATION)]

    assert await asyncio.to_thread(drive) == [f"{LOCATION}/queues/q"]


async def test_every_method_of_the_client_is_served_or_listed_here_as_unimplemented(
    address: str,
) -> None:
    missing = set()
    async with grpc.aio.insecure_channel(address) as channel:
        for name in METHODS:
            call: Any = channel.unary_unary(f"/google.cloud.tasks.v2.CloudTasks/{name}")
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await call(b"")
            if refused.value.code() is grpc.StatusCode.UNIMPLEMENTED:
                missing.add(name)
    assert missing == {
        "BatchCreateTasks",
        "BatchDeleteTasks",
        "GetCmekConfig",
        "GetIamPolicy",
        "SetIamPolicy",
        "TestIamPermissions",
        "UpdateCmekConfig",
    }
