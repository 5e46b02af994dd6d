"""The methods of google.cloud.secretmanager.v1.SecretManagerService over secrets in memory."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import count

import grpc
from google.cloud.secretmanager_v1 import types
from google.protobuf.empty_pb2 import Empty

from emulators.google_rpc import Message, Method, Refusal, invalid, page, unemulated
from emulators.secret_manager import wire
from emulators.secret_manager.model import (
    KeptSecrets,
    Secret,
    State,
    Version,
    check_accessible,
    check_etag,
    moved,
    new_version,
)
from emulators.secret_manager.names import SecretName, VersionName, parse_project

SERVICE = "google.cloud.secretmanager.v1.SecretManagerService"
LARGEST_PAGE = 25_000


class SecretManagerApi:
    """Answers each call at once and in full."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._secrets: dict[SecretName, Secret] = {}
        self._changes = count(1)

    def kept(self) -> KeptSecrets:
        """All that a later Secret Manager needs to go on from here."""
        return KeptSecrets(tuple(self._secrets.values()), next(self._changes))

    def take_up(self, kept: KeptSecrets) -> None:
        """Goes on where another one ended."""
        self._secrets = {secret.name: secret for secret in kept.secrets}
        self._changes = count(kept.changes)

    def methods(self) -> dict[str, Method]:
        return {
            "ListSecrets": Method(types.ListSecretsRequest.pb(), self.list_secrets),
            "CreateSecret": Method(types.CreateSecretRequest.pb(), self.create_secret),
            "GetSecret": Method(types.GetSecretRequest.pb(), self.get_secret),
            "UpdateSecret": Method(types.UpdateSecretRequest.pb(), self.update_secret),
            "DeleteSecret": Method(types.DeleteSecretRequest.pb(), self.delete_secret),
            "AddSecretVersion": Method(types.AddSecretVersionRequest.pb(), self.add_version),
            "ListSecretVersions": Method(types.ListSecretVersionsRequest.pb(), self.list_versions),
            "GetSecretVersion": Method(types.GetSecretVersionRequest.pb(), self.get_version),
            "AccessSecretVersion": Method(types.AccessSecretVersionRequest.pb(), self.access),
            "EnableSecretVersion": Method(types.EnableSecretVersionRequest.pb(), self.enable),
            "DisableSecretVersion": Method(types.DisableSecretVersionRequest.pb(), self.disable),
            "DestroySecretVersion": Method(types.DestroySecretVersionRequest.pb(), self.destroy),
        }

    def list_secrets(self, request: Message) -> Message:
        """Newest first, as in production."""
        project = parse_project(request.parent)
        _check_filter(request)
        secrets = [secret for secret in self._secrets.values() if secret.name.project == project]
        found, token = page(
            secrets,
            lambda secret: _newest_first(secret.serial),
            request.page_size,
            request.page_token,
            largest=LARGEST_PAGE,
        )
        return types.ListSecretsResponse.pb()(
            secrets=[wire.write_secret(secret) for secret in found],
            next_page_token=token,
            total_size=len(secrets),
        )

    def create_secret(self, request: Message) -> Message:
        name = SecretName.of(request.parent, request.secret_id)
        wire.check_emulated(request.secret)
        secret = Secret(
            name=name,
            replication=wire.read_replication(request.secret),
            create_time=self._now(),
            etag=self._etag(),
            serial=next(self._changes),
            labels=wire.read_labels(request.secret),
            annotations=wire.read_annotations(request.secret),
            aliases=wire.read_aliases(request.secret, None),
        )
        if name in self._secrets:
            raise Refusal(grpc.StatusCode.ALREADY_EXISTS, f"Secret [{name}] already exists.")
        return wire.write_secret(self._keep(secret))

    def get_secret(self, request: Message) -> Message:
        return wire.write_secret(self._find(SecretName.parse(request.name)))

    def update_secret(self, request: Message) -> Message:
        secret = self._find(SecretName.parse(request.secret.name))
        paths = [path.partition(".")[0] for path in request.update_mask.paths]
        if not paths:
            raise invalid("update_mask must be provided.")
        for path in paths:
            if path in wire.UNEMULATED:
                raise unemulated(f"Secret.{path}")
            if path not in wire.UPDATABLE:
                raise invalid(f"update_mask names [{path}], which cannot be updated.")
        check_etag(request.secret.etag, secret.etag)
        updated = replace(secret, etag=self._etag())
        if "labels" in paths:
            updated = replace(updated, labels=wire.read_labels(request.secret))
        if "annotations" in paths:
            updated = replace(updated, annotations=wire.read_annotations(request.secret))
        if "version_aliases" in paths:
            updated = replace(updated, aliases=wire.read_aliases(request.secret, secret))
        return wire.write_secret(self._keep(updated))

    def delete_secret(self, request: Message) -> Message:
        secret = self._find(SecretName.parse(request.name))
        check_etag(request.etag, secret.etag)
        del self._secrets[secret.name]
        return Empty()

    def add_version(self, request: Message) -> Message:
        secret, payload = self._find(SecretName.parse(request.parent)), request.payload
        checksum = payload.data_crc32c if payload.HasField("data_crc32c") else None
        version = new_version(secret, payload.data, checksum, self._now(), self._etag())
        return wire.write_version(self._keep(secret.with_version(version)), version)

    def list_versions(self, request: Message) -> Message:
        """Newest first, as in production."""
        secret = self._find(SecretName.parse(request.parent))
        _check_filter(request)
        found, token = page(
            secret.versions,
            lambda version: _newest_first(version.number),
            request.page_size,
            request.page_token,
            largest=LARGEST_PAGE,
        )
        return types.ListSecretVersionsResponse.pb()(
            versions=[wire.write_version(secret, version) for version in found],
            next_page_token=token,
            total_size=len(secret.versions),
        )

    def get_version(self, request: Message) -> Message:
        return wire.write_version(*self._find_version(VersionName.parse(request.name)))

    def access(self, request: Message) -> Message:
        name = VersionName.parse(request.name)
        secret, version = self._find_version(name)
        check_accessible(name, version)
        return wire.write_access(secret, version)

    def enable(self, request: Message) -> Message:
        return self._move(request, State.ENABLED)

    def disable(self, request: Message) -> Message:
        return self._move(request, State.DISABLED)

    def destroy(self, request: Message) -> Message:
        return self._move(request, State.DESTROYED)

    def _move(self, request: Message, to: State) -> Message:
        name = VersionName.parse(request.name)
        if not name.id.isdecimal():
            raise invalid(f"Resource ID [{name}] must name a version by its number.")
        secret, version = self._find_version(name)
        check_etag(request.etag, version.etag)
        version = moved(name, version, to, self._now(), self._etag())
        return wire.write_version(self._keep(secret.with_version(version)), version)

    def _find(self, name: SecretName) -> Secret:
        if secret := self._secrets.get(name):
            return secret
        raise Refusal(grpc.StatusCode.NOT_FOUND, f"Secret [{name}] not found.")

    def _find_version(self, name: VersionName) -> tuple[Secret, Version]:
        secret = self._find(name.secret)
        return secret, secret.version(name.id)

    def _keep(self, secret: Secret) -> Secret:
        self._secrets[secret.name] = secret
        return secret

    def _etag(self) -> str:
        return f'"{next(self._changes):x}"'


def _newest_first(serial: int) -> str:
    return f"{10**15 - serial:016}"


def _check_filter(request: Message) -> None:
    if request.filter:
        raise unemulated("filters of lists")
