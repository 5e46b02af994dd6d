"""Google's own Secret Manager client, connected to the stand-in."""

from collections.abc import AsyncIterator
from pathlib import Path

import grpc.aio
import pytest
from google.cloud.secretmanager_v1 import Secret, SecretManagerServiceAsyncClient
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
    SecretManagerServiceGrpcAsyncIOTransport,
)

from emulators.clock import VirtualClock
from emulators.secret_manager import SecretManagerEmulator

PROJECT = "projects/assent-local"


@pytest.fixture
def clock(tmp_path: Path) -> VirtualClock:
    return VirtualClock(tmp_path / "clock")


@pytest.fixture
async def address(clock: VirtualClock) -> AsyncIterator[str]:
    emulator = SecretManagerEmulator(clock=clock)
    yield await emulator.start()
    await emulator.stop()


@pytest.fixture
async def client(address: str) -> AsyncIterator[SecretManagerServiceAsyncClient]:
    channel = grpc.aio.insecure_channel(address)
    transport = SecretManagerServiceGrpcAsyncIOTransport(channel=channel)
    yield SecretManagerServiceAsyncClient(transport=transport)
    await channel.close()


@pytest.fixture
async def secret(client: SecretManagerServiceAsyncClient) -> Secret:
    return await client.create_secret(
        request={
            "parent": PROJECT,
            "secret_id": "approvals-signing-key",
            "secret": {"replication": {"automatic": {}}, "labels": {"owner": "approvals"}},
        }
    )
