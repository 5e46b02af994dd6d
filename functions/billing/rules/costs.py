"""What a tenant's month costs: what was counted of it, at the price that was measured for each.
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
    """Billionths of a dollar for one of each, at list price, and of a month in which nobody does
    anything. `python -m infra.cost.units` writes it: from what the local platform counted that day,
    and prices of that day."""

    measured_on: str
    priced_on: str
    execution: int = Field(ge=0)
    api_call: int = Field(ge=0)
    gib_month: int = Field(ge=0)
    idle_month: int = Field(ge=0)


class Counted(NamedTuple):
    """What was counted of a tenant in a month. `models_usd_micros` are its tokens, charged when
    they were used at the prices of then; `api_calls` are those of programs, None where none were
    counted."""

    executions: int = 0
    api_calls: int | None = None
    stored_bytes: int = 0
    models_usd_micros: int = 0


@cache
def unit_costs() -> UnitCosts:
    """What one of each costs. Raises pydantic.ValidationError for a malformed file."""
    return UnitCosts.model_validate(json.loads(UNIT_COSTS_FILE.read_text(encoding="utf-8")))


def cost_usd_micros(counted: Counted) -> int:
    """What this much costs us, rounded up. What costs the same whoever acts is in no tenant's
    cost."""
    each = unit_costs()
    nanos = counted.executions * each.execution + (counted.api_calls or 0) * each.api_call
    nanos += -(-counted.stored_bytes * each.gib_month // _GIB)
    return counted.models_usd_micros - (-nanos // _NANOS_PER_MICRO)


def shared_usd_micros() -> int:
    """What a month of the platform costs without any tenant's use."""
    return -(-unit_costs().idle_month // _NANOS_PER_MICRO)
