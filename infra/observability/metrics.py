"""What is measured: Google's own metrics, those made of what our functions log, and the filters
of Cloud Monitoring and Cloud Logging that choose among their points.

What is billed of ours is the bytes of points written: 8 for a count, 80 for a distribution, each
minute in which a service logged something that matches; 150 MiB a month are free for a billing
account (https://cloud.google.com/stackdriver/pricing, read 2026-11-20). So there are few, none has
a label with many values, and the services' names come with the log entry's resource at no cost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

ON_CLOUD_RUN = 'resource.type="cloud_run_revision"'
ON_PUBSUB = 'resource.type="pubsub_subscription"'
SERVER_ERRORS = 'metric.labels.response_code_class="5xx"'


class Google(StrEnum):
    """Metrics of Google's that charts, objectives and alerts use; free of charge, unlike ours. Each
    name as its page lists it: https://cloud.google.com/monitoring/api/metrics_gcp_p_z (Pub/Sub,
    Cloud Run), metrics_gcp_c (Cloud SQL) and metrics_gcp_i_o (Monitoring)."""

    # Requests that reached a revision, by `response_code_class`. It excludes requests that Cloud
    # Run itself refuses because `max_instances` are busy (429).
    REQUESTS = "run.googleapis.com/request_count"
    # Milliseconds from a running instance's receipt of a request to its answer. The start of an
    # instance is excluded, so it measures "warm" requests.
    LATENCIES = "run.googleapis.com/request_latencies"
    INSTANCES = "run.googleapis.com/container/instance_count"
    BILLED_TIME = "run.googleapis.com/container/billable_instance_time"
    COLD_STARTS = "run.googleapis.com/container/startup_latencies"
    WAITING = "pubsub.googleapis.com/subscription/num_undelivered_messages"
    OLDEST_WAITING = "pubsub.googleapis.com/subscription/oldest_unacked_message_age"
    SQL_CONNECTIONS = "cloudsql.googleapis.com/database/postgresql/num_backends"
    CHECK_PASSED = "monitoring.googleapis.com/uptime_check/check_passed"


def of_metric(metric: str, *conditions: str) -> str:
    """The points of a metric for which all conditions hold."""
    return " AND ".join((f'metric.type="{metric}"', *filter(None, conditions)))


def one_service(name: str) -> str:
    """Of this Cloud Run service."""
    return f'resource.labels.service_name="{name}"'


def one_subscription(name: str) -> str:
    """Of this Pub/Sub subscription."""
    return f'resource.labels.subscription_id="{name}"'


def any_of(label: str, values: Iterable[str]) -> str:
    """With one of these values in a label; for Cloud Monitoring only."""
    listed = ", ".join(f'"{value}"' for value in sorted(values))
    return f"{label}=one_of({listed})"


def any_service(names: Iterable[str]) -> str:
    """A filter for metrics of one of these Cloud Run services; only Cloud Monitoring takes it."""
    return any_of("resource.labels.service_name", names)


# Every line of ours is a JSON object on a Cloud Run service's standard output.
REQUEST = 'jsonPayload.logger="assent.request"'
HANDLED = 'jsonPayload.outcome="handled"'
ON_PRIVATE_SIDES = 'resource.labels.service_name=~"-reactions$"'
ON_PUBLIC_SIDES = 'resource.labels.service_name!~"-reactions$"'
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

    @property
    def filter(self) -> str:
        """The filter for its log entries, in the Logging query language."""
        return " AND ".join((ON_CLOUD_RUN, *self.conditions))


LAG = "jsonPayload.lag_milliseconds"
LAGGED = (REQUEST, HANDLED, f"{LAG}>=0")
EVENT_LAG = LogMetric(
    name="assent_event_lag",
    says="from the moment an event happened to the end of its handling, by the function that reads",
    conditions=LAGGED,
    value=LAG,
    unit="ms",
    bounds=MILLISECONDS,
)
EFFECT_LAG = LogMetric(
    name="assent_effect_lag",
    says="from the decision on an approval, or a veto, to the end of its consequences",
    conditions=(*LAGGED, one_service(EFFECTS), ABOUT_APPROVALS),
    value=LAG,
    unit="ms",
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
        ON_PRIVATE_SIDES,
        'jsonPayload.logger="shared.runtime.reactions"',
        "severity=ERROR",
        'jsonPayload.message=~"^dead-lettered: "',
    ),
)
STUCK = LogMetric(
    name="assent_stuck",
    says="timers and events that sweeps have failed to handle for five minutes, at each attempt",
    conditions=(
        ON_PRIVATE_SIDES,
        'jsonPayload.logger="shared.messaging.sweep"',
        "severity=ERROR",
        "jsonPayload.stuck_seconds>=0",
    ),
)
BILLING = "billing"
LATE_NOTICES = LogMetric(
    name="assent_late_notices",
    says="notices of Stripe's that were refused, failed, or taken ten minutes late",
    conditions=(
        one_service(BILLING),
        'jsonPayload.logger="functions.billing.service.stripe_notices"',
        'jsonPayload.notice=~"."',
    ),
)
UNRECONCILED = LogMetric(
    name="assent_unreconciled_lines",
    says="lines of invoices that are not what our meter counted, at each reading",
    conditions=(
        one_service(BILLING),
        'jsonPayload.logger="functions.billing.service.reconciliation"',
        'jsonPayload.unreconciled_line=~"."',
    ),
)
SILENT_METERS = LogMetric(
    name="assent_silent_meters",
    says="meters that counted each week and have counted nothing for one, though others do",
    conditions=(
        one_service(BILLING),
        'jsonPayload.logger="functions.billing.service.silent_meters"',
        'jsonPayload.silent_meter=~"."',
    ),
)
LOW_MARGINS = LogMetric(
    name="assent_low_margins",
    says="tenants that paid in a month of which less than 40 % is left, once for each month",
    conditions=(
        one_service(BILLING),
        'jsonPayload.logger="functions.billing.service.revenue"',
        'jsonPayload.low_margin=~"."',
    ),
)
USAGE = "usage"
UNSORTED_METERS = LogMetric(
    name="assent_unsorted_meters",
    says="declared meters that have no line of a month yet, because they have so many events",
    conditions=(
        one_service(USAGE),
        'jsonPayload.logger="shared.usage.declared_lines"',
        'jsonPayload.unsorted_meter=~"."',
    ),
)
# The operations that dominate the price of an action; the log line contains all kinds.
COSTS = tuple(
    LogMetric(
        name=f"assent_{kind.replace('-', '_')}",
        says=f"{kind.replace('-', ' ')} a public request, as each function counts them",
        conditions=(ON_PUBLIC_SIDES, REQUEST, f'jsonPayload.operations."{kind}">0'),
        value=f'jsonPayload.operations."{kind}"',
        bounds=COUNTS,
    )
    for kind in ("firestore-reads",)
)
OF_BILLING = (LATE_NOTICES, UNRECONCILED, SILENT_METERS, LOW_MARGINS)
OF_FUNCTIONS = (EVENT_LAG, EFFECT_LAG, APPROVALS, REFUSALS, BURIED, STUCK)
LOG_METRICS = (*OF_FUNCTIONS, *OF_BILLING, UNSORTED_METERS, *COSTS)
