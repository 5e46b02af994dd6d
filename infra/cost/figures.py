"""The figures with targets, and a few that explain them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from infra.cost.billing import Bill, Usage, bill
from infra.cost.measured import GIB, Action
from infra.cost.month import RUN, Month
from shared.kit.pricing import Prices

CREATION = "creation_by_hand"
# In dollars a month. Only these two fail the check; all other figures are only reported.
BUDGETS = {"idle_usd_month": 10.00, "reference_usd_month": 28.50}
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
        return {**asdict(self), "floor": None, "ratio": None, "met": self.met}


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
    load, creation = month.assumed.reference, month.measured.actions[CREATION]
    idle, reference = month.idle(), month.under(load)
    hundredfold = month.under(load.times(A_HUNDRED))
    after_a_year = month.under(load, months_kept=A_YEAR)

    def priced(used: Iterable[Usage], unit: str = "USD/month", on: date | None = None) -> Figure:
        return Figure(bill(used, prices, on=on).usd, unit)

    def at_list_price(used: Iterable[Usage], unit: str) -> Figure:
        return Figure(bill(used, prices, free_tier=False).usd, unit)

    figures = {
        "idle_usd_month": priced(idle),
        "reference_usd_month": priced(reference),
        "reference_x100_usd_month": priced(hundredfold),
        "usd_per_creation": Figure(
            usd_per_creation(creation, month, prices), "USD/creation", aim=0.0001
        ),
        "commits_per_creation": Figure(
            creation.count("firestore-commits"), "commits/creation", aim=10
        ),
        **_sizes(month, creation),
        "stored_usd_month_per_creation": at_list_price(
            month.kept_of(CREATION), "USD/month/creation"
        ),
        "usd_per_run": Figure(
            usd_per_creation(month.measured.actions[RUN], month, prices),
            "USD/run of five steps",
            aim=0.0001,
        ),
        "stored_bytes_per_run": Figure(
            round(sum(u.quantity * GIB for u in month.kept_of(RUN) if u.kind == "firestore-gib")),
            "bytes, indexes included",
        ),
        "usd_per_run_estimated": at_list_price(
            month.run(), "USD/run, as the reference load counts it"
        ),
        "reference_in_twice_the_time_usd_month": priced(_slower(reference)),
        "reference_after_a_year_usd_month": replace(priced(after_a_year), aim=45),
    }
    announced = max((p.effective for p in prices.resources.values() if p.effective), default=None)
    if announced is not None:
        unit = f"USD/month from {announced}"
        figures["idle_announced_usd_month"] = priced(idle, unit, announced)
        figures["reference_announced_usd_month"] = priced(reference, unit, announced)
    for name, budget in BUDGETS.items():
        figures[name] = replace(figures[name], aim=budget)
    return figures


def over_budget(figures: Mapping[str, Figure]) -> list[str]:
    """The exceeded budgets, one sentence each."""
    return [
        f"{name} is ${figures[name].value:.2f}, above its budget of ${budget:.2f}. Make it "
        "cheaper, or decide on another budget: infra/cost/figures.py and decision 28 name it."
        for name, budget in BUDGETS.items()
        if figures[name].value > budget
    ]


def _sizes(month: Month, creation: Action) -> dict[str, Figure]:
    """The bytes that a creation sends, logs and stores; of messages the billed bytes."""
    once, kept = month.once(creation), month.kept_of(CREATION)

    def total(used: Iterable[Usage], kind: str, unit: str, of: int = 1) -> Figure:
        return Figure(round(sum(each.quantity for each in used if each.kind == kind) * of), unit)

    return {
        "pubsub_bytes_per_creation": total(once, "pubsub-bytes", "bytes billed"),
        "log_bytes_per_creation": total(once, "log-gib", "bytes", GIB),
        "stored_bytes_per_creation": replace(
            total(kept, "firestore-gib", "bytes, indexes included", GIB), aim=60_000
        ),
    }


def _slower(used: Iterable[Usage]) -> Iterator[Usage]:
    """Assumes that every request takes twice the instance time: in the cloud a document is
    milliseconds away, on the local platform hardly one."""
    time = {"vcpu-seconds", "gib-seconds"}
    return (usage.times(2) if usage.kind in time else usage for usage in used)


def write_figures(figures: Mapping[str, Figure], file: Path) -> None:
    """The figures in the form of `make bench`, for comparison over time."""
    file.parent.mkdir(parents=True, exist_ok=True)
    content = {name: figure.as_json() for name, figure in figures.items()}
    file.write_text(json.dumps(content, indent=2) + "\n")
