"""Secrets, and who may read which. Their values never pass through Pulumi."""

from collections.abc import Mapping

import pulumi
from pulumi_gcp import secretmanager
from pulumi_gcp.serviceaccount import Account

from infra.cloud import Cloud, Part
from infra.grants import READ_SECRET, grant
from shared.kit.secret_names import secrets_of


class Secrets(Part):
    """The secrets that hold what the manifests name, and their readers: both sides of each function
    that names something in it, and nobody else.

    Deliberately not: values. `python -m infra.keys` makes them in Secret Manager itself, so that no
    seed is ever in Pulumi's state (ADR 22)."""

    def __init__(self, cloud: Cloud, accounts: Mapping[str, Account]) -> None:
        super().__init__(cloud)
        self._accounts = accounts
        self.readings: dict[str, list[pulumi.Resource]] = {name: [] for name in accounts}
        for name in secrets_of(cloud.manifests.secrets):
            secret = self._secret(name)
            for each in cloud.manifests.deployables:
                if name in secrets_of(each.manifest.access.secrets):
                    self._let_read(each.name, name, secret)
        self.register_outputs({})

    def _let_read(self, reader: str, name: str, secret: secretmanager.Secret) -> None:
        member = self._accounts[reader].member
        reading = grant(self, f"{reader}/may-read-{name}", READ_SECRET, secret, member)
        self.readings[reader].append(reading)

    def _secret(self, name: str) -> secretmanager.Secret:
        return secretmanager.Secret(
            f"secrets/{name}",
            project=self.project,
            secret_id=name,
            replication={"auto": {}},
            # A version that was destroyed by mistake can be restored within a day.
            version_destroy_ttl="86400s",
            opts=self.inside(keep=self.cloud.settings.environment == "prod"),
        )
