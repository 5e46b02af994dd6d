"""The database, its indexes, its backups, and the grants on it."""

import pulumi
import pulumi_gcp as gcp

from infra.accounts import Accounts
from infra.cloud import Cloud
from infra.firestore.indexes import COMPOSITES, EXPIRING, GROUPED, UNQUERIED, Composite
from infra.grants import ProjectGrant

# Google's clients use this database by default.
DATABASE = "(default)"
BACKUPS_KEPT = "604800s"
_ROLES = {"read": "roles/datastore.viewer", "read-write": "roles/datastore.user"}


class Firestore(pulumi.ComponentResource):
    """One regional database in native mode. Any moment of the last seven days can be read and
    restored, a daily backup outlives the database itself, and production's cannot be deleted.

    Functions get the access, read or write, that their manifests name.

    Deliberately not: security rules (no browser and no phone talks to Firestore), a second database
    (a transaction cannot span two), or several regions (docs/decisions/0008)."""

    def __init__(self, cloud: Cloud, accounts: Accounts) -> None:
        super().__init__("assent:infra:Firestore", "firestore")
        self._cloud = cloud
        settings = cloud.settings
        keep = settings.firestore_deletion_protection
        rewinds = settings.firestore_point_in_time_recovery
        self.database = gcp.firestore.Database(
            "firestore/database",
            project=settings.project,
            name=DATABASE,
            location_id=settings.region,
            type="FIRESTORE_NATIVE",
            concurrency_mode="OPTIMISTIC",
            app_engine_integration_mode="DISABLED",
            delete_protection_state=f"DELETE_PROTECTION_{'ENABLED' if keep else 'DISABLED'}",
            point_in_time_recovery_enablement=(
                f"POINT_IN_TIME_RECOVERY_{'ENABLED' if rewinds else 'DISABLED'}"
            ),
            deletion_policy="ABANDON" if keep else "DELETE",
            opts=cloud.inside(self, keep=keep),
        )
        if rewinds:
            self._back_up()
        self._declare_indexes()
        for each in cloud.manifests.deployables:
            if each.manifest.access.firestore != "none":
                member = accounts.of_deployable[each.name].member
                self._let_reach(each.name, _ROLES[each.manifest.access.firestore], member)
        self.register_outputs({})

    def _back_up(self) -> None:
        gcp.firestore.BackupSchedule(
            "firestore/daily-backup",
            project=self._cloud.settings.project,
            database=self.database.name,
            retention=BACKUPS_KEPT,
            daily_recurrence={},
            opts=self._cloud.inside(self),
        )

    def _declare_indexes(self) -> None:
        for composite in COMPOSITES:
            self._index(composite)
        over_all_tenants = gcp.firestore.FieldIndexConfigIndexArgs(
            order="ASCENDING", query_scope="COLLECTION_GROUP"
        )
        for collection, field in GROUPED:
            self._field(collection, field, "of-all-tenants", [over_all_tenants])
        for collection, field in UNQUERIED:
            self._field(collection, field, "not-indexed", [])
        for collection, field in EXPIRING:
            # Ever-growing times make an index hot, and no query uses them.
            ttl = gcp.firestore.FieldTtlConfigArgs()
            self._field(collection, field, "expires", [], ttl)

    def _index(self, composite: Composite) -> None:
        equal = [(field, "ASCENDING") for field in composite.equalities]
        gcp.firestore.Index(
            f"firestore/index-{composite.name}",
            project=self._cloud.settings.project,
            database=self.database.name,
            collection=composite.collection,
            query_scope=composite.scope,
            fields=[
                gcp.firestore.IndexFieldArgs(field_path=field, order=direction)
                for field, direction in (*equal, (composite.ordered, composite.direction))
            ],
            opts=self._cloud.inside(self),
        )

    def _field(
        self,
        collection: str,
        field: str,
        what: str,
        indexes: list[gcp.firestore.FieldIndexConfigIndexArgs],
        ttl: gcp.firestore.FieldTtlConfigArgs | None = None,
    ) -> None:
        gcp.firestore.Field(
            f"firestore/{collection}.{field}-{what}",
            project=self._cloud.settings.project,
            database=self.database.name,
            collection=collection,
            field=field,
            index_config=gcp.firestore.FieldIndexConfigArgs(indexes=indexes),
            ttl_config=ttl,
            opts=self._cloud.inside(self),
        )

    def _let_reach(self, name: str, role: str, member: pulumi.Output[str]) -> None:
        ProjectGrant(
            f"{name}/may-reach-firestore",
            self._cloud,
            self,
            role=role,
            member=member,
            reason="Firestore has no grants on a database; the condition leaves only this one.",
            only=(
                f'resource.name == "projects/{self._cloud.settings.project}/databases/{DATABASE}"'
            ),
        )
