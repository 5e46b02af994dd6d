"""What billable operations cost, from `shared/pricing.toml`."""

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field, HttpUrl

from shared.kit.models import Model

PRICES_FILE = Path(__file__).parents[1] / "pricing.toml"


class Price(Model):
    """`usd` for each `per` units of `unit`, as `page` said."""

    usd: Annotated[float, Field(ge=0)]
    per: Annotated[int, Field(ge=1)] = 1
    unit: str
    page: HttpUrl


class Prices(Model):
    """All prices of one region, each a list price before any free tier."""

    as_of: date
    region: str
    currency: str
    operations: dict[str, Price]

    def cost_usd(self, counts: Mapping[str, int]) -> float:
        """What the counted operations cost, in dollars. Raises KeyError for an operation without a
        price, so that none is forgotten."""
        return sum(
            number * self.operations[kind].usd / self.operations[kind].per
            for kind, number in counts.items()
        )


def load_prices(file: Path = PRICES_FILE) -> Prices:
    """The committed prices. Raises pydantic.ValidationError for a malformed file."""
    return Prices.model_validate(tomllib.loads(file.read_text()))
