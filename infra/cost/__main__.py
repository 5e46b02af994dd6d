"""`make cost`: prices the stack from the manifests, the cloud program, the price list and what was
measured."""

import argparse
import sys
from pathlib import Path

from rich.console import Console

from infra.cost.chart import chart
from infra.cost.figures import costs_of, figures_of, write_figures
from infra.cost.gate import Baseline, decision_of, objections
from infra.cost.measured import RECORDED, Measurement
from infra.cost.report import show
from infra.cost.stacks import month_of
from infra.preview.graph import ROOT
from shared.kit.pricing import load_prices

BUILD = ROOT / "build"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measured", type=Path, default=RECORDED, help="default: %(default)s")
    parser.add_argument("--stack", default="prod", help="whose things are counted (prod)")
    parser.add_argument("--check", action="store_true", help="fail where it became too dear")
    arguments = parser.parse_args()
    month, prices = month_of(Measurement.load(arguments.measured), arguments.stack), load_prices()
    costs, figures = costs_of(month, prices), figures_of(month, prices)
    write_figures(figures, BUILD / "cost.json")
    bills = {
        "Idle": costs.idle,
        "Reference load": costs.reference,
        "A hundred times that": costs.hundredfold,
    }
    (BUILD / "cost.svg").write_text(chart(bills))
    console = Console(width=None if sys.stdout.isatty() else 100)
    show(console, month, prices, costs, figures)
    console.print("Also in build/cost.json and, as a picture, in build/cost.svg.")
    baseline = Baseline.load()
    raised = list(objections(figures, baseline, decision_of(baseline, ROOT)))
    for objection in raised:
        console.print(objection, style="red")
    return 1 if raised and arguments.check else 0


if __name__ == "__main__":
    sys.exit(main())
