"""google.cloud.secretmanager.v1.SecretManagerService over secrets in memory."""

import re
from dataclasses import dataclass
from itertools import count

import grpc.aio
from google.cloud.secretmanager_v1 import types
from google.protobuf.empty_pb2 import Empty

from emulators.clock import VirtualClock
from emulators.google_rpc import (
    Message,
    exists,
    invalid,
    not_found,
    page,
    service,
    unemulated,
)
from emulators.grpc_server import serve
from emulators.secret_manager.secret import (
    SECRET,
    VERSION,
    Secret,
    State,
    check_etag,
    new_secret,
)

_SERVICE = "google.cloud.secretmanager.v1.SecretManagerService"
_CALLS = (
    *("ListSecrets", "CreateSecret", "GetSecret", "UpdateSecret", "DeleteSecret"),
    *("AddSecretVersion", "ListSecretVersions", "GetSecretVersion", "AccessSecretVersion"),
    *("EnableSecretVersion", "DisableSecretVersion", "DestroySecretVersion"),
)
_LARGEST_PAGE = 25_000
_PROJECT = r"projects/[A-Za-z0-9:.-]+"
_SECRET_ID = r"[A-Za-z0-9_-]{1,255}"
_VERSION_ID = r"[0-9]+|[A-Za-z][A-Za-z0-9_-]{0,62}"


@dataclass(frozen=True, slots=True)
class SavedSecret:
    """A secret as serialized messages, each version with its payload."""

    message: bytes
    serial: int
    versions: tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class SavedSecrets:
    """Every secret, and the number of changes to them."""

    secrets: tuple[SavedSecret, ...]
    changes: int


class SecretManagerEmulator:
    """Keeps secrets in this process's memory. Answers each call at once and completely."""

    def __init__(self, *, clock: VirtualClock) -> None:
        self._now = clock.now
        self._secrets: dict[str, Secret] = {}
        self._changes = count(1)
        self._server: grpc.aio.Server | None = None

    async def start(self, port: int = 0) -> str:
        """Serves the API on loopback and returns its `host:port`. OSError if the port is taken."""
        self._server, address = await serve(service(_SERVICE, self, types, _CALLS), port)
        return address

    async def stop(self) -> None:
        """Stops the server and every call under way."""
        if self._server:
            await self._server.stop(grace=None)

    def save(self) -> SavedSecrets:
        """The state from which a later one continues."""
        saved = (
            SavedSecret(
                secret.message.SerializeToString(),
                secret.serial,
                tuple(
                    (version.SerializeToString(), payload)
                    for version, payload in zip(secret.versions, secret.payloads, strict=True)
                ),
            )
            for secret in self._secrets.values()
        )
        return SavedSecrets(tuple(saved), next(self._changes))

    def load(self, saved: SavedSecrets) -> None:
        """Continues from a saved state; call it before `start`."""
        for one in saved.secrets:
            message = SECRET.FromString(one.message)
            versions = [VERSION.FromString(version) for version, _ in one.versions]
            payloads = [payload for _, payload in one.versions]
            self._secrets[message.name] = Secret(message, one.serial, versions, payloads)
        self._changes = count(saved.changes)

    def list_secrets(self, request: Message) -> Message:
        """Newest first, as in production."""
        _parse(f"({_PROJECT})", request.parent)
        _check_filter(request)
        prefix = f"{request.parent}/secrets/"
        secrets = [one for name, one in self._secrets.items() if name.startswith(prefix)]
        found, token = page(
            secrets, lambda one: _newest_first(one.serial), request, largest=_LARGEST_PAGE
        )
        return types.ListSecretsResponse.pb()(
            secrets=[one.message for one in found],
            next_page_token=token,
            total_size=len(secrets),
        )

    def create_secret(self, request: Message) -> Message:
        _parse(f"({_PROJECT})", request.parent)
        if not re.fullmatch(_SECRET_ID, request.secret_id):
            raise invalid(
                f"Secret ID [{request.secret_id}] must match the pattern [a-zA-Z_0-9-]{{1,255}}."
            )
        name = f"{request.parent}/secrets/{request.secret_id}"
        serial = next(self._changes)
        secret = new_secret(name, request.secret, serial, self._now(), self._etag())
        if name in self._secrets:
            raise exists(f"Secret [{name}] already exists.")
        self._secrets[name] = secret
        return secret.message

    def get_secret(self, request: Message) -> Message:
        return self._find(request.name).message

    def update_secret(self, request: Message) -> Message:
        return self._find(request.secret.name).update(request, self._etag())

    def delete_secret(self, request: Message) -> Message:
        check_etag(request.etag, self._find(request.name).message.etag)
        del self._secrets[request.name]
        return Empty()

    def add_secret_version(self, request: Message) -> Message:
        return self._find(request.parent).add(request.payload, self._now(), self._etag())

    def list_secret_versions(self, request: Message) -> Message:
        """Newest first, as in production."""
        secret = self._find(request.parent)
        _check_filter(request)
        found, token = page(
            enumerate(secret.versions),
            lambda pair: _newest_first(pair[0]),
            request,
            largest=_LARGEST_PAGE,
        )
        return types.ListSecretVersionsResponse.pb()(
            versions=[version for _, version in found],
            next_page_token=token,
            total_size=len(secret.versions),
        )

    def get_secret_version(self, request: Message) -> Message:
        secret, version_id = self._find_version(request.name)
        return secret.versions[secret.number(version_id) - 1]

    def access_secret_version(self, request: Message) -> Message:
        secret, version_id = self._find_version(request.name)
        return secret.access(version_id)

    def enable_secret_version(self, request: Message) -> Message:
        return self._move(request, State.ENABLED)

    def disable_secret_version(self, request: Message) -> Message:
        return self._move(request, State.DISABLED)

    def destroy_secret_version(self, request: Message) -> Message:
        return self._move(request, State.DESTROYED)

    def _move(self, request: Message, to: int) -> Message:
        secret, version_id = self._find_version(request.name)
        if not version_id.isdecimal():
            raise invalid(f"Resource ID [{request.name}] must name a version by its number.")
        return secret.move(request, secret.number(version_id), to, self._now(), self._etag())

    def _find(self, name: str) -> Secret:
        _parse(f"({_PROJECT})/secrets/({_SECRET_ID})", name)
        if secret := self._secrets.get(name):
            return secret
        raise not_found(f"Secret [{name}] not found.")

    def _find_version(self, name: str) -> tuple[Secret, str]:
        pattern = f"({_PROJECT}/secrets/{_SECRET_ID})/versions/({_VERSION_ID})"
        secret, version_id = _parse(pattern, name)
        return self._find(secret), version_id

    def _etag(self) -> str:
        return f'"{next(self._changes):x}"'


def _parse(pattern: str, name: str) -> tuple[str, ...]:
    if match := re.fullmatch(pattern, name):
        return match.groups()
    raise invalid(f"Resource ID [{name}] is not in a valid format.")


def _newest_first(serial: int) -> str:
    return f"{10**15 - serial:016}"


def _check_filter(request: Message) -> None:
    if request.filter:
        raise unemulated("filters of lists")
