"""Our own Secret Manager for the tests of functions that run in this process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import grpc.aio
import pytest
from google.cloud.secretmanager_v1 import SecretManagerServiceAsyncClient
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
    SecretManagerServiceGrpcAsyncIOTransport,
)

from emulators.clock import VirtualClock
from emulators.secret_manager import SecretManagerEmulator
from shared.kit.digests import new_key_ring
from shared.kit.secret_names import payload_of, secret_of
from shared.storage import secrets


@dataclass(frozen=True)
class SecretManager:
    """The secrets of one project."""

    project: str
    client: SecretManagerServiceAsyncClient
    values: dict[str, dict[str, str]] = field(default_factory=dict)

    async def create(self, name: str, value: bytes) -> None:
        """Creates the value's secret, where it is not there, and the value in it."""
        parent = f"projects/{self.project}"
        secret: dict[str, object] = {"replication": {"automatic": {}}}
        request = {"parent": parent, "secret_id": secret_of(name), "secret": secret}
        if secret_of(name) not in self.values:
            await self.client.create_secret(request=request)
        await self.add(name, value)

    async def add(self, name: str, value: bytes) -> None:
        """Adds a version with the value; our own process still knows the one that it read."""
        values = self.values.setdefault(secret_of(name), {})
        values[name] = value.decode()
        parent = f"projects/{self.project}/secrets/{secret_of(name)}"
        request = {"parent": parent, "payload": {"data": payload_of(values).encode()}}
        await self.client.add_secret_version(request=request)

    async def give_log_keys(self, *functions: str) -> None:
        """Each function gets what the digests in its log are made with."""
        for function in functions:
            await self.create(f"{function}-log-key", new_key_ring(function).encode())

    async def give_wrapping_key(self) -> None:
        """What the keys of tenants are wrapped with."""
        await self.create("tenants-wrapping-key", new_key_ring("tenants").encode())


@asynccontextmanager
async def running_secret_manager(project: str, folder: Path) -> AsyncIterator[SecretManager]:
    """The emulator, to which this process is connected; it knows no secret yet."""
    emulator = SecretManagerEmulator(clock=VirtualClock(folder / "offset"))
    address = await emulator.start()
    async with grpc.aio.insecure_channel(address) as channel:
        transport = SecretManagerServiceGrpcAsyncIOTransport(channel=channel)
        client = SecretManagerServiceAsyncClient(transport=transport)
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("GOOGLE_CLOUD_PROJECT", project)
            environment.setenv("SECRET_MANAGER_EMULATOR_HOST", address)
            environment.setattr(secrets, "_texts", {})
            yield SecretManager(project, client)
    await emulator.stop()
