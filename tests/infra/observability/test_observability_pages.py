"""docs/operations/slos.md says what the program does."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.observability.metrics import LOG_METRICS, ON_PRIVATE_SIDES, ON_PUBLIC_SIDES
from infra.observability.objectives import FAST, OBJECTIVES, SLOW, Within
from infra.preview import Graph
from shared.kit.pricing import PRICES_FILE

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "operations" / "slos.md").read_text()
POLICY = "gcp:monitoring/alertPolicy:AlertPolicy"
MINUTES_A_MONTH = 730 * 60
EVALUATIONS_A_MONTH = 86_400
BYTES_OF_A_COUNT = 8
BYTES_OF_A_DISTRIBUTION = 80


def _rows() -> Iterator[list[str]]:
    for line in PAGE.splitlines():
        if line.startswith("|") and not line.startswith("|-"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def _row(first: str) -> list[str]:
    (row,) = [row for row in _rows() if f"`{first}`" in row[0]]
    return row


def test_every_objective_is_told_in_the_programs_words() -> None:
    for objective in OBJECTIVES:
        row = next(row for row in _rows() if row[0] == f"`{objective.name}`")
        assert row[1] == objective.promise
        every = round(1 / (1 - objective.goal))
        assert row[3].startswith(f"1 of {every:,} ")
        if isinstance(objective.good, Within):
            assert f"cut at {objective.good.milliseconds:,} ms" in row[2]


def test_both_burn_rates_are_told() -> None:
    for burn in (FAST, SLOW):
        (row,) = [row for row in _rows() if row[0] == burn.name]
        assert row[1] == f"{burn.factor:g} times too fast"
        assert row[2] == f"{burn.long_seconds // 3600} h"
        assert row[3] == f"{burn.short_seconds // 60} min"
        assert row[4].startswith(f"{burn.budget_consumed:.0%}".replace("%", " %"))
        assert row[5].startswith(burn.severity)


def test_every_alert_is_told_with_its_runbook(prod: Graph) -> None:
    for policy in prod.of(POLICY):
        row = _row(policy.name.partition("/")[2])
        assert policy.inputs["userLabels"]["runbook"] in row[-1]
        if len(row) == 4:
            assert row[2] == policy.inputs["severity"]


def test_no_alert_is_told_that_there_is_not(prod: Graph) -> None:
    alerts = {policy.name.partition("/")[2] for policy in prod.of(POLICY)}
    told = {
        name
        for row in _rows()
        for name in re.findall(r"`([a-z-]+)`", row[0])
        if len(row) == 4 and "`" in row[0]
    }
    assert told - {objective.name for objective in OBJECTIVES} <= alerts


def test_our_metrics_write_no_more_than_is_told_even_when_every_service_is_busy(
    prod: Graph,
) -> None:
    total = 0
    services = len(prod.manifests.deployables)
    reactions = sum(1 for each in prod.manifests.deployables if not each.public)
    for metric in LOG_METRICS:
        a_point = BYTES_OF_A_DISTRIBUTION if metric.value else BYTES_OF_A_COUNT
        one_service = any('service_name="' in condition for condition in metric.conditions)
        writers = 1 if one_service else services
        if "jsonPayload.lag_milliseconds" in metric.value or ON_PRIVATE_SIDES in metric.conditions:
            writers = min(writers, reactions)
        elif ON_PUBLIC_SIDES in metric.conditions:
            writers = services - reactions
        series = writers
        if metric.labels:
            # Nobody but Google calls a private side, which refuses for few reasons.
            series = 20 if one_service else 20 * (services - reactions) + 4 * reactions
        total += a_point * series * MINUTES_A_MONTH
    (said,) = re.findall(r"at most (\d+) MiB", PAGE)
    assert int(said) - 1 < total / 2**20 <= int(said)


def test_what_alerts_will_cost_is_told_from_the_price_list(prod: Graph) -> None:
    prices = tomllib.loads(PRICES_FILE.read_text())["resources"]
    a_condition, a_point = prices["alert-metric-references"], prices["alert-points"]
    conditions = [c for policy in prod.of(POLICY) for c in policy.inputs["conditions"]]
    # Those return a point at every evaluation; the others only while there is something to tell.
    steady = sum("5xx" not in json.dumps(c) and "assent_" not in json.dumps(c) for c in conditions)
    points = steady * EVALUATIONS_A_MONTH * a_point["usd"] / a_point["per"]
    assert f"each of {len(conditions)} conditions" in PAGE
    (told,) = re.findall(r"about \$([\d.]+) ", PAGE)
    assert float(told) == pytest.approx(len(conditions) * a_condition["usd"] + points, abs=0.05)
    assert f"until {a_condition['effective']}" in PAGE


def test_what_the_uptime_check_wakes_is_told(prod: Graph) -> None:
    (check,) = prod.of("gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig")
    moments = MINUTES_A_MONTH * 60 // int(check.inputs["period"].removesuffix("s"))
    assert f"at most {moments:,} times" in PAGE
    assert f"{moments * len(check.inputs['selectedRegions']):,} executions" in PAGE
