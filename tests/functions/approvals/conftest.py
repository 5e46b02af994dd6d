"""The services approvals stands on, each at the end of a wire, and worlds to act in."""

import uuid
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path

import aiohttp
import grpc.aio
import pytest
from google.cloud.tasks_v2 import CloudTasksAsyncClient
from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcAsyncIOTransport

from emulators.clock import VirtualClock
from emulators.cloud_tasks import CloudTasksEmulator, NoResponse, TaskRequest, TaskResponse
from emulators.provisioning import create_queues, create_secrets
from emulators.secret_manager import SecretManagerEmulator
from shared.manifest import load_manifests
from shared.storage import secrets
from shared.storage.firestore import TenantStore
from tests.backing import Service
from tests.functions.approvals.worlds import World
from tests.shared.cloud import Cloud, Mailbox
from tests.shared.wire import Wire

ROOT = Path(__file__).parents[3]
# Reading them takes a twentieth of a second, for each module of tests.
_manifests = cache(load_manifests)


async def _deliver_nothing(request: TaskRequest) -> TaskResponse:
    raise NoResponse


@pytest.fixture(scope="module")
async def cloud(
    firestore_emulator: Service,
    pubsub_emulator: Service,
    http: aiohttp.ClientSession,
    project: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Cloud]:
    """Firestore, Pub/Sub, Cloud Tasks (holding, running nothing) and the signing keys."""
    clock = VirtualClock(tmp_path_factory.mktemp("clock") / "offset")
    tasks = CloudTasksEmulator(
        clock=clock, deliver=_deliver_nothing, mint=lambda email, audience: email
    )
    secret_manager = SecretManagerEmulator(clock=clock)
    addresses = await tasks.start(), await secret_manager.start()
    manifests = _manifests(ROOT)
    await create_queues(addresses[0], manifests, project)
    await create_secrets(addresses[1], manifests, project)
    upstreams = (firestore_emulator.address, pubsub_emulator.address, addresses[0])
    wires = store, topics, queues = Wire(upstreams[0]), Wire(upstreams[1]), Wire(upstreams[2])
    for wire in wires:
        await wire.open()
    channel = grpc.aio.insecure_channel(addresses[0])
    client = CloudTasksAsyncClient(transport=CloudTasksGrpcAsyncIOTransport(channel=channel))
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {
            "GOOGLE_CLOUD_PROJECT": project,
            "FIRESTORE_EMULATOR_HOST": store.address,
            "PUBSUB_EMULATOR_HOST": topics.address,
            "CLOUD_TASKS_EMULATOR_HOST": queues.address,
            "SECRET_MANAGER_EMULATOR_HOST": addresses[1],
            "ASSENT_ENVIRONMENT": "local",
            "ASSENT_REGION": "us-central1",
            "ASSENT_REACTIONS_URL": "http://reactions.test",
            "ASSENT_SERVICE_ACCOUNT": "approvals@assent-local",
        }.items():
            environment.setenv(name, value)
        environment.setattr(secrets, "_texts", {})
        yield Cloud(project, store, topics, queues, http, client)
    await channel.close()
    for wire in wires:
        await wire.close()
    await tasks.stop()
    await secret_manager.stop()


@pytest.fixture(scope="module")
async def mailbox(cloud: Cloud) -> Mailbox:
    """What reaches the topic, of every tenant."""
    return await cloud.mailbox("approvals")


@pytest.fixture
def world(cloud: Cloud, mailbox: Mailbox) -> World:
    """A tenant nobody else has, and whole wires."""
    cloud.mend()
    return World(TenantStore(f"clinic-{uuid.uuid4().hex[:12]}"), cloud)
