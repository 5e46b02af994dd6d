"""One page, whose every line is drawn from something that is written."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.observability.dashboard import prometheus_name
from infra.observability.metrics import LOG_METRICS, Google
from infra.observability.objectives import OBJECTIVES
from infra.preview import Graph

DASHBOARD = "gcp:monitoring/dashboard:Dashboard"
METRIC = "gcp:logging/metric:Metric"


@pytest.fixture(scope="module")
def page(prod: Graph) -> Any:
    (dashboard,) = prod.of(DASHBOARD)
    return json.loads(dashboard.inputs["dashboardJson"])


def _tiles(page: Any) -> list[Any]:
    tiles: list[Any] = page["mosaicLayout"]["tiles"]
    return tiles


def _queries(page: Any) -> Iterator[str]:
    for tile in _tiles(page):
        for data_set in tile["widget"].get("xyChart", {}).get("dataSets", []):
            query = data_set["timeSeriesQuery"]
            yield query.get("prometheusQuery") or query["timeSeriesFilter"]["filter"]


def test_every_metric_drawn_is_ours_or_googles(prod: Graph, page: Any) -> None:
    ours = {f"logging.googleapis.com/user/{each.inputs['name']}" for each in prod.of(METRIC)}
    in_promql = {f"{prometheus_name(metric)}_sum" for metric in ours}
    for query in _queries(page):
        metrics = set(re.findall(r'metric\.type="([^"]+)"', query))
        promql = set(re.findall(r"\w+_googleapis_com:\w+", query))
        assert metrics or promql or query.startswith("select_slo_budget_fraction"), query
        assert metrics <= ours | set(Google)
        assert promql <= in_promql


def test_every_metric_we_pay_for_is_drawn(page: Any) -> None:
    drawn = "\n".join(_queries(page))
    for metric in LOG_METRICS:
        assert metric.type in drawn or prometheus_name(metric.type) in drawn


def test_every_google_metric_we_name_is_drawn_or_watched(prod: Graph, page: Any) -> None:
    policies = prod.of("gcp:monitoring/alertPolicy:AlertPolicy")
    used = "\n".join([*_queries(page), *(json.dumps(each.inputs) for each in policies)])
    assert all(metric in used for metric in set(Google))


def test_every_objectives_budget_is_drawn(page: Any) -> None:
    drawn = [query for query in _queries(page) if query.startswith("select_slo_budget_fraction")]
    assert {query.rstrip('")').rpartition("/")[2] for query in drawn} == {
        objective.name for objective in OBJECTIVES
    }


def test_the_database_is_drawn_against_what_its_tier_takes(prod: Graph, page: Any) -> None:
    (chart,) = [
        tile["widget"]["xyChart"]
        for tile in _tiles(page)
        if "num_backends" in json.dumps(tile["widget"])
    ]
    assert chart["thresholds"] == [{"value": prod.settings.sql_connections}]


def test_no_tile_covers_another_or_leaves_the_page(page: Any) -> None:
    columns = page["mosaicLayout"]["columns"]
    covered: set[tuple[int, int]] = set()
    for tile in _tiles(page):
        x, y = tile.get("xPos", 0), tile.get("yPos", 0)
        assert x + tile["width"] <= columns
        cells = {(x + i, y + j) for i in range(tile["width"]) for j in range(tile["height"])}
        assert not cells & covered
        covered |= cells


def test_every_chart_says_what_it_shows(page: Any) -> None:
    titles = [tile["widget"]["title"] for tile in _tiles(page)[1:]]
    assert all(titles)
    assert len(titles) == len(set(titles)) <= 18


@given(st.from_regex(r"[a-z]+\.googleapis\.com/[a-z_/]{1,40}", fullmatch=True))
def test_a_name_in_promql_has_one_colon_after_its_domain(metric: str) -> None:
    domain, _, path = metric.partition("/")
    name = prometheus_name(metric)
    assert re.fullmatch(r"[a-z_]+:[a-z_]+", name)
    assert len(name) == len(domain) + 1 + len(path)
