"""Secrets, read from Secret Manager and kept for ten minutes: a rotation needs no restart."""

import os
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from joserfc.jwk import KeySet, OKPKey

from shared.kit.errors import Unavailable
from shared.kit.operations import count
from shared.kit.signing import load_public_keys, load_signing_key, names_key_of
from shared.storage.patience import patience

if TYPE_CHECKING:
    from google.cloud.secretmanager_v1 import SecretManagerServiceAsyncClient

KEPT_SECONDS = 600.0
REREAD_AFTER_SECONDS = 30.0

# The text of each secret, and when it was read.
_texts: dict[str, tuple[str, float]] = {}


async def read_secret(name: str, *, at_most: float = KEPT_SECONDS) -> str:
    """The latest version of a secret, as text, read at most so many seconds ago. Raises
    Unavailable where it cannot be read."""
    text, read_at = _texts.get(name, ("", 0.0))
    if name not in _texts or time.monotonic() - read_at > at_most:
        text = await _access(name)
        _texts[name] = text, time.monotonic()
    return text


async def signing_key(name: str) -> OKPKey:
    """The private key in a `*-signing-key` secret."""
    return load_signing_key(await read_secret(name))


async def public_keys(name: str, *, to_verify: Iterable[str] = ()) -> KeySet:
    """The keys in a `*-public-keys` secret. A withdrawn key is gone from it after ten minutes; one
    that was introduced is there after thirty seconds, where a signature `to_verify` names it."""
    keys = load_public_keys(await read_secret(name))
    if not all(names_key_of(signature, keys) for signature in to_verify):
        keys = load_public_keys(await read_secret(name, at_most=REREAD_AFTER_SECONDS))
    return keys


async def _access(name: str) -> str:
    from google.api_core.exceptions import GoogleAPICallError, RetryError

    path = f"projects/{os.environ['GOOGLE_CLOUD_PROJECT']}/secrets/{name}/versions/latest"
    try:
        answer = await _client().access_secret_version(name=path, **patience())
    except (GoogleAPICallError, RetryError) as error:
        raise Unavailable(f"the secret {name} cannot be read now") from error
    count("secret-accesses")
    return answer.payload.data.decode()


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
