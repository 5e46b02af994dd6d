"""The resources that exist without any load, counted in the cloud program's own graph."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.cost.billing import PLATFORM, Usage
from infra.cost.load import Operations
from infra.preview.graph import Graph
from infra.preview.resource import Resource

HOURS = 730
# Only private sides have schedules.
_REACTIONS = "-reactions"
# Without chosen regions an uptime check runs from all six of Google's locations.
ALL_LOCATIONS = 6
# How a point of a metric of our own is billed; there is one a minute.
_POINT_BYTES, _DISTRIBUTION_BYTES = 8, 80
# A condition is evaluated every thirty seconds unless its query has another period.
_EVALUATION_SECONDS = 30
_CUSTOM_TIER = re.compile(r"db-custom-(\d+)-(\d+)")
# Metrics named in a PromQL query or an MQL filter of Google's own style.
_METRIC = re.compile(r"[a-z][a-z0-9_]*(?:_googleapis_com|\.googleapis\.com)[a-zA-Z0-9_:/.]*")


@dataclass(frozen=True)
class Stack:
    """The inputs of the cost model from a stack. `checks` is how often a month an uptime check
    calls each deployable, `woken` at how many moments; `unindexed` are fields (`events.data`)
    without index entries; the database is kept `recovered` (point-in-time recovery) and in
    `backups` copies."""

    fixed: tuple[Usage, ...]
    checks: Mapping[str, float]
    woken: Mapping[str, float]
    unindexed: frozenset[str]
    recovered: bool
    backups: float


def stack_of(graph: Graph, operations: Operations) -> Stack:
    """Reads the graph. Raises KeyError for a resource whose configuration has no price here."""
    databases = list(graph.of("gcp:firestore/database:Database"))
    return Stack(
        fixed=tuple(_fixed(graph, operations)),
        checks={name: _executions(check) for name, check in _checks(graph)},
        woken={name: _moments(check) for name, check in _checks(graph)},
        unindexed=frozenset(_unindexed(graph)),
        recovered=any("ENABLED" in _text(d, "pointInTimeRecoveryEnablement") for d in databases),
        backups=sum(_copies(found) for found in graph.of(_BACKUP_SCHEDULE)),
    )


_BACKUP_SCHEDULE = "gcp:firestore/backupSchedule:BackupSchedule"


def _fixed(graph: Graph, operations: Operations) -> Iterator[Usage]:
    for type, used in _USED_BY.items():
        for resource in graph.of(type):
            yield from used(resource, operations)
    yield from _images(graph, operations)
    versions = max(graph.count(_SECRETS), graph.count(_VERSIONS))
    yield Usage("secret-versions", versions)
    yield Usage("storage-gib", len(graph.manifests.locks) * operations.archive_gib)
    yield Usage("hosting-gib", operations.hosting_gib)


_SECRETS = "gcp:secretmanager/secret:Secret"
_VERSIONS = "gcp:secretmanager/secretVersion:SecretVersion"


def _sql(resource: Resource, operations: Operations) -> Iterator[Usage]:
    settings = resource.inputs["settings"]
    tier, nodes = settings["tier"], 2 if settings.get("availabilityType") == "REGIONAL" else 1
    custom = _CUSTOM_TIER.fullmatch(tier)
    if custom is not None:
        yield Usage("sql-vcpu-hours", HOURS * nodes * int(custom[1]))
        yield Usage("sql-gib-hours", HOURS * nodes * int(custom[2]) / 1024)
    else:
        yield Usage(f"sql-hours-{tier}", HOURS * nodes)
    disk = {"PD_SSD": "sql-ssd-gib", "PD_HDD": "sql-hdd-gib"}[settings.get("diskType", "PD_SSD")]
    yield Usage(disk, nodes * settings.get("diskSize", 10))
    if settings.get("backupConfiguration", {}).get("enabled"):
        yield Usage("sql-backup-gib", operations.sql_backup_gib)


def _job(resource: Resource, operations: Operations) -> Iterator[Usage]:
    yield Usage("scheduler-jobs", 1, _function(resource))


def _images(graph: Graph, operations: Operations) -> Iterator[Usage]:
    """The bytes of all images that the cleanup policy keeps; equal layers are stored once."""
    for repository in graph.of("gcp:artifactregistry/repository:Repository"):
        policies = repository.inputs.get("cleanupPolicies") or [{}]
        kept = max((each.get("mostRecentVersions") or {}).get("keepCount", 1) for each in policies)
        layers = max(1.0, kept * operations.new_layers) * operations.layers_gib
        images = len(graph.manifests.locks)
        yield Usage("artifact-gib", images * (layers + kept * operations.code_gib))


def _alert(resource: Resource, operations: Operations) -> Iterator[Usage]:
    for condition in resource.inputs["conditions"]:
        references, seconds = _evaluated(condition)
        series = operations.series if _by_service(condition) else 1
        yield Usage("alert-metric-references", references)
        yield Usage("alert-points", references * series * HOURS * 3600 / seconds)


def _by_service(condition: Mapping[str, Any]) -> bool:
    threshold = condition.get("conditionThreshold") or {}
    return any(each.get("groupByFields") for each in threshold.get("aggregations") or ())


def _evaluated(condition: Mapping[str, Any]) -> tuple[int, float]:
    """How many metrics a condition refers to and how often it is evaluated; a condition on log
    entries refers to none."""
    query = condition.get("conditionPrometheusQueryLanguage")
    if query:
        seconds = float(str(query.get("evaluationInterval") or _EVALUATION_SECONDS).rstrip("s"))
        return max(1, len(_METRIC.findall(query["query"]))), seconds
    if condition.get("conditionMatchedLog"):
        return 0, _EVALUATION_SECONDS
    threshold = condition.get("conditionThreshold") or {}
    return 1 + bool(threshold.get("denominatorFilter")), _EVALUATION_SECONDS


def _log_metric(resource: Resource, operations: Operations) -> Iterator[Usage]:
    """A point a minute for every series, as if something happened every minute."""
    descriptor = resource.inputs.get("metricDescriptor") or {}
    distribution = descriptor.get("valueType") == "DISTRIBUTION"
    series = 1.0 if "service_name=" in resource.inputs["filter"] else operations.series
    series *= operations.label_values ** len(descriptor.get("labels") or ())
    size = _DISTRIBUTION_BYTES if distribution else _POINT_BYTES
    yield Usage("metric-mib", series * HOURS * 60 * size / 2**20)


def _uptime(resource: Resource, operations: Operations) -> Iterator[Usage]:
    yield Usage("uptime-executions", _executions(resource))


_UPTIME = "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig"
_USED_BY: Mapping[str, Callable[[Resource, Operations], Iterator[Usage]]] = {
    "gcp:sql/databaseInstance:DatabaseInstance": _sql,
    "gcp:cloudscheduler/job:Job": _job,
    "gcp:monitoring/alertPolicy:AlertPolicy": _alert,
    "gcp:logging/metric:Metric": _log_metric,
    _UPTIME: _uptime,
}


def _moments(check: Resource) -> float:
    return HOURS * 3600 / float(_text(check, "period").rstrip("s") or 60)


def _executions(check: Resource) -> float:
    return _moments(check) * (len(check.inputs.get("selectedRegions") or ()) or ALL_LOCATIONS)


def _checks(graph: Graph) -> Iterator[tuple[str, Resource]]:
    """The target of each uptime check: the public function whose route its path is."""
    for check in graph.of(_UPTIME):
        asked = graph.manifests.routes.find(check.inputs["httpCheck"]["path"])
        if asked is not None:
            yield asked, check


def _unindexed(graph: Graph) -> Iterator[str]:
    for field in graph.of("gcp:firestore/field:Field"):
        config = field.inputs.get("indexConfig")
        if config is not None and not config.get("indexes"):
            yield f"{field.inputs['collection']}.{field.inputs['field']}"


def _copies(schedule: Resource) -> float:
    """The number of backups at a time: the retention divided by the interval."""
    days = float(_text(schedule, "retention").rstrip("s")) / 86_400
    return days if schedule.inputs.get("dailyRecurrence") is not None else max(1.0, days / 7)


def _function(resource: Resource) -> str:
    """The function that a resource belongs to, or the platform."""
    return resource.group if resource.group.endswith(_REACTIONS) else PLATFORM


def _text(resource: Resource, field: str) -> str:
    return str(resource.inputs.get(field) or "")
