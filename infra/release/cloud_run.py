"""The serving revisions, by the gcloud command, and their answers, from Cloud Monitoring."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

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

# Percent by revision.
Traffic = Mapping[str, int]


@dataclass(frozen=True)
class CloudRun:
    """The services of one project and region. If gcloud fails, every method raises
    subprocess.CalledProcessError."""

    project: str
    region: str

    def traffic(self, service: str) -> Traffic:
        """The current traffic by revision; empty for a service that does not exist."""
        listed = self._services("list", f"--filter=metadata.name={service}", "--format=json")
        for each in json.loads(listed):
            targets = each.get("status", {}).get("traffic", [])
            return {one["revisionName"]: one["percent"] for one in targets if one.get("percent")}
        return {}

    def send_to(self, service: str, traffic: Traffic) -> None:
        """Sends requests to these revisions from now on, also after newer ones are deployed."""
        shares = ",".join(f"{revision}={percent}" for revision, percent in traffic.items())
        self._services("update-traffic", service, f"--to-revisions={shares}", "--quiet")

    def send_to_newest(self, service: str) -> None:
        """Sends requests to the newest revision from now on, and to each newer one."""
        self._services("update-traffic", service, "--to-latest", "--quiet")

    def answers(self, since: datetime, until: datetime, base: str = MONITORING) -> Iterator[Sample]:
        """The answers of every revision between two moments. Google counts a request two or three
        minutes later (https://cloud.google.com/monitoring/api/metrics_gcp_p_z). Raises
        httpx.HTTPError if Cloud Monitoring does not answer, or refuses."""
        query = (
            ("filter", f'metric.type="{REQUESTS}" AND resource.labels.location="{self.region}"'),
            ("interval.startTime", format_instant(since)),
            ("interval.endTime", format_instant(until)),
            ("aggregation.alignmentPeriod", "60s"),
            ("aggregation.perSeriesAligner", "ALIGN_SUM"),
            ("aggregation.crossSeriesReducer", "REDUCE_SUM"),
            *(("aggregation.groupByFields", group) for group in _GROUPS),
        )
        url = f"{base}/v3/projects/{self.project}/timeSeries"
        token = _gcloud("auth", "print-access-token").strip()
        headers = {"Authorization": f"Bearer {token}"}
        page: str | None = ""
        while page is not None:
            asked = httpx.QueryParams((*query, ("pageToken", page)))
            answer = httpx.get(url, params=asked, headers=headers, timeout=_SECONDS)
            content = answer.raise_for_status().json()
            yield from map(_sample, content.get("timeSeries", ()))
            page = content.get("nextPageToken") or None

    def _services(self, *arguments: str) -> str:
        where = [f"--project={self.project}", f"--region={self.region}"]
        return _gcloud("run", "services", *arguments, *where)


def _sample(series: dict[str, Any]) -> Sample:
    labels = series["resource"]["labels"]
    number = sum(int(point["value"]["int64Value"]) for point in series["points"])
    answered = series["metric"]["labels"]["response_code_class"]
    requests = 0 if answered == "4xx" else number
    errors = number if answered == "5xx" else 0
    return Sample(labels["service_name"], labels["revision_name"], requests, errors)


def _gcloud(*arguments: str) -> str:
    return subprocess.run(["gcloud", *arguments], check=True, capture_output=True, text=True).stdout
