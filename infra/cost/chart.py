"""The bills as a picture: one panel for each bill, one bar for each service."""

from collections.abc import Iterator, Mapping
from html import escape

from infra.cost.billing import Bill

_WIDTH, _PANEL, _LABEL, _ROW, _GAP = 760, 34, 150, 20, 22
_NUMBER = 90
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#24292f}.n{text-anchor:end}"
    ".t{font-weight:600}rect{fill:#0b6e4f}.p{fill:#9fd8c2}"
)


def chart(bills: Mapping[str, Bill]) -> str:
    """An SVG. Each panel has its own scale and total; bars show the functions' part and, paler, the
    platform's own part."""
    rows, y = [], 0
    for title, bill in bills.items():
        panel = list(_panel(title, bill, y))
        rows += panel
        y += _PANEL + _ROW * len(_services(bill)) + _GAP
    body = "\n".join(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{y}" '
        f'viewBox="0 0 {_WIDTH} {y}" role="img" style="background:#fff">'
        "<title>What the stack costs a month</title>"
        f"<style>{_STYLE}</style>\n{body}\n</svg>\n"
    )


def _panel(title: str, bill: Bill, top: int) -> Iterator[str]:
    yield _text(0, top + 18, f"{title}: ${bill.usd:,.2f} a month", "t")
    services = _services(bill)
    most = max((functions + platform for functions, platform in services.values()), default=1.0)
    room = _WIDTH - _LABEL - _NUMBER
    for number, (service, (functions, platform)) in enumerate(services.items()):
        y = top + _PANEL + number * _ROW
        own, common = room * functions / most, room * platform / most
        yield _text(0, y + 13, service)
        if own:
            yield _bar(_LABEL, y, own)
        if common:
            yield _bar(_LABEL + own, y, common, "p")
        yield _text(_WIDTH - 4, y + 13, f"{functions + platform:,.2f}", "n")


def _services(bill: Bill) -> dict[str, tuple[float, float]]:
    """The functions' and the platform's charges, for every service that costs a cent."""
    found: dict[str, tuple[float, float]] = {}
    for charge in bill.charges:
        functions, platform = found.get(charge.service, (0.0, 0.0))
        common = charge.function == "platform"
        found[charge.service] = (
            functions + (0 if common else charge.usd),
            platform + (charge.usd if common else 0),
        )
    dearest = sorted(found.items(), key=lambda pair: -sum(pair[1]))
    return {name: paid for name, paid in dearest if sum(paid) >= 0.005}


def _bar(x: float, y: int, width: float, kind: str = "") -> str:
    return f'<rect class="{kind}" x="{x:.1f}" y="{y + 2}" width="{width:.1f}" height="14"/>'


def _text(x: int, y: int, words: str, kind: str = "") -> str:
    return f'<text class="{kind}" x="{x}" y="{y}">{escape(words)}</text>'
