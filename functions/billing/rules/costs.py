"""What a tenant's month costs the platform: its counted use, at the unit costs that were measured.
Dollars are whole micro-dollars."""

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pydantic import Field

from shared.kit.models import Model

UNIT_COSTS_FILE = Path(__file__).parents[1] / "unit_costs.json"
MICROS_PER_CENT = 10_000
_NANOS_PER_MICRO = 1_000
_GIB = 2**30


class UnitCosts(Model):
    """Billionths of a dollar for one of each at list price, and for a month in which nobody uses
    the platform. `python -m infra.cost.units` measures on the local platform and writes the
    file."""

    measured_on: str
    priced_on: str
    execution: int = Field(ge=0)
    api_call: int = Field(ge=0)
    gib_month: int = Field(ge=0)
    idle_month: int = Field(ge=0)


class UsageCounts(NamedTuple):
    """The counted use of a tenant in a month. `models_usd_micros` is what its calls of models cost
    at the prices of that time. `api_calls` are those of programs, None where none were counted."""

    executions: int = 0
    api_calls: int | None = None
    stored_bytes: int = 0
    models_usd_micros: int = 0


@cache
def unit_costs() -> UnitCosts:
    """The measured unit costs. Raises pydantic.ValidationError for a malformed file."""
    return UnitCosts.model_validate(json.loads(UNIT_COSTS_FILE.read_text(encoding="utf-8")))


def cost_usd_micros(counted: UsageCounts) -> int:
    """What this use costs us, rounded up. Costs that no use changes are in no tenant's cost."""
    each = unit_costs()
    nanos = counted.executions * each.execution + (counted.api_calls or 0) * each.api_call
    nanos += -(-counted.stored_bytes * each.gib_month // _GIB)
    return counted.models_usd_micros - (-nanos // _NANOS_PER_MICRO)


def shared_usd_micros() -> int:
    """What a month of the platform costs when no tenant uses it."""
    return -(-unit_costs().idle_month // _NANOS_PER_MICRO)
