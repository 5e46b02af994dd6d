"""Creates what infra would create: queues and secrets, through Google's own clients."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from emulators.buckets import ANY_KEY
from emulators.iam import PROJECT, REGION
from emulators.issuer import new_signing_key
from shared.kit.digests import new_key_ring
from shared.kit.secret_names import MAIL_RELAY, MODEL_KEY, STRIPE, payload_of, secret_of, values_in
from shared.manifest import Manifests, Queue, seconds

# The scripted model takes any; there is no relay but that of the platform's own mailbox, and no
# Stripe but its own.
NO_KEY = "none"


async def create_queues(address: str, manifests: Manifests, project: str = PROJECT) -> None:
    """Gives each function with timers its queues with its manifest's retries; updates existing
    ones."""
    from google.cloud.tasks_v2 import CloudTasksAsyncClient
    from google.cloud.tasks_v2.services.cloud_tasks.transports import (
        CloudTasksGrpcAsyncIOTransport,
    )
    from grpc.aio import insecure_channel

    channel = insecure_channel(address)
    client = CloudTasksAsyncClient(transport=CloudTasksGrpcAsyncIOTransport(channel=channel))
    await asyncio.gather(
        *(client.update_queue(request={"queue": queue}) for queue in queues_of(manifests, project))
    )
    await channel.close()


def queues_of(manifests: Manifests, project: str = PROJECT) -> list[dict[str, Any]]:
    """The queues of all functions with timers, as Cloud Tasks takes them."""
    parent = f"projects/{project}/locations/{REGION}"
    return [_queue(parent, queue) for queue in manifests.queues]


def payloads_of(manifests: Manifests) -> dict[str, bytes]:
    """A payload with new values for each secret of the manifests."""
    values: dict[str, dict[str, str]] = {}
    for name, value in secret_values(manifests.secrets).items():
        values.setdefault(secret_of(name), {})[name] = value.decode()
    return {secret: payload_of(each).encode() for secret, each in values.items()}


async def create_secrets(address: str, manifests: Manifests, project: str = PROJECT) -> None:
    """Creates every missing secret of the manifests with new values; each `X-signing-key` comes
    with its `X-public-keys`, each `X-log-key` and `X-wrapping-key` is a ring of one key."""
    parent = f"projects/{project}"
    async with _secret_manager(address) as client:
        there = {
            secret.name.rpartition("/")[2]
            async for secret in await client.list_secrets(request={"parent": parent})
        }
        await asyncio.gather(
            *(
                _create_secret(client, parent, secret, payload)
                for secret, payload in payloads_of(manifests).items()
                if secret not in there
            )
        )


async def put_secret(address: str, name: str, value: str, project: str = PROJECT) -> None:
    """Gives a secret that exists another newest version, which has another value of that name."""
    secret = f"projects/{project}/secrets/{secret_of(name)}"
    async with _secret_manager(address) as client:
        values = {**await _newest(client, secret), name: value}
        await _add_version(client, secret, payload_of(values).encode())


async def get_secret(address: str, name: str, project: str = PROJECT) -> str:
    """The value of that name in the newest version of its secret."""
    async with _secret_manager(address) as client:
        values = await _newest(client, f"projects/{project}/secrets/{secret_of(name)}")
    return values[name]


async def _newest(client: Any, secret: str) -> dict[str, str]:
    answer = await client.access_secret_version(request={"name": f"{secret}/versions/latest"})
    return values_in(answer.payload.data.decode())


@asynccontextmanager
async def _secret_manager(address: str) -> AsyncIterator[Any]:
    from google.cloud.secretmanager_v1 import SecretManagerServiceAsyncClient
    from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
        SecretManagerServiceGrpcAsyncIOTransport,
    )
    from grpc.aio import insecure_channel

    channel = insecure_channel(address)
    transport = SecretManagerServiceGrpcAsyncIOTransport(channel=channel)
    yield SecretManagerServiceAsyncClient(transport=transport)
    await channel.close()


def secret_values(names: tuple[str, ...]) -> dict[str, bytes]:
    """A new value for each secret and for the public keys of each signing key."""
    values = {}
    for name in names:
        if name.endswith("-signing-key"):
            owner = name.removesuffix("-signing-key")
            values[name], values[f"{owner}-public-keys"] = new_signing_key(owner)
        elif name.endswith(("-log-key", "-wrapping-key")):
            values[name] = new_key_ring(name.rpartition("-")[0].rpartition("-")[0]).encode()
        elif name.endswith("-bucket-key"):
            values[name] = ANY_KEY.encode()
        elif name.endswith((MODEL_KEY, MAIL_RELAY, STRIPE)):
            values[name] = NO_KEY.encode()
    for name in names:
        if name not in values and name.endswith("-public-keys"):
            raise ValueError(f"secret {name}: no manifest names the signing key it belongs to")
        values.setdefault(name, secrets.token_urlsafe(32).encode())
    return values


async def _create_secret(client: Any, parent: str, name: str, value: bytes) -> None:
    secret: dict[str, Any] = {"replication": {"automatic": {}}}
    await client.create_secret(request={"parent": parent, "secret_id": name, "secret": secret})
    await _add_version(client, f"{parent}/secrets/{name}", value)


async def _add_version(client: Any, secret: str, value: bytes) -> None:
    await client.add_secret_version(request={"parent": secret, "payload": {"data": value}})


def _queue(parent: str, queue: Queue) -> dict[str, Any]:
    least, most = (seconds(text) for text in queue.backoff)
    return {
        "name": f"{parent}/queues/{queue.name}",
        "rate_limits": {
            "max_dispatches_per_second": queue.per_second,
            "max_concurrent_dispatches": queue.at_once,
        },
        "retry_config": {
            "max_attempts": queue.attempts,
            "min_backoff": {"seconds": least},
            "max_backoff": {"seconds": most},
        },
    }
