"""A shop of its own for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import grpc.aio
import pytest
from google.cloud.secretmanager_v1 import SecretManagerServiceAsyncClient
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
    SecretManagerServiceGrpcAsyncIOTransport,
)
from joserfc.jwk import KeySet

from emulators.clock import VirtualClock
from emulators.issuer import new_signing_key
from emulators.secret_manager import SecretManagerEmulator
from shared.aggregates.aggregate import Signing
from shared.kit.signing import load_public_keys
from shared.storage import secrets
from shared.storage.firestore import TenantStore
from tests.shared.aggregates.shop import KEY, Shop, statement
from tests.shared.cloud import Cloud

PROJECT = "projects/assent-local"


@pytest.fixture
async def shop(cloud: Cloud, store: TenantStore, noun: str) -> Shop:
    mailbox = await cloud.mailbox(noun)
    queue = await cloud.queue(noun)
    cloud.mend()
    return Shop(cloud, store, noun, mailbox, queue)


@pytest.fixture
async def public_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[KeySet]:
    """What verifies the shop's signatures, whose key is in Secret Manager."""
    emulator = SecretManagerEmulator(clock=VirtualClock(tmp_path / "clock"))
    address = await emulator.start()
    monkeypatch.setenv("SECRET_MANAGER_EMULATOR_HOST", address)
    monkeypatch.setattr(secrets, "_texts", {})
    private, public = new_signing_key("orders")
    async with grpc.aio.insecure_channel(address) as channel:
        transport = SecretManagerServiceGrpcAsyncIOTransport(channel=channel)
        client = SecretManagerServiceAsyncClient(transport=transport)
        secret = {"parent": PROJECT, "secret_id": KEY, "secret": {"replication": {"automatic": {}}}}
        await client.create_secret(request=secret)
        version = {"parent": f"{PROJECT}/secrets/{KEY}", "payload": {"data": private}}
        await client.add_secret_version(request=version)
    yield load_public_keys(public.decode())
    await emulator.stop()


@pytest.fixture
def signing_shop(shop: Shop, public_keys: KeySet) -> Shop:
    """The same shop, which signs what was paid."""
    signing = Signing(KEY, statement)
    return Shop(shop.cloud, shop.store, shop.noun, shop.mailbox, shop.queue, signing)
