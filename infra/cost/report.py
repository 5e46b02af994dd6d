"""The bills as tables for a terminal, and as a picture with a panel for each."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Literal

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from infra.cost.billing import PLATFORM, Bill
from infra.cost.figures import Costs, Figure
from infra.cost.month import Month
from shared.kit.pricing import Prices

_BAR = 20
_WIDTH, _PANEL, _LABEL, _ROW, _GAP, _NUMBER = 760, 34, 150, 20, 22, 90
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#24292f}.n{text-anchor:end}"
    ".t{font-weight:600}rect{fill:#0b6e4f}.p{fill:#9fd8c2}"
)


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
    console.print(_table("service", costs, services))
    console.print(_table("function", costs))
    console.print(_figures(figures))


def _table(
    what: Literal["service", "function"], costs: Costs, names: Iterable[str] = ()
) -> RenderableType:
    """`names` have a row even where nothing is charged."""
    bills = (costs.idle, costs.reference, costs.hundredfold)
    idle, reference, hundredfold = (defaultdict(float, bill.by(what)) for bill in bills)
    table = Table(title=f"By {what}", title_justify="left", show_footer=True)
    table.add_column("USD a month", footer="together")
    table.add_column("idle", justify="right", footer=f"{costs.idle.usd:,.2f}")
    table.add_column("reference", justify="right", footer=f"{costs.reference.usd:,.2f}")
    table.add_column("", no_wrap=True, min_width=_BAR)
    table.add_column("100 times", justify="right", footer=f"{costs.hundredfold.usd:,.2f}")
    most = max(reference.values(), default=0.0)
    rows = sorted({*reference, *hundredfold, *names})
    for name in sorted(rows, key=lambda name: (-reference[name], -hundredfold[name])):
        paid = [_usd(each[name]) for each in (idle, reference, hundredfold)]
        table.add_row(name, *paid[:2], bar(reference[name], most), paid[2])
    return table


def _figures(figures: Mapping[str, Figure]) -> RenderableType:
    verdicts = {True: Text("met", "green"), False: Text("missed", "red"), None: Text("")}
    table = Table("", title="Figures", title_justify="left")
    table.add_column("value", justify="right")
    table.add_column("aim", justify="right")
    table.add_column("")
    for name, figure in figures.items():
        aim = "" if figure.aim is None else f"≤ {figure.aim:g}"
        value = _number(figure.value)
        table.add_row(f"{name} ({figure.unit})", value, aim, verdicts[figure.met])
    if any(figure.met is False for figure in figures.values()):
        table.caption_justify = "left"
        table.caption = "missed: above its aim. Only an exceeded budget, named below, is a failure."
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


def chart(bills: Mapping[str, Bill]) -> str:
    """An SVG. Each panel has its own scale and total; bars show the functions' part and, paler, the
    platform's own part."""
    rows, y = [], 0
    for title, bill in bills.items():
        services = _services(bill)
        rows += [_text(0, y + 18, f"{title}: ${bill.usd:,.2f} a month", "t")]
        rows += _bars(services, y + _PANEL)
        y += _PANEL + _ROW * len(services) + _GAP
    body = "\n".join(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{y}" '
        f'viewBox="0 0 {_WIDTH} {y}" role="img" style="background:#fff">'
        "<title>What the stack costs a month</title>"
        f"<style>{_STYLE}</style>\n{body}\n</svg>\n"
    )


def _services(bill: Bill) -> list[tuple[str, float, float]]:
    """Every service that costs a cent, with the functions' and the platform's charges; the highest
    first."""
    platform: defaultdict[str, float] = defaultdict(float)
    for charge in bill.charges:
        platform[charge.service] += charge.usd if charge.function == PLATFORM else 0
    paid = (
        (name, usd - platform[name], platform[name]) for name, usd in bill.by("service").items()
    )
    return [(name, own, common) for name, own, common in paid if own + common >= 0.005]


def _bars(services: Sequence[tuple[str, float, float]], top: int) -> Iterator[str]:
    room = _WIDTH - _LABEL - _NUMBER
    most = max((own + common for _, own, common in services), default=1.0)
    for number, (service, own, common) in enumerate(services):
        y = top + number * _ROW
        yield _text(0, y + 13, service)
        if own:
            yield _bar(_LABEL, y, room * own / most)
        if common:
            yield _bar(_LABEL + room * own / most, y, room * common / most, "p")
        yield _text(_WIDTH - 4, y + 13, f"{own + common:,.2f}", "n")


def _bar(x: float, y: int, width: float, kind: str = "") -> str:
    return f'<rect class="{kind}" x="{x:.1f}" y="{y + 2}" width="{width:.1f}" height="14"/>'


def _text(x: int, y: int, words: str, kind: str = "") -> str:
    return f'<text class="{kind}" x="{x}" y="{y}">{escape(words)}</text>'
