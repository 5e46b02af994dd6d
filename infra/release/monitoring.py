"""The services' answers, counted by Cloud Monitoring."""

import json
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from infra.release.verdict import Sample
from shared.kit.instants import format_instant

MONITORING = "https://monitoring.googleapis.com"
REQUESTS = "run.googleapis.com/request_count"

_GROUPS = (
    "resource.labels.service_name",
    "resource.labels.revision_name",
    "metric.labels.response_code_class",
)
_SECONDS = 30


def read_samples(
    *,
    project: str,
    region: str,
    since: datetime,
    until: datetime,
    token: str,
    base: str = MONITORING,
) -> list[Sample]:
    """The answers of every Cloud Run revision between two moments. Google counts a request two or
    three minutes later (https://cloud.google.com/monitoring/api/metrics_gcp_p_z). Raises OSError if
    Cloud Monitoring does not answer, or refuses."""
    query = [
        ("filter", f'metric.type="{REQUESTS}" AND resource.labels.location="{region}"'),
        ("interval.startTime", format_instant(since)),
        ("interval.endTime", format_instant(until)),
        ("aggregation.alignmentPeriod", "60s"),
        ("aggregation.perSeriesAligner", "ALIGN_SUM"),
        ("aggregation.crossSeriesReducer", "REDUCE_SUM"),
        *(("aggregation.groupByFields", group) for group in _GROUPS),
    ]
    url = f"{base}/v3/projects/{project}/timeSeries"
    samples: list[Sample] = []
    page = ""
    while True:
        answer = _get(f"{url}?{urlencode([*query, ('pageToken', page)])}", token)
        samples += _samples(answer)
        page = answer.get("nextPageToken", "")
        if not page:
            return samples


def _samples(answer: dict[str, Any]) -> Iterator[Sample]:
    for series in answer.get("timeSeries", ()):
        labels = series["resource"]["labels"]
        number = sum(int(point["value"]["int64Value"]) for point in series["points"])
        failed = series["metric"]["labels"]["response_code_class"] == "5xx"
        yield Sample(
            labels["service_name"], labels["revision_name"], number, number if failed else 0
        )


def _get(url: str, token: str) -> dict[str, Any]:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=_SECONDS) as response:  # noqa: S310
        answer: dict[str, Any] = json.load(response)
    return answer
