"""One page that answers, from top to bottom: is it up, does it keep its promises, is anything
lost or stuck, what does it cost; as Cloud Monitoring takes it
(https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards)."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from infra.observability.metrics import (
    APPROVALS,
    BURIED,
    COSTS,
    EFFECT_LAG,
    EVENT_LAG,
    LATE_NOTICES,
    LOW_MARGINS,
    ON_CLOUD_RUN,
    ON_PUBSUB,
    REFUSALS,
    SERVER_ERRORS,
    SILENT_METERS,
    STUCK,
    UNRECONCILED,
    UNSORTED_METERS,
    Google,
    any_of,
    of_metric,
    one_subscription,
)
from infra.observability.objectives import EFFECT, LATENCY, PROJECTION

# Rates and percentiles of a metric that is written once a minute.
PERIOD = "60s"
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


@dataclass(frozen=True)
class Line:
    """The data of a chart: a filter of Cloud Monitoring with its aggregation or, where there is
    none, a PromQL query (the only one that can add up a distribution's values)."""

    query: str
    aligner: str = ""
    reducer: str = "REDUCE_NONE"
    by: Sequence[str] = ()
    legend: str = ""

    def data_set(self) -> dict[str, Any]:
        """The chart's data set."""
        aggregation = {
            "alignmentPeriod": PERIOD,
            "perSeriesAligner": self.aligner,
            "crossSeriesReducer": self.reducer,
            "groupByFields": [*self.by],
        }
        filtered = {"timeSeriesFilter": {"filter": self.query, "aggregation": aggregation}}
        return {
            "plotType": "LINE",
            "targetAxis": "Y1",
            "legendTemplate": self.legend,
            "timeSeriesQuery": filtered if self.aligner else {"prometheusQuery": self.query},
        }


@dataclass(frozen=True)
class Chart:
    """Lines over time; `threshold` is the value from which a person should look."""

    title: str
    lines: Sequence[Line]
    unit: str = "1"
    threshold: float | None = None

    def widget(self) -> dict[str, Any]:
        """The dashboard's widget."""
        return {
            "title": f"{self.title} [{self.unit}]" if self.unit != "1" else self.title,
            "xyChart": {
                "dataSets": [line.data_set() for line in self.lines],
                "thresholds": [] if self.threshold is None else [{"value": self.threshold}],
                "yAxis": {"scale": "LINEAR"},
            },
        }


def prometheus_name(metric: str) -> str:
    """The PromQL name of a metric: the first slash becomes a colon, any other character but letters
    and digits an underscore (https://cloud.google.com/monitoring/promql/promql-mapping)."""
    return re.sub(r"[/.-]", "_", metric.replace("/", ":", 1))


def dashboard_json(*, objectives: Iterable[str], dead_letters: str, sql_connections: int) -> str:
    """The dashboard in Cloud Monitoring's form. `objectives` are full names, `dead_letters` is the
    subscription of that name, `sql_connections` the limit of the database's tier."""
    charts = [
        *_promises(objectives),
        *_traffic(),
        *_events(dead_letters),
        *_costs(sql_connections),
    ]
    layout = {"columns": COLUMNS, "tiles": [*_tiles(charts)]}
    return json.dumps({"displayName": "Assent", "mosaicLayout": layout})


def _tiles(charts: Iterable[Chart]) -> Iterator[dict[str, Any]]:
    """A line of text, and below it the charts in rows, in reading order."""
    yield {
        "width": COLUMNS,
        "height": HEADER_HEIGHT,
        "widget": {"text": {"content": HEADER, "format": "MARKDOWN"}},
    }
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
        Chart("Error budget left, of thirty days' (1 is all)", left, threshold=0),
        _percentile("Decision to effect, 95 %", EFFECT_LAG.type, 95, EFFECT.milliseconds),
        _percentile("Event to handled, 95 %", EVENT_LAG.type, 95, PROJECTION.milliseconds),
    ]


def _traffic() -> list[Chart]:
    errors = _sum(Google.REQUESTS, "ALIGN_DELTA", SERVER_ERRORS)
    return [
        Chart("Requests a second", [_sum(Google.REQUESTS, "ALIGN_RATE")], "1/s"),
        Chart("Server errors a minute", [errors]),
        _percentile("Latency of warm requests, 99 %", Google.LATENCIES, 99, LATENCY.milliseconds),
        Chart("Refusals a minute, by code", [_sum(REFUSALS.type, by=("metric.label.code",))]),
        Chart("Instances", [_sum(Google.INSTANCES, "ALIGN_MAX")]),
        _percentile("Start of an instance, 95 %", Google.COLD_STARTS, 95),
    ]


def _events(dead_letters: str) -> list[Chart]:
    dead = _most(Google.WAITING, one_subscription(dead_letters), legend="waiting")
    oldest = _most(Google.OLDEST_WAITING, by=("resource.label.subscription_id",))
    counted = (LATE_NOTICES, UNRECONCILED, SILENT_METERS, UNSORTED_METERS, LOW_MARGINS)
    billing = [_sum(metric.type) for metric in counted]
    windows = [_windows("opened", [WINDOW_OPENED]), _windows("closed", WINDOW_CLOSED)]
    return [
        Chart("Oldest event not yet handled", [oldest], "s"),
        Chart("Dead letters, by function", [dead, _sum(BURIED.type)], threshold=1),
        Chart("Stuck, at each attempt of a sweep", [_sum(STUCK.type)], threshold=1),
        Chart("Veto windows opened and closed", windows),
        Chart(
            "Billing: late notices, lines that disagree, meters silent or unsorted, low margins",
            billing,
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
        of_metric(Google.SQL_CONNECTIONS, 'resource.type="cloudsql_database"'),
        "ALIGN_MAX",
        "REDUCE_SUM",
        by=("resource.label.database_id",),
    )
    return [
        Chart("Billable operations an hour", operations),
        Chart("Billed instance time", [_sum(Google.BILLED_TIME, "ALIGN_RATE")], "s/s"),
        Chart("Connections to PostgreSQL", [connections], threshold=sql_connections),
    ]


def _sum(
    metric: str, aligner: str = "ALIGN_DELTA", *of: str, by: Sequence[str] = BY_SERVICE
) -> Line:
    return Line(of_metric(metric, ON_CLOUD_RUN, *of), aligner, "REDUCE_SUM", by)


def _most(metric: str, *of: str, by: Sequence[str] = (), legend: str = "") -> Line:
    return Line(of_metric(metric, ON_PUBSUB, *of), "ALIGN_MAX", "REDUCE_MAX", by, legend)


def _percentile(title: str, metric: str, percent: int, threshold: float | None = None) -> Chart:
    points = of_metric(metric, ON_CLOUD_RUN)
    line = Line(points, "ALIGN_DELTA", f"REDUCE_PERCENTILE_{percent}", BY_SERVICE)
    return Chart(title, [line], "ms", threshold)


def _windows(legend: str, event_types: Iterable[str]) -> Line:
    of = of_metric(APPROVALS.type, ON_CLOUD_RUN, any_of("metric.labels.event_type", event_types))
    return Line(of, "ALIGN_DELTA", "REDUCE_SUM", legend=legend)
