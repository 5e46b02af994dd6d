"""`make cost`: prices the stack from manifests, cloud program, price list and measurements."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from infra.cost.figures import costs_of, figures_of, over_budget, write_figures
from infra.cost.measured import RECORDED, Measurement
from infra.cost.month import month_of
from infra.cost.report import chart, show
from infra.preview.graph import ROOT
from shared.kit.pricing import load_prices

BUILD = ROOT / "build"


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code: 1 where `--check` finds an exceeded budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measured", type=Path, default=RECORDED, help="default: %(default)s")
    parser.add_argument("--stack", default="prod", help="whose things are counted (prod)")
    parser.add_argument("--into", type=Path, default=BUILD, help="default: %(default)s")
    parser.add_argument("--check", action="store_true", help="fail where a budget is exceeded")
    chosen = parser.parse_args(arguments)
    month, prices = month_of(Measurement.load(chosen.measured), chosen.stack), load_prices()
    costs, figures = costs_of(month, prices), figures_of(month, prices)
    write_figures(figures, chosen.into / "cost.json")
    bills = {
        "Idle": costs.idle,
        "Reference load": costs.reference,
        "A hundred times that": costs.hundredfold,
    }
    (chosen.into / "cost.svg").write_text(chart(bills))
    console = Console(width=None if sys.stdout.isatty() else 100)
    show(console, month, prices, costs, figures)
    console.print(f"Also in {chosen.into.name}/cost.json and, as a picture, cost.svg beside it.")
    exceeded = over_budget(figures)
    for sentence in exceeded:
        console.print(sentence, style="red")
    return 1 if exceeded and chosen.check else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BrokenPipeError:
        # The reader has closed the pipe; the buffered rest must not be flushed into it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
