"""Secrets, and who may read which. Their values never pass through Pulumi."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_gcp import secretmanager
from pulumi_gcp.serviceaccount import Account

from infra.cloud import Cloud, Part
from infra.grants import READ_SECRET, grant
from shared.kit.secret_names import PASSWORD, secrets_of

# The password of `assent_app`, for the deployables that reach PostgreSQL.
POSTGRES_PASSWORD = PASSWORD
NOT_SET = "not-set-yet"


class Secrets(Part):
    """The secrets that hold what the manifests name, and their readers: both sides of each function
    that names something in it, and nobody else. `password` is there where a manifest reaches
    PostgreSQL.

    Deliberately not: values. `python -m infra.keys` makes them in Secret Manager itself, so that no
    seed is ever in Pulumi's state (ADR 22). The password alone has a first version, which opens
    nothing: Cloud Run does not start a service whose environment names a secret without one. Do not
    destroy it: a refresh would make it again, as the newest."""

    def __init__(self, cloud: Cloud, accounts: Mapping[str, Account]) -> None:
        super().__init__(cloud)
        self._accounts = accounts
        self.readings: dict[str, list[pulumi.Resource]] = {name: [] for name in accounts}
        for name in secrets_of(cloud.manifests.secrets):
            secret = self._secret(name)
            for each in cloud.manifests.deployables:
                if name in secrets_of(each.manifest.access.secrets):
                    self._let_read(each.name, name, secret)
        reaching = [
            each.name
            for each in cloud.manifests.deployables
            if each.manifest.access.reaches_postgres
        ]
        self.password = self._password_for(reaching) if reaching else None
        self.register_outputs({})

    def _password_for(self, readers: Sequence[str]) -> secretmanager.Secret:
        secret = self._secret(POSTGRES_PASSWORD)
        version = secretmanager.SecretVersion(
            f"secrets/{POSTGRES_PASSWORD}-first",
            secret=secret.id,
            secret_data=NOT_SET,
            deletion_policy="ABANDON",
            opts=self.inside(),
        )
        for reader in readers:
            self._let_read(reader, POSTGRES_PASSWORD, secret)
            self.readings[reader].append(version)
        return secret

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
