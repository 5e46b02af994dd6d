"""Secrets, read once a process from Secret Manager."""

import os
from typing import TYPE_CHECKING

from joserfc.jwk import KeySet, OKPKey

from shared.kit.errors import Unavailable
from shared.kit.operations import count
from shared.kit.signing import load_public_keys, load_signing_key
from shared.storage.patience import patience

if TYPE_CHECKING:
    from google.cloud.secretmanager_v1 import SecretManagerServiceAsyncClient

_texts: dict[str, str] = {}


async def read_secret(name: str) -> str:
    """The latest version of a secret, as text. Raises Unavailable where it cannot be read."""
    if name not in _texts:
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        path = f"projects/{os.environ['GOOGLE_CLOUD_PROJECT']}/secrets/{name}/versions/latest"
        try:
            answer = await _client().access_secret_version(name=path, **patience())
        except (GoogleAPICallError, RetryError) as error:
            raise Unavailable(f"the secret {name} cannot be read now") from error
        count("secret-accesses")
        _texts[name] = answer.payload.data.decode()
    return _texts[name]


async def signing_key(name: str) -> OKPKey:
    """The private key in a `*-signing-key` secret."""
    return load_signing_key(await read_secret(name))


async def public_keys(name: str) -> KeySet:
    """The keys in a `*-public-keys` secret."""
    return load_public_keys(await read_secret(name))


def _client() -> "SecretManagerServiceAsyncClient":
    from google.cloud.secretmanager_v1 import SecretManagerServiceAsyncClient
    from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
        SecretManagerServiceGrpcAsyncIOTransport,
    )
    from grpc.aio import insecure_channel

    emulator = os.environ.get("SECRET_MANAGER_EMULATOR_HOST")
    if not emulator:
        return SecretManagerServiceAsyncClient()
    channel = insecure_channel(emulator)
    return SecretManagerServiceAsyncClient(
        transport=SecretManagerServiceGrpcAsyncIOTransport(channel=channel)
    )
