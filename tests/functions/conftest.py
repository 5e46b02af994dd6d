"""Cloud Tasks and Secret Manager, one of each for all modules, of which each has a project."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from google.cloud.secretmanager_v1 import types

from emulators.clock import VirtualClock
from emulators.cloud_tasks import CloudTasksEmulator, NoResponse, TaskRequest, TaskResponse
from emulators.provisioning import payloads_of, queues_of
from emulators.secret_manager import SecretManagerEmulator
from shared.manifest import Manifests, load_manifests
from tests.shared.cloud import Cloud

ROOT = Path(__file__).parents[2]
# What names Firestore, Pub/Sub and Cloud Tasks to functions.
EMULATORS = ("FIRESTORE_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST", "CLOUD_TASKS_EMULATOR_HOST")


@dataclass(frozen=True)
class Beside:
    """Cloud Tasks, which holds tasks and runs none, and Secret Manager, with their addresses."""

    tasks: str
    secrets: str
    _tasks: CloudTasksEmulator
    _secrets: SecretManagerEmulator
    _manifests: Manifests

    def provide(self, project: str) -> None:
        """Gives the project the queues of all functions, and their secrets with new values."""
        for queue in queues_of(self._manifests, project):
            self._tasks.provide(queue)
        create, add = types.CreateSecretRequest.pb(), types.AddSecretVersionRequest.pb()
        kept: dict[str, Any] = {"replication": {"automatic": {}}}
        parent = f"projects/{project}"
        for name, payload in payloads_of(self._manifests).items():
            self._secrets.create_secret(create(parent=parent, secret_id=name, secret=kept))
            secret = f"{parent}/secrets/{name}"
            self._secrets.add_secret_version(add(parent=secret, payload={"data": payload}))


@pytest.fixture(autouse=True)
def _wired(request: pytest.FixtureRequest) -> Iterator[None]:
    """Lets a test's calls go through wires, which cost a third of a call, where it cuts them: it is
    `wired`, a process dies in it, or it is one of those that `repeats`."""
    may_cut = "death" in request.fixturenames or any(
        request.node.get_closest_marker(name) for name in ("wired", "repeats")
    )
    if not may_cut or "cloud" not in request.fixturenames:
        yield
        return
    cloud: Cloud = request.getfixturevalue("cloud")
    wires = cloud.firestore, cloud.pubsub, cloud.tasks
    with pytest.MonkeyPatch.context() as environment:
        for name, wire in zip(EMULATORS, wires, strict=True):
            environment.setenv(name, wire.address)
            wire.in_use = True
        yield
    for wire in wires:
        wire.mend()
        wire.in_use = False


async def _deliver_nothing(request: TaskRequest) -> TaskResponse:
    raise NoResponse


@pytest.fixture(scope="session")
async def beside(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Beside]:
    clock = VirtualClock(tmp_path_factory.mktemp("clock") / "offset")
    tasks = CloudTasksEmulator(
        clock=clock, deliver=_deliver_nothing, mint=lambda email, audience: email
    )
    secrets = SecretManagerEmulator(clock=clock)
    addresses = await tasks.start(), await secrets.start()
    yield Beside(*addresses, tasks, secrets, load_manifests(ROOT))
    await tasks.stop()
    await secrets.stop()
