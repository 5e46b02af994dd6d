"""Secrets are read once, verified by shape, and their absence is Unavailable."""

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import grpc.aio
import pytest
from google.cloud.secretmanager_v1 import SecretManagerServiceAsyncClient
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
    SecretManagerServiceGrpcAsyncIOTransport,
)

from emulators.clock import VirtualClock
from emulators.issuer import new_signing_key
from emulators.secret_manager import SecretManagerEmulator
from shared.kit.errors import Unavailable
from shared.kit.operations import start_counting
from shared.kit.secret_names import payload_of, secret_of
from shared.kit.signing import sign, verify
from shared.storage import patience, secrets
from shared.storage.secrets import public_keys, read_secret, signing_key

PROJECT = "projects/assent-local"


@pytest.fixture
async def manager(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[SecretManagerServiceAsyncClient]:
    emulator = SecretManagerEmulator(clock=VirtualClock(tmp_path / "clock"))
    address = await emulator.start()
    monkeypatch.setenv("SECRET_MANAGER_EMULATOR_HOST", address)
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "assent-local")
    monkeypatch.setattr(secrets, "_texts", {})
    channel = grpc.aio.insecure_channel(address)
    transport = SecretManagerServiceGrpcAsyncIOTransport(channel=channel)
    yield SecretManagerServiceAsyncClient(transport=transport)
    await channel.close()
    await emulator.stop()


async def _store(manager: SecretManagerServiceAsyncClient, name: str, payload: bytes) -> None:
    secret: dict[str, object] = {"replication": {"automatic": {}}}
    home = secret_of(name)
    await manager.create_secret(request={"parent": PROJECT, "secret_id": home, "secret": secret})
    await _add(manager, name, payload)


async def _add(manager: SecretManagerServiceAsyncClient, name: str, payload: bytes) -> None:
    await _add_payload(manager, secret_of(name), payload_of({name: payload.decode()}))


async def _add_payload(manager: SecretManagerServiceAsyncClient, secret: str, payload: str) -> None:
    request = {"parent": f"{PROJECT}/secrets/{secret}", "payload": {"data": payload.encode()}}
    await manager.add_secret_version(request=request)


async def test_what_the_private_key_signs_the_public_keys_verify(
    manager: SecretManagerServiceAsyncClient,
) -> None:
    private, public = new_signing_key("approvals")
    await _store(manager, "approvals-signing-key", private)
    await _store(manager, "approvals-public-keys", public)
    signature = sign({"approval_id": "apr_1"}, await signing_key("approvals-signing-key"))
    assert verify(signature, await public_keys("approvals-public-keys")) == {"approval_id": "apr_1"}


async def test_a_secret_is_accessed_once_a_process(
    manager: SecretManagerServiceAsyncClient,
) -> None:
    await _store(manager, "a-secret", b"first")
    counts = start_counting()
    assert await read_secret("a-secret") == "first"
    await _add(manager, "a-secret", b"second")
    assert await read_secret("a-secret") == "first"
    assert counts == {"secret-accesses": 1}


async def test_a_secret_that_is_not_there_is_unavailable_and_asked_for_again(
    manager: SecretManagerServiceAsyncClient,
) -> None:
    name = f"late-{uuid.uuid4().hex[:8]}"
    with pytest.raises(Unavailable, match=name):
        await read_secret(name)
    await _store(manager, name, b"here now")
    assert await read_secret(name) == "here now"


async def test_all_values_of_a_functions_secret_are_known_after_one_access(
    manager: SecretManagerServiceAsyncClient,
) -> None:
    await _store(manager, "audit-log-key", b"first")
    both = {"audit-log-key": "second", "audit-bucket-key": "id:key"}
    await _add_payload(manager, "audit", payload_of(both))
    counts = start_counting()
    assert {name: await read_secret(name) for name in both} == both
    assert counts == {"secret-accesses": 1}


@pytest.mark.parametrize("payload", ["no JSON", "[]", '{"audit-log-key": {}}', "{}"])
async def test_a_payload_without_the_value_is_unavailable_and_not_shown(
    manager: SecretManagerServiceAsyncClient, payload: str
) -> None:
    await _store(manager, "audit-log-key", b"first")
    await _add_payload(manager, "audit", payload)
    with pytest.raises(Unavailable, match="the secret audit ") as refused:
        await read_secret("audit-log-key")
    assert payload not in refused.value.detail or payload == "{}"


async def test_a_manager_that_is_not_there_is_unavailable_within_our_patience(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SECRET_MANAGER_EMULATOR_HOST", "127.0.0.1:1")
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "assent-local")
    monkeypatch.setattr(patience, "RETRIED_FOR_SECONDS", 0.2)
    with pytest.raises(Unavailable):
        await read_secret(f"never-{uuid.uuid4().hex[:8]}")
