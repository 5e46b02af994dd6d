"""From usage to charges; pure arithmetic."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.kit.pricing import Prices

# Usage that no single function causes: the database, the alerts, the builds.
PLATFORM = "platform"


@dataclass(frozen=True)
class Usage:
    """`quantity` units of what `shared/pricing.toml` calls `kind`, in one month."""

    kind: str
    quantity: float
    function: str = PLATFORM

    def times(self, number: float) -> "Usage":
        return Usage(self.kind, self.quantity * number, self.function)


@dataclass(frozen=True)
class Charge:
    """The charge of one function for one kind: its share of the stack's charge for that kind."""

    kind: str
    service: str
    function: str
    quantity: float
    usd: float


@dataclass(frozen=True)
class Bill:
    """A month's charges. Sums by service and by function give the same total."""

    charges: tuple[Charge, ...]

    @property
    def usd(self) -> float:
        return sum(charge.usd for charge in self.charges)

    def by(self, what: Literal["service", "function", "kind"]) -> dict[str, float]:
        """Dollars by that, the most first."""
        sums: defaultdict[str, float] = defaultdict(float)
        for charge in self.charges:
            sums[getattr(charge, what)] += charge.usd
        return dict(sorted(sums.items(), key=lambda pair: -pair[1]))


def bill(
    used: Iterable[Usage], prices: Prices, *, free_tier: bool = True, on: date | None = None
) -> Bill:
    """The month's bill. The free quantity of a kind is subtracted once from the whole stack's sum,
    never below zero; each function pays the rest in proportion to its usage. A price that is only
    announced `on` that day (by default the day of the price list) costs nothing yet.

    Raises KeyError for a kind without a price, so that none is left out."""
    day = on or prices.as_of
    amounts: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for usage in used:
        amounts[usage.kind][usage.function] += usage.quantity
    charges = []
    for kind, by_function in amounts.items():
        price, total = prices.of(kind), sum(by_function.values())
        paid_for = max(0.0, total - (prices.free_of(kind) if free_tier else 0.0))
        in_force = price.effective is None or price.effective <= day
        usd = price.cost_usd(paid_for) if in_force else 0.0
        charges += [
            Charge(kind, price.service, function, quantity, usd * quantity / total)
            for function, quantity in by_function.items()
            if quantity > 0
        ]
    return Bill(tuple(charges))
