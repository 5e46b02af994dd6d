"""Reads the values in secrets of Secret Manager, and caches them for ten minutes: rotations need no
restart."""

import os
import time
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from joserfc.jwk import KeySet, OKPKey

from shared.kit.digests import KeyRing, load_key_ring
from shared.kit.errors import Unavailable
from shared.kit.operations import count
from shared.kit.secret_names import secret_of, values_in
from shared.kit.signing import load_public_keys, load_signing_key, names_key_of
from shared.storage.rpc import Service

KEPT_SECONDS = 600.0
REREAD_AFTER_SECONDS = 30.0
WRAPPING = "tenants-wrapping-key"

# The text of each value, and the time when it was read.
_texts: dict[str, tuple[str, float]] = {}


async def read_secret(name: str, *, at_most: float = KEPT_SECONDS) -> str:
    """The value of that name in the latest version of its secret, as text, at most this many
    seconds old; the secret's other values are then known too. Raises Unavailable where it cannot
    be read."""
    text, read_at = _texts.get(name, ("", 0.0))
    if name not in _texts or time.monotonic() - read_at > at_most:
        found = await _values(secret_of(name))
        if name not in found:
            raise Unavailable(f"the secret {secret_of(name)} has no {name} yet")
        now = time.monotonic()
        _texts.update({each: (value, now) for each, value in found.items()})
        text = found[name]
    return text


async def signing_key(name: str) -> OKPKey:
    """The private key in a `*-signing-key` secret."""
    return load_signing_key(await read_secret(name))


async def public_keys(
    name: str,
    *,
    to_verify: Iterable[str] = (),
    named: Callable[[str, KeySet], bool] = names_key_of,
) -> KeySet:
    """The keys in a `*-public-keys` secret. A withdrawn key is gone after ten minutes; a new key
    that a signature `to_verify` names, as `named` reads it, is found after thirty seconds."""
    keys = load_public_keys(await read_secret(name))
    if not all(named(signature, keys) for signature in to_verify):
        keys = load_public_keys(await read_secret(name, at_most=REREAD_AFTER_SECONDS))
    return keys


async def log_keys(function: str, *, to_verify: Iterable[str] = ()) -> KeyRing:
    """The keys of the digests in the function's log. A new key that a digest `to_verify` names is
    found at once, because a digest that does not verify has consequences."""
    name = f"{function}-log-key"
    keys = load_key_ring(await read_secret(name))
    if not all(keys.knows(digest) for digest in to_verify if digest):
        keys = load_key_ring(await read_secret(name, at_most=0.0))
    return keys


async def wrapping_keys(to_unwrap: str = "") -> KeyRing:
    """The keys that wrap the keys of tenants. A new key, named by what is `to_unwrap`, is found
    after thirty seconds."""
    keys = load_key_ring(await read_secret(WRAPPING))
    if to_unwrap and not keys.knows(f"{to_unwrap}."):
        keys = load_key_ring(await read_secret(WRAPPING, at_most=REREAD_AFTER_SECONDS))
    return keys


async def _values(secret: str) -> dict[str, str]:
    try:
        return values_in(await _access(secret))
    except ValueError as error:
        raise Unavailable(f"the secret {secret} cannot be understood") from error


async def _access(name: str, version: str = "latest") -> str:
    from google.cloud.secretmanager_v1.types import (
        AccessSecretVersionRequest,
        AccessSecretVersionResponse,
    )
    from grpc.aio import AioRpcError

    path = f"{secret_path(name)}/versions/{version}"
    request = AccessSecretVersionRequest.pb()(name=path)
    answer = AccessSecretVersionResponse.pb()
    try:
        accessed = await secret_manager().call("AccessSecretVersion", request, answer, name=path)
    except AioRpcError as error:
        raise Unavailable(f"the secret {name} cannot be read now") from error
    count("secret-accesses")
    text: str = accessed.payload.data.decode()
    return text


async def read_version(secret: str, version: str, number: int) -> str:
    """The text in one version of a secret that has one value; `number` says which of all values it
    is, because a secret that was deleted and made again begins with its first version. Raises
    Unavailable where it cannot be read."""
    name = f"{secret}/{version}/{number}"
    text, read_at = _texts.get(name, ("", 0.0))
    if name not in _texts or time.monotonic() - read_at > KEPT_SECONDS:
        text = await _access(secret, version)
        _texts[name] = (text, time.monotonic())
    return text


def secret_path(name: str) -> str:
    """How Secret Manager names the secret."""
    return f"projects/{os.environ['GOOGLE_CLOUD_PROJECT']}/secrets/{name}"


def _transport() -> Any:
    from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
        SecretManagerServiceGrpcAsyncIOTransport,
    )

    return SecretManagerServiceGrpcAsyncIOTransport


@cache
def secret_manager() -> Service:
    """Secret Manager itself, or its emulator."""
    return Service(
        "google.cloud.secretmanager.v1.SecretManagerService",
        emulator="SECRET_MANAGER_EMULATOR_HOST",
        transport=_transport,
    )
