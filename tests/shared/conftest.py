"""The emulators as `shared` meets them: each at the end of a wire, for as long as a module's tests
run."""

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import grpc.aio
import pytest
from google.cloud.tasks_v2 import CloudTasksAsyncClient
from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcAsyncIOTransport

from emulators.clock import VirtualClock
from emulators.cloud_tasks import CloudTasksEmulator, NoResponse, TaskRequest, TaskResponse
from shared.messaging.dead_letters import DEAD_LETTERS
from shared.storage.firestore import TenantStore
from tests.backing import Service
from tests.secret_manager import SecretManager, running_secret_manager
from tests.shared.cloud import Cloud, Mailbox
from tests.shared.wire import Wire


@pytest.fixture(scope="module")
async def firestore_wire(firestore_emulator: Service, project: str) -> AsyncIterator[Wire]:
    """Our own client is connected to it as long as the module's tests run."""
    wire = Wire(firestore_emulator.address)
    await wire.open()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GOOGLE_CLOUD_PROJECT", project)
        environment.setenv("FIRESTORE_EMULATOR_HOST", wire.address)
        yield wire
    await wire.close()


@pytest.fixture
def firestore(firestore_wire: Wire) -> Wire:
    """The wire, whole."""
    firestore_wire.mend()
    return firestore_wire


@pytest.fixture
def store(firestore: Wire) -> TenantStore:
    """A tenant nobody else has."""
    return TenantStore(f"tenant-{uuid.uuid4().hex[:12]}")


async def _deliver_nothing(request: TaskRequest) -> TaskResponse:
    raise NoResponse


@pytest.fixture(scope="module")
def virtual_clock(tmp_path_factory: pytest.TempPathFactory) -> VirtualClock:
    path: Path = tmp_path_factory.mktemp("clock") / "offset"
    return VirtualClock(path)


@pytest.fixture(scope="module")
async def tasks_emulator(virtual_clock: VirtualClock) -> AsyncIterator[CloudTasksEmulator]:
    """Holds tasks and runs none."""
    emulator = CloudTasksEmulator(
        clock=virtual_clock, deliver=_deliver_nothing, mint=lambda email, audience: email
    )
    yield emulator
    await emulator.stop()


@pytest.fixture(scope="module")
async def wired(
    firestore_wire: Wire,
    pubsub_emulator: Service,
    tasks_emulator: CloudTasksEmulator,
    http: aiohttp.ClientSession,
    project: str,
) -> AsyncIterator[Cloud]:
    tasks_address = await tasks_emulator.start()
    pubsub_wire, tasks_wire = Wire(pubsub_emulator.address), Wire(tasks_address)
    await pubsub_wire.open()
    await tasks_wire.open()
    channel = grpc.aio.insecure_channel(tasks_address)
    client = CloudTasksAsyncClient(transport=CloudTasksGrpcAsyncIOTransport(channel=channel))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PUBSUB_EMULATOR_HOST", pubsub_wire.address)
        environment.setenv("CLOUD_TASKS_EMULATOR_HOST", tasks_wire.address)
        environment.setenv("ASSENT_REGION", "us-central1")
        environment.setenv("ASSENT_REACTIONS_URL", "http://reactions.test")
        environment.setenv("ASSENT_SERVICE_ACCOUNT", "orders@assent-local")
        yield Cloud(project, firestore_wire, pubsub_wire, tasks_wire, http, client)
    await channel.close()
    await pubsub_wire.close()
    await tasks_wire.close()


@pytest.fixture
def cloud(wired: Cloud) -> Cloud:
    """All wires, whole."""
    wired.mend()
    return wired


@pytest.fixture(scope="module")
async def secret_manager(
    project: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[SecretManager]:
    async with running_secret_manager(project, tmp_path_factory.mktemp("secrets")) as found:
        yield found


@pytest.fixture
async def noun(secret_manager: SecretManager) -> str:
    """A function nobody else is, with the key of its log."""
    name = f"orders-{uuid.uuid4().hex[:10]}"
    await secret_manager.give_log_keys(name)
    return name


@pytest.fixture
async def dead(cloud: Cloud) -> Mailbox:
    """What is dead-lettered from now on."""
    mailbox = await cloud.mailbox(DEAD_LETTERS)
    cloud.mend()
    return mailbox
