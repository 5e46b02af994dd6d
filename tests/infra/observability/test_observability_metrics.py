"""Each metric counts the lines our code really logs, and no others."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from fastapi import APIRouter

from events import approvals
from events.registry import published_types
from infra.observability.log_metrics import (
    APPROVALS,
    BURIED,
    COSTS,
    EFFECT_LAG,
    EFFECTS,
    EVENT_LAG,
    LOG_METRICS,
    READ_MODEL,
    REFUSALS,
    LogMetric,
)
from infra.preview import Graph
from shared.kit.operations import Kind, count
from shared.messaging import pubsub
from shared.messaging.dead_letters import REDELIVERS
from shared.messaging.envelope import Envelope
from shared.runtime.app import create_api
from shared.runtime.entry_points import public_app
from shared.runtime.reactions import create_reactions
from tests.infra.observability.log_filters import extracted, matches
from tests.infra.observability.logged import ask, event, listening

METRIC = "gcp:logging/metric:Metric"
APPROVED = approvals.ApprovalApproved.event_type


def test_every_metric_is_deployed_as_it_is_tested_here(prod: Graph) -> None:
    deployed = {each.inputs["name"]: each.inputs for each in prod.of(METRIC)}
    assert {name: inputs["filter"] for name, inputs in deployed.items()} == {
        metric.name: metric.filter for metric in LOG_METRICS
    }
    for metric in LOG_METRICS:
        extractor = deployed[metric.name].get("valueExtractor")
        assert extractor == (f"EXTRACT({metric.value})" if metric.value else None)


def test_the_services_that_filters_name_are_deployed(prod: Graph) -> None:
    deployed = {each.inputs["name"] for each in prod.of("gcp:cloudrunv2/service:Service")}
    assert {READ_MODEL, EFFECTS} <= deployed


def test_labels_are_few_and_declared(prod: Graph) -> None:
    for each in prod.of(METRIC):
        declared = {label["key"] for label in each.inputs["metricDescriptor"]["labels"]}
        assert declared == set(each.inputs.get("labelExtractors", {}))
        assert len(declared) <= 1


async def test_a_request_counts_its_billable_operations() -> None:
    router = APIRouter()

    @router.get("/v1/things")
    async def things() -> None:
        for number, kind in enumerate(get_args(Kind), start=1):
            count(kind, number)

    app = create_api(function="things", router=router)
    with listening() as logged:
        await ask(app, "GET", "/v1/things")
    (entry,) = logged.entries("things")
    numbers = dict(zip(get_args(Kind), range(1, 100), strict=False))
    for metric in COSTS:
        assert matches(metric.filter, entry)
        kind = metric.name.removeprefix("assent_").replace("_", "-")
        assert extracted(f"EXTRACT({metric.value})", entry) == numbers[kind]


async def test_a_request_that_costs_nothing_is_in_no_count_of_costs() -> None:
    app = public_app("mobile-api")
    with listening() as logged:
        await ask(app, "GET", "/v1/mobile/dashboard")
    (entry,) = logged.entries("mobile-api")
    assert not any(matches(metric.filter, entry) for metric in COSTS)


async def test_a_refusal_counts_under_its_code() -> None:
    app = public_app("mobile-api")
    with listening() as logged:
        await ask(app, "GET", "/v1/mobile/dashboard")
    (entry,) = logged.entries("mobile-api")
    assert matches(REFUSALS.filter, entry)
    assert extracted(REFUSALS.labels["code"], entry) == "unauthenticated"


async def test_an_answer_is_no_refusal() -> None:
    app = public_app("mobile-api")
    with listening() as logged:
        await ask(app, "GET", "/healthz")
    (entry,) = logged.entries("mobile-api")
    assert not matches(REFUSALS.filter, entry)


async def _handled(function: str, at: datetime, **headers: str) -> dict[str, object]:
    async def nothing(_: Envelope) -> None:
        return

    app = create_reactions(function=function, handlers={APPROVED: nothing})
    delivery = event(APPROVED, "approvals").model_copy(update={"time": at})
    with listening() as logged:
        answer = await ask(
            app, "POST", "/events/approvals", headers={**delivery.headers(), **headers}
        )
    assert answer.status_code == 204
    (entry,) = logged.entries(f"{function}-reactions")
    return entry


async def test_a_decisions_way_to_its_effect_is_measured_in_milliseconds() -> None:
    entry = await _handled("agents", datetime.now(UTC) - timedelta(seconds=3))
    assert matches(EFFECT_LAG.filter, entry)
    assert 3_000 <= extracted(f"EXTRACT({EFFECT_LAG.value})", entry) < 60_000
    assert matches(EVENT_LAG.filter, entry)
    assert not matches(APPROVALS.filter, entry)


async def test_an_events_way_to_the_read_model_is_measured_and_counted_by_its_type() -> None:
    entry = await _handled("mobile-api", datetime.now(UTC))
    assert matches(EVENT_LAG.filter, entry)
    assert not matches(EFFECT_LAG.filter, entry)
    assert matches(APPROVALS.filter, entry)
    assert extracted(APPROVALS.labels["event_type"], entry) == APPROVED


async def test_a_dead_letter_sent_again_says_nothing_of_the_platforms_speed() -> None:
    entry = await _handled("agents", datetime.now(UTC) - timedelta(days=3), **{REDELIVERS: "x/y"})
    assert not matches(EVENT_LAG.filter, entry)
    assert not matches(EFFECT_LAG.filter, entry)


async def test_what_is_delivered_again_later_is_not_handled_yet() -> None:
    async def fails(_: Envelope) -> None:
        raise RuntimeError

    app = create_reactions(function="agents", handlers={APPROVED: fails})
    with listening() as logged:
        await ask(app, "POST", "/events/approvals", headers=event(APPROVED, "approvals").headers())
    for entry in logged.entries("agents-reactions"):
        assert not matches(EVENT_LAG.filter, entry)
        assert not matches(BURIED.filter, entry)


async def test_what_can_never_succeed_counts_as_buried_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Nobody listens there: the line is written before the dead letter is.
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", "127.0.0.1:9")
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "assent-local")
    monkeypatch.setattr(pubsub, "RETRIED_FOR_SECONDS", 0.1)
    app = create_reactions(function="agents", handlers={})
    with listening() as logged:
        answer = await ask(app, "POST", "/events/approvals", content=b"not an event")
    assert answer.status_code == 503
    buried = [e for e in logged.entries("agents-reactions") if matches(BURIED.filter, e)]
    assert len(buried) == 1


def test_approvals_are_known_by_the_types_that_are_published() -> None:
    published = [type for types in published_types().values() for type in types]
    counted = {type for type in published if type.startswith("assent.approval.")}
    assert counted
    for type in published:
        payload = {"logger": "assent.request", "outcome": "handled", "event_type": type}
        assert matches(APPROVALS.filter, _from(READ_MODEL, payload)) == (type in counted)


@pytest.mark.parametrize("metric", LOG_METRICS, ids=lambda metric: metric.name)
def test_a_stranger_line_counts_nowhere(metric: LogMetric) -> None:
    payload = {
        "logger": "uvicorn.error",
        "message": "dead-lettered: no",
        "outcome": "handled",
    }
    assert not matches(metric.filter, _from(READ_MODEL, payload, severity="ERROR"))


def _from(service: str, payload: Mapping[str, object], severity: str = "INFO") -> dict[str, object]:
    resource = {"type": "cloud_run_revision", "labels": {"service_name": service}}
    return {"severity": severity, "resource": resource, "jsonPayload": payload}
