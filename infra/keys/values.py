"""The values of secrets in Secret Manager."""

import os
from typing import TYPE_CHECKING

from infra.refusals import Refused

if TYPE_CHECKING:
    from google.cloud.secretmanager_v1 import SecretManagerServiceClient


class Values:
    """The values of one project's secrets. Stores, prints and logs none of them."""

    def __init__(self, project: str) -> None:
        self._project = project
        self._client = _client()

    def latest(self, name: str) -> str | None:
        """The newest value, or None where there never was one. Raises Refused where the secret
        itself does not exist."""
        from google.api_core.exceptions import NotFound

        try:
            version = f"{self._path(name)}/versions/latest"
            answer = self._client.access_secret_version(name=version)
        except NotFound:
            self._require(name)
            return None
        return answer.payload.data.decode()

    def add(self, name: str, value: str) -> None:
        """Adds a new value, the newest from now on. Raises Refused where there is no such
        secret."""
        self._require(name)
        self._client.add_secret_version(
            request={"parent": self._path(name), "payload": {"data": value.encode()}}
        )

    def destroy_older(self, name: str) -> int:
        """Destroys every value but the newest, of which there must be one; returns how many. Secret
        Manager keeps destroyed values for one more day, disabled."""
        from google.cloud.secretmanager_v1 import SecretVersion

        versions = self._client.list_secret_versions(parent=self._path(name))
        _, *older = sorted(versions, key=lambda one: -int(one.name.rpartition("/")[2]))
        old = [each for each in older if each.state != SecretVersion.State.DESTROYED]
        for each in old:
            self._client.destroy_secret_version(name=each.name)
        return len(old)

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
