"""What holds data is kept, and can be brought back."""

from collections.abc import Iterator

from infra.buckets import UPLOADS
from infra.preview import Graph

DATABASE = "gcp:firestore/database:Database"
INSTANCE = "gcp:sql/databaseInstance:DatabaseInstance"
SECRET = "gcp:secretmanager/secret:Secret"


def documents_are_protected_in_production(graph: Graph) -> Iterator[str]:
    for each in graph.of(DATABASE) if graph.settings.environment == "prod" else ():
        if each.inputs["deleteProtectionState"] != "DELETE_PROTECTION_ENABLED":
            yield f"{each.name}: Google would delete it"
        if each.inputs["pointInTimeRecoveryEnablement"] != "POINT_IN_TIME_RECOVERY_ENABLED":
            yield f"{each.name}: no moment of it can be restored"
        if not graph.count("gcp:firestore/backupSchedule:BackupSchedule"):
            yield f"{each.name}: nothing outlives it"


def tables_are_protected_in_production(graph: Graph) -> Iterator[str]:
    for each in graph.of(INSTANCE) if graph.settings.environment == "prod" else ():
        chosen = each.inputs["settings"]
        backups = chosen["backupConfiguration"]
        if not (each.inputs["deletionProtection"] and chosen["deletionProtectionEnabled"]):
            yield f"{each.name}: Pulumi or Google would delete it"
        if not (backups["enabled"] and backups["pointInTimeRecoveryEnabled"]):
            yield f"{each.name}: no moment of it can be restored"


def nothing_kept_is_destroyed_with_production(graph: Graph) -> Iterator[str]:
    kept = graph.of(DATABASE, INSTANCE, SECRET, "gcp:sql/database:Database")
    for each in kept if graph.settings.environment == "prod" else ():
        if not each.protected:
            yield f"{each.name}: pulumi destroy would delete it"


def the_sql_instance_is_reached_through_the_connector_only(graph: Graph) -> Iterator[str]:
    for each in graph.of(INSTANCE):
        chosen = each.inputs["settings"]
        if chosen["connectorEnforcement"] != "REQUIRED":
            yield f"{each.name}: takes connections past the connector"
        if chosen["ipConfiguration"].get("authorizedNetworks"):
            yield f"{each.name}: {chosen['ipConfiguration']['authorizedNetworks']} may connect"


def no_secret_has_a_value_in_the_state(graph: Graph) -> Iterator[str]:
    for each in graph.of("gcp:secretmanager/secretVersion:SecretVersion"):
        yield f"{each.name}: a value is in the state"
    for each in graph.of("gcp:sql/user:User"):
        yield f"{each.name}: its password is in the state"
    for each in graph.of(INSTANCE):
        if each.inputs.get("rootPassword"):
            yield f"{each.name}: its password is in the state"


def connections_leave_room(graph: Graph) -> Iterator[str]:
    used = sum(
        2 * each.connections * graph.settings.instances(each.sizing.max_instances)
        for each in graph.manifests.deployables
    )
    if used > graph.settings.sql_connections - 6:
        yield f"{used} of {graph.settings.sql_connections} connections"


def buckets_are_private_and_keep_what_they_should(graph: Graph) -> Iterator[str]:
    is_prod = graph.settings.environment == "prod"
    made = {str(each.inputs["name"]): each for each in graph.of("gcp:storage/bucket:Bucket")}
    for name, lifetime in graph.manifests.buckets.items():
        bucket = made[f"{graph.settings.project}-{name}"].inputs
        if bucket["publicAccessPrevention"] != "enforced" or not bucket["uniformBucketLevelAccess"]:
            yield f"{name}: may be opened"
        deleted = [
            each["condition"]["age"]
            for each in bucket["lifecycleRules"]
            if each["action"]["type"] == "Delete"
        ]
        if deleted != (
            [int(lifetime[:-1])] if lifetime.endswith("d") and lifetime[0].isdigit() else []
        ):
            yield f"{name}: objects are deleted after {deleted} days"
        retention = bucket.get("retentionPolicy") or {}
        if (retention.get("isLocked") is True) != (lifetime == "kept" and is_prod):
            yield f"{name}: its retention is {retention}"
        if is_prod and bucket["forceDestroy"]:
            yield f"{name}: is deleted with what is in it"
        taken = [(each["origins"], each["methods"]) for each in bucket.get("cors") or ()]
        pages = [*graph.settings.origins_of_passkeys]
        if taken != ([(pages, ["PUT"])] if name == UPLOADS else []):
            yield f"{name}: pages of {taken} may use it"
