"""What is promised is what is computed, over metrics that are cut exactly there."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from infra.observability.metrics import EFFECT_LAG, EVENT_LAG, READ_MODEL
from infra.observability.objectives import (
    AVAILABILITY,
    DAYS,
    EFFECT,
    LATENCY,
    OBJECTIVES,
    PROJECTION,
    Objective,
    Within,
)
from infra.preview import Graph

SLO = "gcp:monitoring/slo:Slo"


def _of(prod: Graph, objective: Objective) -> Mapping[str, Any]:
    return next(each.inputs for each in prod.of(SLO) if each.inputs["sloId"] == objective.name)


def test_the_four_promises_are_kept_track_of(prod: Graph) -> None:
    promised = {each.inputs["sloId"]: each.inputs["goal"] for each in prod.of(SLO)}
    assert promised == {
        "availability": 0.999,
        "latency": 0.99,
        "approval-to-effect": 0.95,
        "event-to-projection": 0.95,
    }
    assert {each.inputs["rollingPeriodDays"] for each in prod.of(SLO)} == {DAYS}


@pytest.mark.parametrize(
    ("objective", "milliseconds"), [(LATENCY, 200), (EFFECT, 5_000), (PROJECTION, 2_000)]
)
def test_what_is_fast_enough_is_what_was_promised(
    prod: Graph, objective: Objective, milliseconds: int
) -> None:
    cut = _of(prod, objective)["requestBasedSli"]["distributionCut"]
    assert cut["range"] == {"min": 0, "max": milliseconds}


def test_a_cut_in_one_of_our_metrics_is_at_a_bound_of_its_buckets() -> None:
    ours = {metric.type: metric for metric in (EFFECT_LAG, EVENT_LAG)}
    cuts = [each.good for each in OBJECTIVES if isinstance(each.good, Within)]
    for cut in cuts:
        if cut.metric in ours:
            assert cut.milliseconds in ours[cut.metric].bounds
            assert ours[cut.metric].unit == "ms"
    assert {cut.metric for cut in cuts} >= set(ours)


@pytest.mark.parametrize("objective", [AVAILABILITY, LATENCY], ids=lambda each: each.name)
def test_exactly_the_public_services_count(prod: Graph, objective: Objective) -> None:
    sli = _of(prod, objective)["requestBasedSli"]
    for filter in _filters(sli):
        found = re.search(r"service_name=one_of\(([^)]*)\)", filter)
        assert found is not None
        named = set(re.findall(r'"([^"]+)"', found[1]))
        assert named == {each.name for each in prod.manifests.deployables if each.public}


def test_an_error_is_a_server_error_among_all_requests(prod: Graph) -> None:
    ratio = _of(prod, AVAILABILITY)["requestBasedSli"]["goodTotalRatio"]
    added = ratio["badServiceFilter"].removeprefix(ratio["totalServiceFilter"])
    assert added == ' AND metric.labels.response_code_class="5xx"'


def test_the_projection_is_the_read_models_and_not_every_readers(prod: Graph) -> None:
    sli = _of(prod, PROJECTION)["requestBasedSli"]
    assert all(f'service_name="{READ_MODEL}"' in filter for filter in _filters(sli))


def _filters(sli: Mapping[str, Any]) -> list[str]:
    return [value for part in sli.values() for value in part.values() if isinstance(value, str)]
