"""Metrics from our functions' log lines.

Google bills the bytes of the written points: 8 for a count, 80 for a distribution, each minute in
which a service logged a matching line; 150 MiB a month are free for a billing account
(https://cloud.google.com/stackdriver/pricing, read 2026-11-20). So there are few metrics, none has
a label with many values, and the services' names come with the log entry's resource at no cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pulumi
from pulumi_gcp import logging

from infra.observability.filters import ON_CLOUD_RUN, one_service

# Every line of ours is a JSON object on a Cloud Run service's standard output.
REQUEST = 'jsonPayload.logger="assent.request"'
HANDLED = 'jsonPayload.outcome="handled"'
ABOUT_APPROVALS = 'jsonPayload.event_type=~"^assent[.]approval[.]"'

# The deployable that updates the governor's view, and the one that carries out decisions: the
# handling time of their events is measured.
READ_MODEL = "mobile-api-reactions"
EFFECTS = "agents-reactions"

# The bounds include the objectives', so that a cut at one of them is exact.
MILLISECONDS = (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 600_000, 3_600_000)
COUNTS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)


@dataclass(frozen=True)
class LogMetric:
    """A metric of the log entries that match all of `conditions`: their number or, where `value`
    names a field, the distribution of its values over `bounds`."""

    name: str
    says: str
    conditions: Sequence[str]
    value: str = ""
    unit: str = "1"
    bounds: Sequence[int] = ()
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """The metric's name in filters of charts, objectives and alerts."""
        return f"logging.googleapis.com/user/{self.name}"

    @cached_property
    def filter(self) -> str:
        """The filter for its log entries, in the Logging query language."""
        return " AND ".join((ON_CLOUD_RUN, *self.conditions))


EVENT_LAG = LogMetric(
    name="assent_event_lag",
    says="from the moment an event happened to the end of its handling, by the function that reads",
    conditions=(REQUEST, HANDLED, "jsonPayload.lag_milliseconds>=0"),
    value="jsonPayload.lag_milliseconds",
    unit="ms",
    bounds=MILLISECONDS,
)
EFFECT_LAG = LogMetric(
    name="assent_effect_lag",
    says="from the decision on an approval, or a veto, to the end of its consequences",
    conditions=(*EVENT_LAG.conditions, one_service(EFFECTS), ABOUT_APPROVALS),
    value=EVENT_LAG.value,
    unit=EVENT_LAG.unit,
    bounds=MILLISECONDS,
)
APPROVALS = LogMetric(
    name="assent_approvals",
    says="what happened to approvals, according to the governor's read model",
    conditions=(REQUEST, HANDLED, one_service(READ_MODEL), ABOUT_APPROVALS),
    labels={"event_type": "EXTRACT(jsonPayload.event_type)"},
)
REFUSALS = LogMetric(
    name="assent_refusals",
    says="requests that were refused, by the stable code of the refusal",
    conditions=(REQUEST, 'jsonPayload.code=~"."'),
    labels={"code": "EXTRACT(jsonPayload.code)"},
)
BURIED = LogMetric(
    name="assent_buried",
    says="deliveries that were dead-lettered, by the function that did so",
    conditions=(
        'jsonPayload.logger="shared.runtime.reactions"',
        "severity=ERROR",
        'jsonPayload.message=~"^dead-lettered: "',
    ),
)
STUCK = LogMetric(
    name="assent_stuck",
    says="timers and events that every sweep has failed to handle for five minutes",
    conditions=(
        'jsonPayload.logger="shared.messaging.sweep"',
        "severity=ERROR",
        "jsonPayload.stuck_seconds>=0",
    ),
)


def _operations(kind: str) -> LogMetric:
    field = f'jsonPayload.operations."{kind}"'
    return LogMetric(
        name=f"assent_{kind.replace('-', '_')}",
        says=f"{kind.replace('-', ' ')} a request, as each function counts them",
        conditions=(REQUEST, f"{field}>0"),
        value=field,
        bounds=COUNTS,
    )


# The operations that dominate the price of an action; the log line contains all kinds.
COSTS = tuple(_operations(kind) for kind in ("firestore-reads", "firestore-writes", "cloud-tasks"))
LOG_METRICS = (EVENT_LAG, EFFECT_LAG, APPROVALS, REFUSALS, BURIED, STUCK, *COSTS)


def declare(metric: LogMetric, project: str, opts: pulumi.ResourceOptions) -> logging.Metric:
    """The resource of a metric. It counts from its creation on, and excludes older entries."""
    return logging.Metric(
        f"observability/{metric.name}",
        name=metric.name,
        project=project,
        description=metric.says,
        filter=metric.filter,
        value_extractor=f"EXTRACT({metric.value})" if metric.value else None,
        label_extractors=dict(metric.labels) or None,
        bucket_options=_buckets(metric.bounds) if metric.bounds else None,
        metric_descriptor=logging.MetricMetricDescriptorArgs(
            metric_kind="DELTA",
            value_type="DISTRIBUTION" if metric.value else "INT64",
            unit=metric.unit,
            display_name=metric.name,
            labels=[logging.MetricMetricDescriptorLabelArgs(key=key) for key in metric.labels],
        ),
        opts=opts,
    )


def _buckets(bounds: Sequence[int]) -> logging.MetricBucketOptionsArgs:
    explicit = logging.MetricBucketOptionsExplicitBucketsArgs(bounds=[float(b) for b in bounds])
    return logging.MetricBucketOptionsArgs(explicit_buckets=explicit)
