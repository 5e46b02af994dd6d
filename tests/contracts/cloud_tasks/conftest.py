"""Google's own Cloud Tasks client, connected to the stand-in."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import grpc.aio
import pytest
from google.cloud.tasks_v2 import CloudTasksAsyncClient, Queue
from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcAsyncIOTransport

from emulators.clock import VirtualClock
from emulators.cloud_tasks import CloudTasksEmulator
from tests.contracts.cloud_tasks.worker import LOCATION, AnyQueue, CreateQueue, Worker


@pytest.fixture
def clock(tmp_path: Path) -> VirtualClock:
    return VirtualClock(tmp_path / "clock")


@pytest.fixture
def worker() -> Worker:
    return Worker()


@pytest.fixture
async def emulator(clock: VirtualClock, worker: Worker) -> AsyncIterator[CloudTasksEmulator]:
    """Its tasks run when the test says so."""
    emulator = CloudTasksEmulator(
        clock=clock, deliver=worker, mint=lambda email, audience: f"{email} for {audience}"
    )
    yield emulator
    await emulator.stop()


@pytest.fixture
async def address(emulator: CloudTasksEmulator) -> str:
    return await emulator.start()


@pytest.fixture
async def client(address: str) -> AsyncIterator[CloudTasksAsyncClient]:
    channel = grpc.aio.insecure_channel(address)
    yield CloudTasksAsyncClient(transport=CloudTasksGrpcAsyncIOTransport(channel=channel))
    await channel.close()


@pytest.fixture
async def running(emulator: CloudTasksEmulator) -> AsyncIterator[asyncio.Task[None]]:
    """The dispatcher in the background."""
    run = asyncio.create_task(emulator.run())
    yield run
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)


@pytest.fixture
def create_queue(client: CloudTasksAsyncClient) -> CreateQueue:
    async def create(queue_id: str = "veto-windows", **settings: object) -> Queue:
        queue = Queue(name=f"{LOCATION}/queues/{queue_id}", **settings)
        return await client.create_queue(parent=LOCATION, queue=queue)

    return create


@pytest.fixture
async def queue(create_queue: CreateQueue) -> AnyQueue:
    backoff = {"min_backoff": {"seconds": 10}, "max_backoff": {"seconds": 600}}
    return await create_queue(retry_config={"max_attempts": 3, **backoff})
