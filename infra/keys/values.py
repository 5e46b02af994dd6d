"""The values in the secrets of Secret Manager."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from infra.refusals import Refused
from shared.kit.secret_names import PUBLIC_KEYS, payload_of, secret_of, values_in

if TYPE_CHECKING:
    from google.cloud.secretmanager_v1 import SecretManagerServiceClient


class Values:
    """The values of one project's secrets. Stores, prints and logs none of them.

    A secret changes as a whole: of two people who change values of one secret at once, the later
    one undoes what the earlier one did."""

    def __init__(self, project: str) -> None:
        self._project = project
        self._client = _client()

    def latest(self, name: str) -> str | None:
        """The newest value of that name, or None where there never was one. Raises Refused where
        its secret does not exist."""
        return self._newest(secret_of(name)).get(name)

    def add(self, name: str, value: str) -> None:
        """Adds a new value, the newest from now on. Raises Refused where there is no such
        secret."""
        self.add_all({name: value})

    def add_all(self, values: Mapping[str, str]) -> None:
        """Adds new values, one version for each of their secrets; public keys first, so that nobody
        signs with what nobody can verify. Raises Refused where there is no such secret."""
        secrets = {secret_of(name) for name in values}
        for secret in sorted(secrets, key=lambda each: (each != PUBLIC_KEYS, each)):
            own = {name: value for name, value in values.items() if secret_of(name) == secret}
            payload = payload_of({**self._newest(secret), **own}).encode()
            self._client.add_secret_version(
                request={"parent": self._path(secret), "payload": {"data": payload}}
            )

    def destroy_older(self, name: str) -> int:
        """Destroys every version but the newest of the secret of that value, of which there must be
        one; returns how many. Secret Manager keeps destroyed versions for one more day,
        disabled."""
        from google.cloud.secretmanager_v1 import SecretVersion

        versions = self._client.list_secret_versions(parent=self._path(secret_of(name)))
        _, *older = sorted(versions, key=lambda one: -int(one.name.rpartition("/")[2]))
        old = [each for each in older if each.state != SecretVersion.State.DESTROYED]
        for each in old:
            self._client.destroy_secret_version(name=each.name)
        return len(old)

    def _newest(self, secret: str) -> dict[str, str]:
        from google.api_core.exceptions import NotFound

        try:
            version = f"{self._path(secret)}/versions/latest"
            answer = self._client.access_secret_version(name=version)
        except NotFound:
            self._require(secret)
            return {}
        try:
            return values_in(answer.payload.data.decode())
        except ValueError as error:
            raise Refused(f"{secret}: {error}; add a version that is one") from error

    def _require(self, name: str) -> None:
        from google.api_core.exceptions import NotFound

        try:
            self._client.get_secret(name=self._path(name))
        except NotFound as error:
            reason = f"{name}: there is no such secret in {self._project}; run pulumi up first"
            raise Refused(reason) from error

    def _path(self, name: str) -> str:
        return f"projects/{self._project}/secrets/{name}"


def _client() -> "SecretManagerServiceClient":
    from google.cloud.secretmanager_v1 import SecretManagerServiceClient
    from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
        SecretManagerServiceGrpcTransport,
    )
    from grpc import insecure_channel

    emulator = os.environ.get("SECRET_MANAGER_EMULATOR_HOST")
    if not emulator:
        return SecretManagerServiceClient()
    transport = SecretManagerServiceGrpcTransport(channel=insecure_channel(emulator))
    return SecretManagerServiceClient(transport=transport)
