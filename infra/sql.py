"""Cloud SQL: PostgreSQL for the audit log and for what documents say: both are searched."""

import pulumi
import pulumi_gcp as gcp

from infra.accounts import Accounts
from infra.cloud import Cloud, Part
from infra.grants import ProjectGrant
from infra.settings import Settings

INSTANCE = "assent"
DATABASE = "assent"
ROLE = "assent_app"
SOCKETS = "/cloudsql"
# At night in Europe and the Americas.
BACKUP_AT = "04:00"
BACKUPS_KEPT = 7


class Sql(Part):
    """One PostgreSQL instance that is reached through Google's connector only: it has an address,
    and no network that may use it. There are daily backups, and the log of writes for seven days,
    so that any moment of them can be restored.

    Functions log in as `assent_app`, which owns nothing and which the migrations make; its password
    is in Secret Manager only (ADR 22).

    Deliberately not: users (one made by Google's API could do nearly everything), a private network
    (a connector in front of every service, for the same exposure), high availability (it doubles
    the price; the audit waits, and events wait for it)."""

    def __init__(self, cloud: Cloud, accounts: Accounts) -> None:
        super().__init__(cloud)
        settings = cloud.settings
        keep = settings.sql_deletion_protection
        self.instance = gcp.sql.DatabaseInstance(
            f"sql/{INSTANCE}",
            project=self.project,
            region=self.region,
            name=INSTANCE,
            database_version="POSTGRES_17",
            deletion_protection=keep,
            settings=_settings(settings),
            opts=self.inside(keep=keep),
        )
        self.database = gcp.sql.Database(
            f"sql/{DATABASE}-database",
            project=self.project,
            instance=self.instance.name,
            name=DATABASE,
            deletion_policy="ABANDON" if keep else "DELETE",
            opts=self.inside(keep=keep),
        )
        for each in cloud.manifests.deployables:
            if each.manifest.access.reaches_postgres:
                self._let_connect(each.name, accounts.of_deployable[each.name].member)
        self.address = pulumi.Output.format(
            "postgresql://{0}@/{1}?host={2}/{3}",
            ROLE,
            self.database.name,
            SOCKETS,
            self.instance.connection_name,
        )
        self.register_outputs({})

    def _let_connect(self, name: str, member: pulumi.Output[str]) -> None:
        ProjectGrant(
            f"{name}/may-connect-to-sql",
            self,
            role="roles/cloudsql.client",
            member=member,
            reason="Cloud SQL has no grants on an instance; the condition leaves only this one.",
            only=(
                'resource.type == "sqladmin.googleapis.com/Instance" && resource.name == '
                f'"projects/{self.project}/instances/{INSTANCE}"'
            ),
        )


def _settings(chosen: Settings) -> gcp.sql.DatabaseInstanceSettingsArgsDict:
    return {
        "tier": chosen.sql_tier,
        # Shared-core tiers exist in this edition only.
        "edition": "ENTERPRISE",
        "availability_type": "ZONAL",
        # Appends are few and in order; half the price of SSD.
        "disk_type": "PD_HDD",
        "disk_size": 10,
        "disk_autoresize": True,
        "deletion_protection_enabled": chosen.sql_deletion_protection,
        "retain_backups_on_delete": chosen.sql_backups,
        "connector_enforcement": "REQUIRED",
        "ip_configuration": {
            "ipv4_enabled": True,
            "ssl_mode": "ENCRYPTED_ONLY",
            "authorized_networks": [],
        },
        "backup_configuration": {
            "enabled": chosen.sql_backups,
            "point_in_time_recovery_enabled": chosen.sql_backups,
            "start_time": BACKUP_AT,
            "transaction_log_retention_days": 7,
            "backup_retention_settings": {"retained_backups": BACKUPS_KEPT},
        },
    }
