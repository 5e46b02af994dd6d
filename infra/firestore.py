"""Firestore: the database, its indexes, its backups, and who may reach it."""

from collections.abc import Sequence

import pulumi
from pulumi_gcp import firestore

from infra.accounts import Accounts
from infra.cloud import Cloud, Part
from infra.grants import ProjectGrant
from infra.indexes import EXPIRING, Composite, Single, collections, composites, grouped, singles
from shared.manifest import Manifests

# Google's clients use this database by default.
DATABASE = "(default)"
# Point-in-time recovery covers seven days; a backup is for the loss of the database itself.
BACKUPS_KEPT = "259200s"
_ROLES = {"read": "roles/datastore.viewer", "read-write": "roles/datastore.user"}

_Index = firestore.FieldIndexConfigIndexArgsDict
# Firestore's name for all fields of a collection that have no configuration of their own.
EVERY_FIELD = "*"
_OVER_ALL_TENANTS: _Index = {"order": "ASCENDING", "query_scope": "COLLECTION_GROUP"}


class Firestore(Part):
    """One regional database in native mode. Any moment of the last seven days can be read and
    restored, a daily backup outlives the database itself, and production's cannot be deleted.

    Functions get the access, read or write, that their manifests name.

    Deliberately not: security rules (no browser and no phone talks to Firestore), a second database
    (a transaction cannot span two), or several regions (docs/decisions/0008)."""

    def __init__(self, cloud: Cloud, accounts: Accounts) -> None:
        super().__init__(cloud)
        keep = cloud.settings.firestore_deletion_protection
        rewinds = cloud.settings.firestore_point_in_time_recovery
        self._database = firestore.Database(
            "firestore/database",
            project=self.project,
            name=DATABASE,
            location_id=self.region,
            type="FIRESTORE_NATIVE",
            concurrency_mode="OPTIMISTIC",
            app_engine_integration_mode="DISABLED",
            delete_protection_state=f"DELETE_PROTECTION_{_enabled(keep)}",
            point_in_time_recovery_enablement=f"POINT_IN_TIME_RECOVERY_{_enabled(rewinds)}",
            deletion_policy="ABANDON" if keep else "DELETE",
            opts=self.inside(keep=keep),
        )
        if rewinds:
            firestore.BackupSchedule(
                "firestore/daily-backup",
                project=self.project,
                database=self._database.name,
                retention=BACKUPS_KEPT,
                daily_recurrence={},
                opts=self.inside(),
            )
        self._declare_indexes(cloud.manifests)
        for each in cloud.manifests.deployables:
            if each.manifest.access.firestore != "none":
                member = accounts.of_deployable[each.name].member
                self._let_reach(each.name, _ROLES[each.manifest.access.firestore], member)
        self.register_outputs({})

    def _declare_indexes(self, manifests: Manifests) -> None:
        for composite in composites(manifests):
            self._index(composite)
        for collection, field in grouped(manifests):
            self._field(collection, field, "of-all-tenants", [_OVER_ALL_TENANTS])
        for collection in collections(manifests):
            self._field(collection, EVERY_FIELD, "not-indexed", [])
        for each in singles(manifests):
            self._field(each.collection, each.field, "queried", [_inside(each)])
        for collection, field in EXPIRING:
            # Moments that only ever grow make an index hot, and no query names them.
            self._field(collection, field, "expires", [], {})

    def _index(self, composite: Composite) -> None:
        firestore.Index(
            f"firestore/index-{composite.name}",
            project=self.project,
            database=self._database.name,
            collection=composite.collection,
            query_scope=composite.scope,
            fields=[
                {"field_path": field, "order": direction} for field, direction in composite.fields
            ],
            opts=self.inside(),
        )

    def _field(
        self,
        collection: str,
        field: str,
        what: str,
        indexes: Sequence[_Index],
        ttl: firestore.FieldTtlConfigArgsDict | None = None,
    ) -> None:
        firestore.Field(
            f"firestore/{collection}.{field.replace(EVERY_FIELD, 'all')}-{what}",
            project=self.project,
            database=self._database.name,
            collection=collection,
            field=field,
            index_config={"indexes": indexes},
            ttl_config=ttl,
            opts=self.inside(),
        )

    def _let_reach(self, name: str, role: str, member: pulumi.Output[str]) -> None:
        ProjectGrant(
            f"{name}/may-reach-firestore",
            self,
            role=role,
            member=member,
            reason="Firestore has no grants on a database; the condition leaves only this one.",
            only=f'resource.name == "projects/{self.project}/databases/{DATABASE}"',
        )


def _inside(single: Single) -> _Index:
    if single.mode == "CONTAINS":
        return {"array_config": "CONTAINS", "query_scope": "COLLECTION"}
    return {"order": single.mode, "query_scope": "COLLECTION"}


def _enabled(on: bool) -> str:
    return "ENABLED" if on else "DISABLED"
