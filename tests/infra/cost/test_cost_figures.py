"""What is on record is within its aims, and is told truly."""

import io
import json
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from rich.console import Console

from infra.cost.__main__ import main
from infra.cost.billing import Bill, Charge
from infra.cost.figures import (
    BUDGETS,
    Costs,
    Figure,
    costs_of,
    figures_of,
    over_budget,
    write_figures,
)
from infra.cost.measured import Measurement
from infra.cost.month import Month, month_of
from infra.cost.report import bar, chart, show
from infra.cost.units import FILE, units_of
from shared.kit.pricing import load_prices
from tests.benchmarks.combining import together
from tests.infra.cost.checkout import ROOT

PRICES = load_prices()
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def month() -> Month:
    return month_of(Measurement.load())


@pytest.fixture(scope="module")
def figures(month: Month) -> dict[str, Figure]:
    return figures_of(month, PRICES)


@pytest.fixture(scope="module")
def costs(month: Month) -> Costs:
    return costs_of(month, PRICES)


def test_units_that_billing_reckons_with_are_those_on_record(month: Month) -> None:
    recorded = json.loads(FILE.read_text(encoding="utf-8"))
    assert recorded == units_of(month, PRICES), "write them anew: python -m infra.cost.units"


def test_what_is_on_record_is_within_its_aims(figures: dict[str, Figure]) -> None:
    # Missed, as docs/LIMITATIONS.md says; whoever meets it removes both.
    assert {name for name, figure in figures.items() if figure.met is False} == {
        "usd_per_run",
        "reference_after_a_year_usd_month",
    }


def test_what_is_on_record_is_within_its_budgets(figures: dict[str, Figure]) -> None:
    assert over_budget(figures) == []


@pytest.mark.parametrize("name", BUDGETS)
def test_a_budget_that_is_exceeded_is_named(figures: dict[str, Figure], name: str) -> None:
    at_most = {**figures, name: Figure(BUDGETS[name], "USD/month", BUDGETS[name])}
    assert over_budget(at_most) == []
    dearer = {**figures, name: Figure(BUDGETS[name] + 0.01, "USD/month", BUDGETS[name])}
    (sentence,) = over_budget(dearer)
    assert sentence.startswith(f"{name} is ${BUDGETS[name] + 0.01:.2f}, above its budget")


def test_every_other_figure_only_reports(figures: dict[str, Figure]) -> None:
    others = {name: Figure(1e6, each.unit, each.aim) for name, each in figures.items()}
    assert over_budget({**others, **{name: figures[name] for name in BUDGETS}}) == []


def test_the_decision_names_the_budgets() -> None:
    decision = (ROOT / "docs/decisions/0028-what-the-stack-may-cost.md").read_text()
    assert all(f"${budget:.2f}" in decision for budget in BUDGETS.values())


def test_the_figures_that_have_an_aim_are_those_that_were_promised(
    figures: dict[str, Figure],
) -> None:
    assert {name: figure.aim for name, figure in figures.items() if figure.aim} == {
        **BUDGETS,
        "usd_per_creation": 0.0001,
        "usd_per_run": 0.0001,
        "commits_per_creation": 10,
        "stored_bytes_per_creation": 60_000,
        "reference_after_a_year_usd_month": 45,
    }


def test_the_file_has_the_form_that_is_compared_over_time(
    figures: dict[str, Figure], tmp_path: Path
) -> None:
    write_figures(figures, tmp_path / "new" / "cost.json")
    written = json.loads((tmp_path / "new" / "cost.json").read_text())
    assert written.keys() == figures.keys()
    for each in written.values():
        assert each.keys() == {"value", "unit", "floor", "ratio", "aim", "met"}
    assert written["idle_usd_month"]["met"] is True


def test_the_tables_name_every_service_and_every_function(
    month: Month, figures: dict[str, Figure], costs: Costs
) -> None:
    out = io.StringIO()
    show(Console(file=out, width=120), month, PRICES, costs, figures)
    text = out.getvalue()
    for service in {each.service for each in (PRICES.operations | PRICES.resources).values()}:
        assert service in text
    for deployable in month.manifests.deployables:
        assert deployable.name in text
    for each in (costs.idle, costs.reference, costs.hundredfold):
        assert text.count(f"{each.usd:,.2f}") >= 2


def test_the_picture_has_a_bar_for_each_service_as_long_as_its_price() -> None:
    charges = (
        Charge("firestore-reads", "Firestore", "agents", 1, 3.0),
        Charge("log-gib", "Logging", "agents", 1, 1.0),
        Charge("sql-ssd-gib", "Cloud SQL", "platform", 1, 4.0),
        Charge("requests", "Cloud Run", "agents", 1, 0.001),
    )
    picture = Xml.fromstring(chart({"Idle & <quiet>": Bill(charges)}))
    bars = [float(found.attrib["width"]) for found in picture.iter(f"{SVG}rect")]
    longest = max(bars)
    assert sorted(bars) == pytest.approx([longest / 4, 3 * longest / 4, longest])
    words = [found.text for found in picture.iter(f"{SVG}text")]
    assert words[0] == "Idle & <quiet>: $8.00 a month"
    assert [word for word in words if word in {"Firestore", "Cloud SQL", "Logging"}] == [
        "Cloud SQL",
        "Firestore",
        "Logging",
    ]


@pytest.mark.parametrize(("value", "letters"), [(0.0, 0), (5.0, 10), (10.0, 20)])
def test_a_bar_in_the_terminal_is_as_long_as_its_share(value: float, letters: int) -> None:
    assert bar(value, 10.0) == "█" * letters


def test_the_command_passes_what_is_on_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--check", "--into", str(tmp_path)]) == 0
    assert "together" in capsys.readouterr().out
    assert {file.name for file in tmp_path.iterdir()} == {"cost.json", "cost.svg"}


def test_the_command_refuses_what_became_dearer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recorded = Measurement.load()
    dearer = {name: together(*[action] * 3) for name, action in recorded.actions.items()}
    recorded.model_copy(update={"actions": dearer}).save(tmp_path / "dearer.json")
    arguments = ["--measured", str(tmp_path / "dearer.json"), "--into", str(tmp_path)]
    assert main([*arguments, "--check"]) == 1
    assert "reference_usd_month" in capsys.readouterr().out
    assert main(arguments) == 0
