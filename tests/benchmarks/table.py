"""The figures as a table a person reads, each beside the last run's."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from tests.benchmarks.figures import Figure

_VERDICTS = {
    True: Text("met", style="green"),
    False: Text("missed", style="bold red"),
    None: Text(""),
}


def table_of(figures: Mapping[str, Figure], before: Mapping[str, Mapping[str, Any]]) -> Table:
    """One row a figure; `before` is the last run's JSON, which may lack some or all."""
    table = Table(title="Each figure beside its floor in the same run")
    for heading in ("figure", "value", "floor", "ratio", "aim", "", "last run"):
        table.add_column(
            heading, justify="left" if heading in ("figure", "") else "right", no_wrap=True
        )
    for name, figure in figures.items():
        table.add_row(
            name,
            f"{number(figure.value)} {figure.unit}",
            number(figure.floor),
            number(figure.ratio),
            _aim(figure),
            _VERDICTS[figure.met],
            change(figure, before.get(name)),
        )
    return table


def change(figure: Figure, before: Mapping[str, Any] | None) -> str:
    """How the ratio, or the value where there is no floor, moved since the last run."""
    if before is None:
        return ""
    now, then = figure.ratio, before["ratio"]
    if now is None or then is None:
        now, then = figure.value, before["value"]
    return f"{(now / then - 1) * 100:+.0f} %" if then else ""


def number(value: float | None) -> str:
    """Three significant digits, never in powers of ten."""
    if value is None:
        return ""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) < 0.001:
        return f"{value:.6f}"
    return f"{value:.3g}"


def _aim(figure: Figure) -> str:
    if figure.aim is None:
        return ""
    sign = "≤" if figure.aim.at_most else "≥"
    return f"{sign} {number(figure.aim.bound)}{' of floor' if figure.floor else ''}"
