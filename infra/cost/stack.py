"""The resources that exist without any load, counted in the cloud program's own graph."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from infra.cost.billing import Usage
from infra.cost.layers import Layer, load_layers
from infra.cost.load import Operations
from infra.preview.graph import Graph, Resource

HOURS = 730
# How a point of a metric of our own is billed; there is one a minute.
_POINT_BYTES = {"INT64": 8, "DISTRIBUTION": 80}
# How often a condition on a threshold is evaluated.
_EVALUATION_SECONDS = 30
_BACKUP_SCHEDULE = "gcp:firestore/backupSchedule:BackupSchedule"
_SECRETS = "gcp:secretmanager/secret:Secret"
_VERSIONS = "gcp:secretmanager/secretVersion:SecretVersion"
_UPTIME = "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig"
_RECOVERY = "pointInTimeRecoveryEnablement"
_CUSTOM_TIER = re.compile(r"db-custom-(\d+)-(\d+)")


@dataclass(frozen=True)
class Stack:
    """The inputs of the cost model from a stack. `checks` is how often a month an uptime check
    calls each deployable, `woken` at how many moments; the database is kept `recovered`
    (point-in-time recovery) and in `backups` copies."""

    fixed: tuple[Usage, ...]
    checks: Mapping[str, float]
    woken: Mapping[str, float]
    recovered: bool
    backups: float


def stack_of(graph: Graph, operations: Operations) -> Stack:
    """Reads the graph. Raises KeyError for a resource whose configuration has no price here."""
    databases = list(graph.of("gcp:firestore/database:Database"))
    return Stack(
        fixed=tuple(_fixed(graph, operations)),
        checks={name: _executions(check) for name, check in _checks(graph)},
        woken={name: _moments(check) for name, check in _checks(graph)},
        recovered=any("ENABLED" in each.inputs[_RECOVERY] for each in databases),
        backups=sum(_copies(found) for found in graph.of(_BACKUP_SCHEDULE)),
    )


def _fixed(graph: Graph, operations: Operations) -> Iterator[Usage]:
    for type, used in _USED_BY.items():
        for resource in graph.of(type):
            yield from used(resource, operations)
    layers = load_layers()
    yield from _images(graph, operations, layers)
    versions = max(graph.count(_SECRETS), graph.count(_VERSIONS))
    yield Usage("secret-versions", versions)
    models = sum(layers[lock].models_gib for lock in graph.manifests.locks)
    yield Usage("storage-gib", len(graph.manifests.locks) * operations.archive_gib + models)
    yield Usage("hosting-gib", operations.hosting_gib)


def _sql(resource: Resource, operations: Operations) -> Iterator[Usage]:
    settings = resource.inputs["settings"]
    # A regional database is a second one in another zone.
    zones = 2 if settings.get("availabilityType") == "REGIONAL" else 1
    custom = _CUSTOM_TIER.fullmatch(settings["tier"])
    if custom is not None:
        yield Usage("sql-vcpu-hours", zones * HOURS * int(custom[1]))
        yield Usage("sql-gib-hours", zones * HOURS * int(custom[2]) / 1024)
    else:
        yield Usage(f"sql-hours-{settings['tier']}", zones * HOURS)
    disk = {"PD_SSD": "sql-ssd-gib", "PD_HDD": "sql-hdd-gib"}[settings["diskType"]]
    yield Usage(disk, zones * settings["diskSize"])
    if settings["backupConfiguration"]["enabled"]:
        yield Usage("sql-backup-gib", operations.sql_backup_gib)


def _job(resource: Resource, operations: Operations) -> Iterator[Usage]:
    yield Usage("scheduler-jobs", 1, resource.group)


def _images(graph: Graph, operations: Operations, layers: Mapping[str, Layer]) -> Iterator[Usage]:
    """The bytes of all images that the cleanup policy keeps. Equal layers are stored once; that of
    our code has the models too, and is another one in each image. Raises KeyError for a lock that
    nobody measured: `make lock` does."""
    for repository in graph.of("gcp:artifactregistry/repository:Repository"):
        policies = repository.inputs["cleanupPolicies"]
        kept = max(each.get("mostRecentVersions", {}).get("keepCount", 1) for each in policies)
        anew = max(1.0, kept * operations.new_layers)
        for lock in graph.manifests.locks:
            layer = layers[lock]
            code = operations.code_gib + layer.models_gib
            yield Usage("artifact-gib", anew * layer.packages_gib + kept * code)


def _alert(resource: Resource, operations: Operations) -> Iterator[Usage]:
    """Each condition refers to one metric, or to two where it is a ratio."""
    for condition in resource.inputs["conditions"]:
        aggregations = condition["conditionThreshold"].get("aggregations", ())
        by_service = any(each.get("groupByFields") for each in aggregations)
        series = operations.series if by_service else 1
        ratio = bool(condition["conditionThreshold"].get("denominatorFilter"))
        yield Usage("alert-metric-references", 1 + ratio)
        yield Usage("alert-points", series * HOURS * 3600 / _EVALUATION_SECONDS)


def _log_metric(resource: Resource, operations: Operations) -> Iterator[Usage]:
    """A point a minute for every series, as if something happened every minute."""
    descriptor = resource.inputs["metricDescriptor"]
    series = 1.0 if "service_name=" in resource.inputs["filter"] else operations.series
    series *= operations.label_values ** len(descriptor["labels"])
    yield Usage("metric-mib", series * HOURS * 60 * _POINT_BYTES[descriptor["valueType"]] / 2**20)


def _uptime(resource: Resource, operations: Operations) -> Iterator[Usage]:
    yield Usage("uptime-executions", _executions(resource))


_USED_BY: Mapping[str, Callable[[Resource, Operations], Iterator[Usage]]] = {
    "gcp:sql/databaseInstance:DatabaseInstance": _sql,
    "gcp:cloudscheduler/job:Job": _job,
    "gcp:monitoring/alertPolicy:AlertPolicy": _alert,
    "gcp:logging/metric:Metric": _log_metric,
    _UPTIME: _uptime,
}


def _moments(check: Resource) -> float:
    return HOURS * 3600 / float(check.inputs["period"].rstrip("s"))


def _executions(check: Resource) -> float:
    return _moments(check) * len(check.inputs["selectedRegions"])


def _checks(graph: Graph) -> Iterator[tuple[str, Resource]]:
    """The target of each uptime check: the public function whose route its path is."""
    for check in graph.of(_UPTIME):
        asked = graph.manifests.routes.find(check.inputs["httpCheck"]["path"])
        if asked is not None:
            yield asked, check


def _copies(schedule: Resource) -> float:
    """Daily backups kept at a time. Raises KeyError for a schedule that is not daily."""
    _ = schedule.inputs["dailyRecurrence"]
    return float(schedule.inputs["retention"].rstrip("s")) / 86_400
