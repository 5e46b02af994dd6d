"""The figures with targets, and a few that explain them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from infra.cost.billing import Bill, Usage, bill
from infra.cost.measured import GIB, Action
from infra.cost.month import Month
from shared.kit.pricing import Prices

CREATION = "creation_by_hand"
# In dollars a month. Only these two fail the check; all other figures are only reported.
BUDGETS = {"idle_usd_month": 9.60, "reference_usd_month": 28.00}
A_HUNDRED = 100
A_YEAR = 12


@dataclass(frozen=True)
class Figure:
    """A figure, at most `aim` where there is one. Prices have no floor to compare with."""

    value: float
    unit: str
    aim: float | None = None

    @property
    def met(self) -> bool | None:
        return None if self.aim is None else self.value <= self.aim

    def as_json(self) -> dict[str, float | str | bool | None]:
        return {
            "value": self.value,
            "unit": self.unit,
            "floor": None,
            "ratio": None,
            "aim": self.aim,
            "met": self.met,
        }


@dataclass(frozen=True)
class Costs:
    """The three bills of the report."""

    idle: Bill
    reference: Bill
    hundredfold: Bill


def costs_of(month: Month, prices: Prices) -> Costs:
    load = month.assumed.reference
    return Costs(
        idle=bill(month.idle(), prices),
        reference=bill(month.under(load), prices),
        hundredfold=bill(month.under(load.times(A_HUNDRED)), prices),
    )


def usd_per_creation(action: Action, month: Month, prices: Prices) -> float:
    """The cost of one more creation at list price, without free quantities: all requests, instance
    time, documents, messages (including those that filters hold back), tasks and log lines that
    follow from it. Its stored bytes are a separate figure."""
    return bill(month.once(action), prices, free_tier=False).usd


def figures_of(month: Month, prices: Prices) -> dict[str, Figure]:
    """All figures of build/cost.json."""
    costs, load = costs_of(month, prices), month.assumed.reference
    announced = max((p.effective for p in prices.resources.values() if p.effective), default=None)
    creation = month.measured.actions[CREATION]
    return {
        **_budgeted(idle_usd_month=costs.idle, reference_usd_month=costs.reference),
        "reference_x100_usd_month": Figure(costs.hundredfold.usd, "USD/month"),
        "usd_per_creation": Figure(
            usd_per_creation(creation, month, prices), "USD/creation", aim=0.00008
        ),
        "commits_per_creation": Figure(
            creation.count("firestore-commits"), "commits/creation", aim=10
        ),
        **_sizes(month),
        "stored_usd_month_per_creation": Figure(
            bill(month.kept_of(CREATION), prices, free_tier=False).usd, "USD/month/creation"
        ),
        "usd_per_run_estimated": Figure(
            bill(month.run(), prices, free_tier=False).usd, "USD/run, an estimate"
        ),
        "reference_in_twice_the_time_usd_month": Figure(
            bill(_slower(month.under(load)), prices).usd, "USD/month"
        ),
        "reference_after_a_year_usd_month": Figure(
            bill(month.under(load, months_kept=A_YEAR), prices).usd, "USD/month"
        ),
        **_announced(month, prices, announced),
    }


def over_budget(figures: Mapping[str, Figure]) -> list[str]:
    """The exceeded budgets, one sentence each."""
    return [
        f"{name} is ${figures[name].value:.2f}, above its budget of ${budget:.2f}. Make it "
        "cheaper, or decide on another budget: infra/cost/figures.py and decision 28 name it."
        for name, budget in BUDGETS.items()
        if figures[name].value > budget
    ]


def _budgeted(**bills: Bill) -> dict[str, Figure]:
    return {name: Figure(bill.usd, "USD/month", BUDGETS[name]) for name, bill in bills.items()}


def _sizes(month: Month) -> dict[str, Figure]:
    """The bytes that a creation sends, logs and stores; of messages the billed bytes."""
    creation = month.measured.actions[CREATION]
    used = month.once(creation)
    messages = sum(usage.quantity for usage in used if usage.kind == "pubsub-bytes")
    logged = sum(usage.quantity for usage in used if usage.kind == "log-gib") * GIB
    kept = sum(u.quantity for u in month.kept_of(CREATION) if u.kind == "firestore-gib") * GIB
    return {
        "pubsub_bytes_per_creation": Figure(round(messages), "bytes billed"),
        "log_bytes_per_creation": Figure(round(logged), "bytes"),
        "stored_bytes_per_creation": Figure(round(kept), "bytes, indexes included"),
    }


def _slower(used: Iterable[Usage]) -> Iterator[Usage]:
    """Assumes that every request takes twice the instance time: in the cloud a document is
    milliseconds away, on the local platform hardly one."""
    time = {"vcpu-seconds", "gib-seconds"}
    return (usage.times(2) if usage.kind in time else usage for usage in used)


def _announced(month: Month, prices: Prices, on: date | None) -> dict[str, Figure]:
    """The same with the announced prices."""
    if on is None:
        return {}
    load = month.assumed.reference
    return {
        "idle_announced_usd_month": Figure(
            bill(month.idle(), prices, on=on).usd, f"USD/month from {on}"
        ),
        "reference_announced_usd_month": Figure(
            bill(month.under(load), prices, on=on).usd, f"USD/month from {on}"
        ),
    }


def write_figures(figures: Mapping[str, Figure], file: Path) -> None:
    """The figures in the form of `make bench`, for comparison over time."""
    file.parent.mkdir(parents=True, exist_ok=True)
    content = {name: figure.as_json() for name, figure in figures.items()}
    file.write_text(json.dumps(content, indent=2) + "\n")
