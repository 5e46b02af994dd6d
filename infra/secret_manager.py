"""Secrets, and who may read which. Their values never pass through Pulumi."""

from collections.abc import Mapping

import pulumi
import pulumi_gcp as gcp
from pulumi_gcp.serviceaccount import Account

from infra.cloud import Cloud
from infra.grants import Grants

# The password of `assent_app`, for the deployables that reach PostgreSQL.
POSTGRES_PASSWORD = "postgres-password"  # noqa: S105 - a secret's name
NOT_SET = "not-set-yet"


class Secrets(pulumi.ComponentResource):
    """A secret for each name in the manifests. Both sides of each function that names it may read
    it, and nobody else. `password` exists where a manifest reaches PostgreSQL.

    Deliberately not: values. `python -m infra.keys` makes them in Secret Manager itself, so that no
    seed is ever in Pulumi's state (ADR 22). Only the password has a first version, which opens
    nothing: Cloud Run does not start a service whose environment names a secret without one. Do not
    destroy that version: a refresh would make it again, as the newest."""

    def __init__(self, cloud: Cloud, accounts: Mapping[str, Account]) -> None:
        super().__init__("assent:infra:Secrets", "secrets")
        self._cloud = cloud
        self._grants = Grants(cloud, self)
        self._accounts = accounts
        self.of_name = {name: self._secret(name) for name in cloud.manifests.secrets}
        self.readings: dict[str, list[pulumi.Resource]] = {name: [] for name in accounts}
        for name, secret in self.of_name.items():
            for each in cloud.manifests.deployables:
                if name in each.manifest.access.secrets:
                    self._let_read(each.name, name, secret)
        self.password = self._password()
        self.register_outputs({})

    def _password(self) -> gcp.secretmanager.Secret | None:
        readers = [
            each.name
            for each in self._cloud.manifests.deployables
            if each.manifest.access.postgres != "none"
        ]
        if not readers:
            return None
        secret = self._secret(POSTGRES_PASSWORD)
        version = gcp.secretmanager.SecretVersion(
            f"secrets/{POSTGRES_PASSWORD}-first",
            secret=secret.id,
            secret_data=NOT_SET,
            deletion_policy="ABANDON",
            opts=self._cloud.inside(self),
        )
        for reader in readers:
            self._let_read(reader, POSTGRES_PASSWORD, secret)
            self.readings[reader].append(version)
        return secret

    def _let_read(self, reader: str, name: str, secret: gcp.secretmanager.Secret) -> None:
        grant = self._grants.read_secret(
            f"{reader}/may-read-{name}", secret, self._accounts[reader].member
        )
        self.readings[reader].append(grant)

    def _secret(self, name: str) -> gcp.secretmanager.Secret:
        return gcp.secretmanager.Secret(
            f"secrets/{name}",
            project=self._cloud.settings.project,
            secret_id=name,
            replication=gcp.secretmanager.SecretReplicationArgs(
                auto=gcp.secretmanager.SecretReplicationAutoArgs()
            ),
            # A version that was destroyed by mistake can be restored within a day.
            version_destroy_ttl="86400s",
            opts=self._cloud.inside(self, keep=self._cloud.settings.environment == "prod"),
        )
