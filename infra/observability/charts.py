"""Charts as Cloud Monitoring's dashboards take them
(https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# Rates and percentiles of a metric that is written once a minute.
PERIOD = "60s"


@dataclass(frozen=True)
class Line:
    """The data of a chart: a filter of Cloud Monitoring with its aggregation or, where there is
    none, a PromQL query (the only one that can add up a distribution's values)."""

    query: str
    aligner: str = ""
    reducer: str = "REDUCE_NONE"
    by: tuple[str, ...] = ()
    legend: str = ""

    def data_set(self) -> dict[str, Any]:
        """The chart's data set."""
        return {
            "plotType": "LINE",
            "targetAxis": "Y1",
            "legendTemplate": self.legend,
            "timeSeriesQuery": self._filter() if self.aligner else {"prometheusQuery": self.query},
        }

    def _filter(self) -> dict[str, Any]:
        aggregation = {
            "alignmentPeriod": PERIOD,
            "perSeriesAligner": self.aligner,
            "crossSeriesReducer": self.reducer,
            "groupByFields": list(self.by),
        }
        return {"timeSeriesFilter": {"filter": self.query, "aggregation": aggregation}}


@dataclass(frozen=True)
class Chart:
    """Lines over time; `threshold` is the value from which a person should look."""

    title: str
    lines: Sequence[Line]
    unit: str
    threshold: float | None = None

    def widget(self) -> dict[str, Any]:
        """The dashboard's widget."""
        thresholds = [] if self.threshold is None else [{"value": self.threshold}]
        return {
            "title": f"{self.title} [{self.unit}]" if self.unit != "1" else self.title,
            "xyChart": {
                "dataSets": [line.data_set() for line in self.lines],
                "thresholds": thresholds,
                "yAxis": {"scale": "LINEAR"},
            },
        }


def text(content: str) -> dict[str, Any]:
    """A widget with a Markdown text."""
    return {"text": {"content": content, "format": "MARKDOWN"}}


def prometheus_name(metric: str) -> str:
    """The PromQL name of a metric: the first slash becomes a colon, any other character but letters
    and digits an underscore (https://cloud.google.com/monitoring/promql/promql-mapping)."""
    domain, _, path = metric.partition("/")
    clean = str.maketrans(dict.fromkeys("/.-", "_"))
    return f"{domain.translate(clean)}:{path.translate(clean)}"
