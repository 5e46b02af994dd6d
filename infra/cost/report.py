"""The bills as tables for a terminal."""

from collections.abc import Callable, Iterable, Mapping

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from infra.cost.billing import Bill
from infra.cost.figures import Costs, Figure
from infra.cost.month import Month
from shared.kit.pricing import Prices

_BAR = 20
Sums = Callable[[Bill], Mapping[str, float]]


def show(
    console: Console, month: Month, prices: Prices, costs: Costs, figures: Mapping[str, Figure]
) -> None:
    """Prints the assumptions, the charges by service and by function, the figures and their
    targets."""
    load = month.assumed.reference
    console.print(
        f"Prices of {prices.region} on {prices.as_of}, after one free tier; operations measured on "
        f"{month.measured.measured_on} ({month.measured.repetitions} repetitions).\n"
        f"Reference load a month: {load.requests:,.0f} requests, {load.events:,.0f} events, "
        f"{load.creations:,.0f} creations, {load.runs:,.0f} runs (runs are an estimate).",
        highlight=False,
    )
    services = {each.service for each in (prices.operations | prices.resources).values()}
    console.print(_table("By service", costs, Bill.by_service, services))
    console.print(_table("By function", costs, Bill.by_function))
    console.print(_figures(figures))


def _table(title: str, costs: Costs, sums: Sums, names: Iterable[str] = ()) -> RenderableType:
    """`names` have a row even where nothing is charged."""
    bills = (costs.idle, costs.reference, costs.hundredfold)
    idle, reference, hundredfold = (sums(bill) for bill in bills)
    table = Table(title=title, title_justify="left", show_footer=True)
    footers = [f"{bill.usd:,.2f}" for bill in bills]
    table.add_column("USD a month", footer="together")
    table.add_column("idle", justify="right", footer=footers[0])
    table.add_column("reference", justify="right", footer=footers[1])
    table.add_column("", footer="", no_wrap=True, min_width=_BAR)
    table.add_column("100 times", justify="right", footer=footers[2])
    most = max(reference.values(), default=0.0)
    for name in _ordered(reference, hundredfold, dict.fromkeys(names, 0.0)):
        table.add_row(
            name,
            _usd(idle.get(name, 0.0)),
            _usd(reference.get(name, 0.0)),
            bar(reference.get(name, 0.0), most),
            _usd(hundredfold.get(name, 0.0)),
        )
    return table


def _figures(figures: Mapping[str, Figure]) -> RenderableType:
    table = Table(title="Figures", title_justify="left")
    for column, justify in (("", "left"), ("value", "right"), ("aim", "right"), ("", "left")):
        table.add_column(column, justify="right" if justify == "right" else "left")
    for name, figure in figures.items():
        aim = "" if figure.aim is None else f"≤ {figure.aim:g}"
        verdict = {True: Text("met", "green"), False: Text("missed", "red"), None: Text("")}
        table.add_row(f"{name} ({figure.unit})", _number(figure.value), aim, verdict[figure.met])
    return table


def bar(value: float, most: float) -> str:
    """A bar of the length `value` / `most`, to an eighth of a letter."""
    eighths = round(8 * _BAR * value / most) if most > 0 else 0
    return "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()


def _number(value: float) -> str:
    if value < 1:
        return f"{value:.3g}"
    return f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"


def _usd(value: float) -> str:
    return "·" if value < 0.005 else f"{value:,.2f}"


def _ordered(*columns: Mapping[str, float]) -> Iterable[str]:
    """The highest charges first, by the columns in their order."""
    names = sorted({name for column in columns for name in column})
    return sorted(names, key=lambda name: [-column.get(name, 0.0) for column in columns])
