"""The command that the release workflow calls, against stand-ins for gcloud and Monitoring."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.manifest import load_manifests
from tests.infra.release.conftest import ROOT, Cloud

NAMES = [each.name for each in load_manifests(ROOT).deployables]
AT_ONCE = ("--minutes=0", "--pause=0")


def series(revision: str, code: str, *numbers: int) -> dict[str, Any]:
    """A time series as Cloud Monitoring's REST answers have it."""
    service = revision.rpartition("-")[0]
    return {
        "metric": {"labels": {"response_code_class": code}},
        "resource": {"labels": {"service_name": service, "revision_name": revision}},
        "points": [{"value": {"int64Value": str(number)}} for number in numbers],
    }


def rollbacks(cloud: Cloud) -> dict[str, str]:
    """Where the traffic of each service was sent."""
    moves = [call for call in cloud.calls if call[2:3] == ["update-traffic"]]
    return {call[3]: call[4] for call in moves}


def test_a_release_with_errors_sends_all_traffic_back(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud.pages = [
        {"timeSeries": [series("agents-00002", "2xx", 40, 50)], "nextPageToken": "1"},
        {"timeSeries": [series("agents-00002", "5xx", 1, 1)]},
    ]
    assert cloud.release("remember") == 0
    assert cloud.release("watch", *AT_ONCE) == 1
    said = capsys.readouterr().out
    assert "roll back: agents 2/92 (2.17%)" in said
    assert rollbacks(cloud) == {
        name: f"--to-revisions={name}-00001=100" for name in NAMES if name != "audit-reactions"
    }
    assert "audit-reactions: is new, there is nothing to go back to" in said


def test_a_sound_release_stays(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    cloud.pages = [{"timeSeries": [series("agents-00002", "2xx", 400)]}]
    cloud.release("remember")
    assert (cloud.release("watch", *AT_ONCE), rollbacks(cloud)) == (0, {})
    assert "keep: agents 0/400 (0.00%)" in capsys.readouterr().out


def test_refused_requests_roll_nothing_back(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud.pages = [
        {"timeSeries": [series("agents-00002", "2xx", 10), series("agents-00002", "4xx", 90_000)]}
    ]
    cloud.release("remember")
    assert (cloud.release("watch", *AT_ONCE), rollbacks(cloud)) == (0, {})
    assert "keep: agents 0/10 (0.00%)" in capsys.readouterr().out


def test_refused_requests_do_not_hide_a_failing_release(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = {"2xx": 10, "4xx": 90_000, "5xx": 5}
    cloud.pages = [{"timeSeries": [series("agents-00002", *each) for each in answers.items()]}]
    cloud.release("remember")
    assert cloud.release("watch", *AT_ONCE) == 1
    assert "roll back: agents 5/15 (33.33%)" in capsys.readouterr().out


def test_errors_of_the_revision_that_was_replaced_blame_nobody(cloud: Cloud) -> None:
    cloud.pages = [{"timeSeries": [series("agents-00001", "5xx", 400)]}]
    cloud.release("remember")
    assert cloud.release("watch", *AT_ONCE) == 0


def test_what_is_asked_is_this_projects_requests_since_the_deployment(cloud: Cloud) -> None:
    cloud.release("remember")
    cloud.release("watch", *AT_ONCE)
    ((path, authorization),) = cloud.asked
    asked = parse_qs(urlsplit(path).query)
    assert urlsplit(path).path == "/v3/projects/assent-test/timeSeries"
    assert asked["filter"] == [
        'metric.type="run.googleapis.com/request_count" AND resource.labels.location="us-central1"'
    ]
    assert asked["interval.startTime"] < asked["interval.endTime"]
    assert authorization == "Bearer a-token"


def test_a_release_is_rolled_back_by_hand(cloud: Cloud) -> None:
    cloud.release("remember")
    assert cloud.release("roll-back") == 0
    assert rollbacks(cloud)["mobile-api"] == "--to-revisions=mobile-api-00001=100"


def test_a_deployment_ends_a_rollback_of_every_service_there_is(cloud: Cloud) -> None:
    assert cloud.release("newest") == 0
    assert rollbacks(cloud) == {name: "--to-latest" for name in NAMES if name != "audit-reactions"}


def test_a_gcloud_that_fails_is_told_and_nothing_is_rolled_back(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud.program.write_text("#!/bin/sh\necho denied >&2\nexit 1\n")
    assert cloud.release("remember") == 2
    assert "denied" in capsys.readouterr().err


def test_a_monitoring_that_does_not_answer_is_told_and_nothing_is_rolled_back(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud.release("remember")
    assert cloud.release("watch", *AT_ONCE, "--monitoring=http://127.0.0.1:9") == 2
    assert "refused" in capsys.readouterr().err
    assert rollbacks(cloud) == {}
