"""Every alert tells somebody, says how bad it is and what to do, and watches what is written."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.observability.metrics import Google
from infra.observability.objectives import FAST, HOUR, OBJECTIVES, SLOW, BurnRate
from infra.preview import Graph

ROOT = Path(__file__).parents[3]
RUNBOOKS = ROOT / "docs" / "runbooks"
WRITTEN = {
    *("deploy", "roll-back", "dead-letters", "stuck-case"),
    *("compromised-key", "restore", "region-loss", "cost-spike"),
    *("stripe-webhooks-stopped", "wrong-invoice", "unsorted-meter"),
}
POLICY = "gcp:monitoring/alertPolicy:AlertPolicy"
CHANNEL = "gcp:monitoring/notificationChannel:NotificationChannel"
METRIC = "gcp:logging/metric:Metric"
SLO = "gcp:monitoring/slo:Slo"
BURN_RATE = re.compile(
    r'select_slo_burn_rate\("projects/([^/]+)/services/assent/[^/]+/([^"]+)", "(\d+)s"\)'
)
# Each is billed from September 2027 on: docs/operations/slos.md says what they will cost.
CONDITIONS = 21


def _policies(graph: Graph) -> dict[str, Mapping[str, Any]]:
    return {each.name.partition("/")[2]: each.inputs for each in graph.of(POLICY)}


def _thresholds(graph: Graph) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, policy in _policies(graph).items():
        for condition in policy["conditions"]:
            yield name, condition["conditionThreshold"]


def test_every_alert_tells_the_address_of_the_stack(prod: Graph) -> None:
    (channel,) = prod.of(CHANNEL)
    assert channel.inputs["labels"] == {"email_address": prod.settings.alert_email}
    for policy in _policies(prod).values():
        assert policy["notificationChannels"] == [channel.name]
        assert policy.get("enabled", True)


def test_every_alert_has_a_severity(prod: Graph) -> None:
    severities = {name: policy["severity"] for name, policy in _policies(prod).items()}
    assert set(severities.values()) <= {"CRITICAL", "ERROR", "WARNING"}
    assert severities["edge-down"] == "CRITICAL"
    assert severities["availability-fast-burn"] == "CRITICAL"


def test_every_alert_names_one_runbook_that_there_is(prod: Graph) -> None:
    for policy in _policies(prod).values():
        named = re.findall(r"docs/runbooks/([a-z-]+)\.md", policy["documentation"]["content"])
        assert named == [policy["userLabels"]["runbook"]]
        assert named[0] in WRITTEN
        if RUNBOOKS.is_dir():
            assert (RUNBOOKS / f"{named[0]}.md").is_file()


def test_every_metric_an_alert_watches_is_ours_or_googles(prod: Graph) -> None:
    ours = {f"logging.googleapis.com/user/{each.inputs['name']}" for each in prod.of(METRIC)}
    for name, threshold in _thresholds(prod):
        metrics = set(re.findall(r'metric\.type="([^"]+)"', threshold["filter"]))
        assert metrics or BURN_RATE.fullmatch(threshold["filter"]), name
        assert metrics <= ours | set(Google)


@pytest.mark.parametrize("kind", [POLICY, SLO])
def test_what_names_our_metric_is_made_after_it_and_once_google_knows_it(
    prod: Graph, kind: str
) -> None:
    urns = {each.inputs["name"]: each.urn for each in prod.of(METRIC)}
    services = {each.urn for each in prod.of("gcp:cloudrunv2/service:Service")}
    named = 0
    for each in prod.of(kind):
        for name in re.findall(r"googleapis\.com/user/(\w+)", str(each.inputs)):
            named += 1
            # A new metric is known after minutes: those that the images take.
            assert {urns[name], *services} <= set(each.after)
    assert named > 0


def test_every_objective_has_its_burn_rates_over_both_windows(prod: Graph) -> None:
    policies = _policies(prod)
    for objective in OBJECTIVES:
        assert objective.alerts
        for burn in objective.alerts:
            policy = policies[f"{objective.name}-{burn.name}-burn"]
            assert policy["combiner"] == "AND"
            watched = [each["conditionThreshold"] for each in policy["conditions"]]
            assert {each["thresholdValue"] for each in watched} == {burn.factor}
            assert [BURN_RATE.fullmatch(each["filter"]).groups() for each in watched] == [  # type: ignore[union-attr]
                (prod.settings.project, objective.name, str(burn.long_seconds)),
                (prod.settings.project, objective.name, str(burn.short_seconds)),
            ]


def test_what_users_feel_at_once_is_told_at_once_and_slowly(prod: Graph) -> None:
    fast = {name for name in _policies(prod) if name.endswith("-fast-burn")}
    slow = {name for name in _policies(prod) if name.endswith("-slow-burn")}
    assert fast == {"availability-fast-burn", "approval-to-effect-fast-burn"}
    assert slow == {f"{objective.name}-slow-burn" for objective in OBJECTIVES}


@pytest.mark.parametrize(("burn", "consumed"), [(FAST, 0.02), (SLOW, 0.05)])
def test_the_windows_are_the_sre_workbooks(burn: BurnRate, consumed: float) -> None:
    assert burn.budget_consumed == pytest.approx(consumed)
    assert burn.short_seconds * 12 == burn.long_seconds
    assert (burn.factor, burn.long_seconds // HOUR) in {(14.4, 1), (6, 6)}


def test_no_burn_rate_is_higher_than_everything_failing() -> None:
    for objective in OBJECTIVES:
        for burn in objective.alerts:
            assert burn.factor * (1 - objective.goal) < 1


def test_exactly_the_private_services_errors_are_counted(prod: Graph) -> None:
    (condition,) = _policies(prod)["reaction-errors"]["conditions"]
    found = re.search(r"one_of\(([^)]*)\)", condition["conditionThreshold"]["filter"])
    assert found is not None
    private = {each.name for each in prod.manifests.deployables if not each.public}
    assert set(re.findall(r'"([^"]+)"', found[1])) == private


def test_dead_letters_are_watched_where_they_lie(prod: Graph) -> None:
    (condition,) = _policies(prod)["dead-letters"]["conditions"]
    found = re.search(r'subscription_id="([^"]+)"', condition["conditionThreshold"]["filter"])
    assert found is not None
    subscriptions = prod.of("gcp:pubsub/subscription:Subscription")
    (theirs,) = [each for each in subscriptions if each.inputs["name"] == found[1]]
    # Nobody is pushed to: they lie there until a person pulls.
    assert "pushConfig" not in theirs.inputs
    assert "dead-letters" in theirs.inputs["topic"]


def test_alerts_are_few(prod: Graph) -> None:
    assert sum(1 for _ in _thresholds(prod)) == CONDITIONS


def test_a_stack_that_names_no_address_alerts_nobody_and_still_measures(
    unpaid_and_unwatched: Graph,
) -> None:
    assert unpaid_and_unwatched.count(POLICY) == unpaid_and_unwatched.count(CHANNEL) == 0
    assert unpaid_and_unwatched.count(METRIC) > 0
    assert unpaid_and_unwatched.count(SLO) == len(OBJECTIVES)
    assert any("alert_email" in warning for warning in unpaid_and_unwatched.warnings)
