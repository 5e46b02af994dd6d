"""What billable operations and resources cost, from `shared/pricing.toml`."""

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, HttpUrl, model_validator

from shared.kit.models import Model

PRICES_FILE = Path(__file__).parents[1] / "pricing.toml"
# Google's own month, of 730 hours.
DAYS_IN_MONTH = 730 / 24


class Step(Model):
    """Beyond this quantity a month, each `per` units cost `usd`."""

    from_: Annotated[float, Field(gt=0, alias="from")]
    usd: Annotated[float, Field(ge=0)]


class Price(Model):
    """`usd` for each `per` units of `unit`, according to `page`. `note` gives the source where the
    copy of the page shows no figure, `effective` a future day from which the price holds, `beyond`
    the steps at which more units cost less."""

    service: str
    usd: Annotated[float, Field(ge=0)]
    per: Annotated[int, Field(ge=1)] = 1
    unit: str
    page: HttpUrl
    note: str = ""
    effective: date | None = None
    beyond: tuple[Step, ...] = ()

    @model_validator(mode="after")
    def _rise(self) -> Self:
        starts = [step.from_ for step in self.beyond]
        if starts != sorted(set(starts)):
            raise ValueError("the steps must rise")
        return self

    def cost_usd(self, quantity: float) -> float:
        """The cost of `quantity` units in one month; each step's price holds for the units in
        it."""
        starts = [0.0, *(step.from_ for step in self.beyond)]
        ends = [*starts[1:], float("inf")]
        prices = [self.usd, *(step.usd for step in self.beyond)]
        return sum(
            max(0.0, min(quantity, end) - start) * usd / self.per
            for start, end, usd in zip(starts, ends, prices, strict=True)
        )


class Allowance(Model):
    """The free quantity of one kind, given once to `scope`."""

    amount: Annotated[float, Field(gt=0)]
    each: Literal["month", "day"] = "month"
    scope: str
    page: HttpUrl

    @property
    def a_month(self) -> float:
        return self.amount * (DAYS_IN_MONTH if self.each == "day" else 1)


class Prices(Model):
    """All prices of one region. `operations` are counted in requests; `resources` are stored, run
    or sent out; both are list prices before `free`."""

    as_of: date
    region: str
    currency: str
    operations: dict[str, Price]
    resources: dict[str, Price] = Field(default_factory=dict)
    free: dict[str, Allowance] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _name_each_kind_once(self) -> Self:
        twice = self.operations.keys() & self.resources.keys()
        if twice:
            raise ValueError(f"is an operation and a resource: {', '.join(sorted(twice))}")
        unpriced = self.free.keys() - self.operations.keys() - self.resources.keys()
        if unpriced:
            raise ValueError(f"is free of nothing that is priced: {', '.join(sorted(unpriced))}")
        return self

    def of(self, kind: str) -> Price:
        """The price of an operation or a resource. Raises KeyError for a kind without a price."""
        return self.resources[kind] if kind in self.resources else self.operations[kind]

    def free_of(self, kind: str) -> float:
        """How many units a month are free."""
        allowance = self.free.get(kind)
        return allowance.a_month if allowance is not None else 0.0

    def cost_usd(self, counts: Mapping[str, int]) -> float:
        """The cost of the counted operations, in dollars, before any free tier. Raises KeyError for
        an operation without a price, so that none is left out."""
        return sum(
            number * self.operations[kind].usd / self.operations[kind].per
            for kind, number in counts.items()
        )


def load_prices(file: Path = PRICES_FILE) -> Prices:
    """The committed prices. Raises pydantic.ValidationError for a malformed file."""
    return Prices.model_validate(tomllib.loads(file.read_text()))
