"""Dearer by more than a twentieth needs a decision that says the figure."""

import pytest

from infra.cost.figures import Figure
from infra.cost.gate import TOLERATED, Baseline, decision_of, objections
from tests.infra.cost.checkout import ROOT

DECISION = "docs/decisions/0001-functions-per-capability.md"
ACCEPTED = Baseline(usd_month={"idle_usd_month": 10.0}, decision=DECISION)
TEXT = "The stack may cost $10.00 a month when nobody acts."


def _objections(usd: float, text: str | None = TEXT) -> list[str]:
    return list(objections({"idle_usd_month": Figure(usd, "USD/month")}, ACCEPTED, text))


@pytest.mark.parametrize("usd", [3.0, 10.0, 10.0 * TOLERATED])
def test_up_to_a_twentieth_more_goes_in(usd: float) -> None:
    assert _objections(usd) == []


def test_more_than_a_twentieth_does_not() -> None:
    (objection,) = _objections(10.6)
    assert "$10.60, 6 % above the accepted $10.00" in objection


def test_a_baseline_that_its_decision_does_not_mention_does_not() -> None:
    (objection,) = _objections(10.0, "The stack may cost $9.00 a month.")
    assert "does not say" in objection


def test_a_baseline_without_a_decision_does_not() -> None:
    (objection,) = _objections(10.0, None)
    assert objection == f"{DECISION} does not exist"


def test_the_committed_baseline_is_what_its_decision_says() -> None:
    baseline = Baseline.load()
    text = decision_of(baseline, ROOT)
    figures = {name: Figure(usd, "USD/month") for name, usd in baseline.usd_month.items()}
    assert list(objections(figures, baseline, text)) == []
    assert baseline.usd_month.keys() == {"idle_usd_month", "reference_usd_month"}
