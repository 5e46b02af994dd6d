"""Writes what one of each counted thing costs, for the margins that `billing` shows:
`python -m infra.cost.units`."""

import json
from pathlib import Path

from infra.cost.billing import Usage, bill
from infra.cost.figures import usd_per_creation
from infra.cost.measured import Measurement
from infra.cost.month import FILES, RUN, Month, month_of
from infra.preview.graph import ROOT
from shared.kit.pricing import Prices, load_prices

FILE = ROOT / "functions" / "billing" / "unit_costs.json"
_NANOS = 1_000_000_000


def units_of(month: Month, prices: Prices) -> dict[str, str | int]:
    """Billionths of a dollar for one of each, at list price: a run with what it stores for a month,
    a call as the reference load's reads are on average, a GiB of files for a month; and the idle
    month, which costs the same whoever acts."""
    reads = month.assumed.reads
    calls = {
        name: usd_per_creation(month.measured.actions[name], month, prices) * share
        for name, share in reads.items()
    }
    kept = bill(month.kept_of(RUN), prices, free_tier=False).usd
    dollars = {
        "execution": usd_per_creation(month.measured.actions[RUN], month, prices) + kept,
        "api_call": sum(calls.values()) / sum(reads.values()),
        "gib_month": bill([Usage("storage-gib", 1, FILES)], prices, free_tier=False).usd,
        "idle_month": bill(month.idle(), prices).usd,
    }
    return {
        "measured_on": month.measured.measured_on.isoformat(),
        "priced_on": prices.as_of.isoformat(),
        **{name: round(usd * _NANOS) for name, usd in dollars.items()},
    }


def write_units(units: dict[str, str | int], file: Path = FILE) -> None:
    file.write_text(json.dumps(units, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_units(units_of(month_of(Measurement.load()), load_prices()))
