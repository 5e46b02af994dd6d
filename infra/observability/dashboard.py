"""The dashboard, from top to bottom: availability, objectives, lost or stuck work, cost."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from infra.observability.charts import Chart, Line, prometheus_name, text
from infra.observability.filters import (
    ON_CLOUD_RUN,
    ON_PUBSUB,
    any_label,
    of_metric,
    one_subscription,
)
from infra.observability.google_metrics import (
    BILLED_TIME,
    COLD_STARTS,
    INSTANCES,
    LATENCIES,
    OLDEST_WAITING,
    REQUESTS,
    SQL_CONNECTIONS,
    WAITING,
)
from infra.observability.log_metrics import (
    APPROVALS,
    BURIED,
    COSTS,
    EFFECT_LAG,
    EVENT_LAG,
    REFUSALS,
    STUCK,
)
from infra.observability.objectives import EFFECT, LATENCY, PROJECTION

COLUMNS = 48
WIDTH = 16
HEIGHT = 16
HEADER_HEIGHT = 5

BY_SERVICE = ("resource.label.service_name",)
WINDOW_OPENED = "assent.approval.auto_approved.v1"
WINDOW_CLOSED = tuple(f"assent.approval.{how}.v1" for how in ("confirmed", "vetoed"))
HEADER = (
    "What is promised and how it is measured: `docs/operations/slos.md`. What to do when it is "
    "not kept: `docs/runbooks`. What a tenant sees of itself: `GET /v1/mobile/dashboard`."
)


def dashboard_json(*, objectives: Iterable[str], dead_letters: str, sql_connections: int) -> str:
    """The dashboard in Cloud Monitoring's form. `objectives` are full names, `dead_letters` is the
    subscription of that name, `sql_connections` the limit of the database's tier."""
    charts = [
        *_promises(objectives),
        *_traffic(),
        *_events(dead_letters),
        *_costs(sql_connections),
    ]
    return json.dumps(
        {
            "displayName": "Assent",
            "mosaicLayout": {"columns": COLUMNS, "tiles": list(_tiles(charts))},
        }
    )


def _tiles(charts: Iterable[Chart]) -> Iterator[dict[str, Any]]:
    """A line of text, and below it the charts in rows, in reading order."""
    yield {"width": COLUMNS, "height": HEADER_HEIGHT, "widget": text(HEADER)}
    a_row = COLUMNS // WIDTH
    for position, chart in enumerate(charts):
        yield {
            "xPos": position % a_row * WIDTH,
            "yPos": HEADER_HEIGHT + position // a_row * HEIGHT,
            "width": WIDTH,
            "height": HEIGHT,
            "widget": chart.widget(),
        }


def _promises(objectives: Iterable[str]) -> list[Chart]:
    left = [
        Line(f'select_slo_budget_fraction("{name}")', "ALIGN_MEAN", legend=name.rpartition("/")[2])
        for name in objectives
    ]
    return [
        Chart("Error budget left, of thirty days' (1 is all)", left, "1", threshold=0),
        _percentile("Decision to effect, 95 %", EFFECT_LAG.type, 95, EFFECT.milliseconds),
        _percentile("Event to handled, 95 %", EVENT_LAG.type, 95, PROJECTION.milliseconds),
    ]


def _traffic() -> list[Chart]:
    errors = 'metric.labels.response_code_class="5xx"'
    return [
        Chart("Requests a second", [_sum(REQUESTS, "ALIGN_RATE")], "1/s"),
        Chart("Server errors a minute", [_sum(REQUESTS, "ALIGN_DELTA", errors)], "1"),
        _percentile("Latency of warm requests, 99 %", LATENCIES, 99, LATENCY.milliseconds),
        Chart("Refusals a minute, by code", [_sum(REFUSALS.type, by=("metric.label.code",))], "1"),
        Chart("Instances", [_sum(INSTANCES, "ALIGN_MAX")], "1"),
        _percentile("Start of an instance, 95 %", COLD_STARTS, 95),
    ]


def _events(dead_letters: str) -> list[Chart]:
    theirs = one_subscription(dead_letters)
    dead = Line(of_metric(WAITING, ON_PUBSUB, theirs), "ALIGN_MAX", "REDUCE_MAX", legend="waiting")
    oldest = Line(
        of_metric(OLDEST_WAITING, ON_PUBSUB),
        "ALIGN_MAX",
        "REDUCE_MAX",
        by=("resource.label.subscription_id",),
    )
    return [
        Chart("Oldest event not yet handled", [oldest], "s"),
        Chart("Dead letters, by function", [dead, _sum(BURIED.type)], "1", threshold=1),
        Chart("Stuck, as each minute's sweep sees it", [_sum(STUCK.type)], "1", threshold=1),
        Chart(
            "Veto windows opened and closed",
            [_windows("opened", [WINDOW_OPENED]), _windows("closed", WINDOW_CLOSED)],
            "1",
        ),
    ]


def _costs(sql_connections: int) -> list[Chart]:
    operations = [
        Line(
            f"sum(increase({prometheus_name(metric.type)}_sum"
            '{monitored_resource="cloud_run_revision"}[1h]))',
            legend=metric.name.removeprefix("assent_"),
        )
        for metric in COSTS
    ]
    connections = Line(
        of_metric(SQL_CONNECTIONS, 'resource.type="cloudsql_database"'),
        "ALIGN_MAX",
        "REDUCE_SUM",
        by=("resource.label.database_id",),
    )
    return [
        Chart("Billable operations an hour", operations, "1"),
        Chart("Billed instance time", [_sum(BILLED_TIME, "ALIGN_RATE")], "s/s"),
        Chart("Connections to PostgreSQL", [connections], "1", threshold=sql_connections),
    ]


def _sum(
    metric: str, aligner: str = "ALIGN_DELTA", *of: str, by: Sequence[str] = BY_SERVICE
) -> Line:
    return Line(of_metric(metric, ON_CLOUD_RUN, *of), aligner, "REDUCE_SUM", by=tuple(by))


def _percentile(title: str, metric: str, percent: int, threshold: float | None = None) -> Chart:
    line = Line(
        of_metric(metric, ON_CLOUD_RUN), "ALIGN_DELTA", f"REDUCE_PERCENTILE_{percent}", BY_SERVICE
    )
    return Chart(title, [line], "ms", threshold)


def _windows(legend: str, event_types: Iterable[str]) -> Line:
    of = of_metric(APPROVALS.type, ON_CLOUD_RUN, any_label("event_type", event_types))
    return Line(of, "ALIGN_DELTA", "REDUCE_SUM", legend=legend)
