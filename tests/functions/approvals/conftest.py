"""The services approvals stands on, each at the end of a wire, and worlds to act in."""

import uuid
from collections.abc import AsyncIterator

import aiohttp
import grpc.aio
import pytest
from google.cloud.tasks_v2 import CloudTasksAsyncClient
from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcAsyncIOTransport

from shared.storage import secrets
from shared.storage.firestore import TenantStore
from tests.backing import Service
from tests.functions.approvals.worlds import World
from tests.functions.conftest import EMULATORS, Beside
from tests.shared.cloud import Cloud, Mailbox
from tests.shared.wire import Wire


@pytest.fixture(scope="module")
async def cloud(
    firestore_emulator: Service,
    pubsub_emulator: Service,
    http: aiohttp.ClientSession,
    project: str,
    beside: Beside,
) -> AsyncIterator[Cloud]:
    """Firestore, Pub/Sub, Cloud Tasks (holding, running nothing) and the signing keys. Calls reach
    them straight, but for those of a test that is `wired`."""
    beside.provide(project)
    upstreams = (firestore_emulator.address, pubsub_emulator.address, beside.tasks)
    wires = store, topics, queues = Wire(upstreams[0]), Wire(upstreams[1]), Wire(upstreams[2])
    for wire in wires:
        await wire.open()
        wire.in_use = False
    straight = dict(zip(EMULATORS, upstreams, strict=True))
    channel = grpc.aio.insecure_channel(beside.tasks)
    client = CloudTasksAsyncClient(transport=CloudTasksGrpcAsyncIOTransport(channel=channel))
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {
            "GOOGLE_CLOUD_PROJECT": project,
            **straight,
            "SECRET_MANAGER_EMULATOR_HOST": beside.secrets,
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


@pytest.fixture(scope="module")
async def mailbox(cloud: Cloud) -> Mailbox:
    """What reaches the topic, of every tenant."""
    return await cloud.mailbox("approvals")


@pytest.fixture
def world(cloud: Cloud, mailbox: Mailbox) -> World:
    """A tenant nobody else has, and whole wires."""
    cloud.mend()
    return World(TenantStore(f"clinic-{uuid.uuid4().hex[:12]}"), cloud)
