"""What is sold, as `shared/catalogue/plans.toml` says it. Money is whole cents of US dollars."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from shared.kit.models import Model
from shared.kit.plans import AddOn, Feature, Interval, Meter, Plan
from shared.kit.tier_limits import Tier

PLANS_FILE = Path(__file__).parent / "plans.toml"

Cents = Annotated[int, Field(ge=0)]
Units = Annotated[int, Field(ge=1)]
Limits = Mapping[Meter, Units]


class FeatureSold(Model):
    """`governs` says whether a tenant that loses it needs fewer people's assent, or shows less of
    what happened."""

    summary: str
    governs: bool


class Price(Model):
    """The price of one interval: `per_seat` for each seat, and `flat` whatever the seats are."""

    per_seat: Cents = 0
    flat: Cents = 0

    def cents(self, seats: int) -> int:
        """For so many seats, in one interval."""
        return self.flat + self.per_seat * seats


class PlanSold(Model):
    """`limits` hold for a month; `storage` are bytes kept at once. None of a meter: no limit. Where
    `overage` is false, a limit stops; where it is true, what is beyond is paid for, if the meter
    has a price."""

    name: str
    tier: Tier
    month: Price | None = None
    year: Price | None = None
    most_seats: Annotated[int, Field(ge=1)] | None = None
    trial_days: Annotated[int, Field(ge=0)] = 0
    overage: bool = False
    by_contract: bool = False
    features: tuple[Feature, ...] = ()
    limits: Limits = Field(default_factory=dict)

    @property
    def is_paid(self) -> bool:
        """Whether Stripe is asked for money."""
        return self.month is not None

    def price(self, interval: Interval) -> Price | None:
        return self.month if interval == "month" else self.year


class Overage(Model):
    """`cents` for each `per` units beyond a limit."""

    cents: Annotated[int, Field(ge=1)]
    per: Units
    unit: str

    def charge(self, units: int) -> int:
        """Whole cents for so many units beyond the limit; a part of a cent is not charged."""
        return max(0, units) * self.cents // self.per


class AddOnSold(Model):
    """What a paid plan has more of for `month` cents each month."""

    name: str
    month: Cents
    plans: tuple[Plan, ...]
    adds: Limits = Field(default_factory=dict)
    features: tuple[Feature, ...] = ()


class ReferralOffer(Model):
    """The discount of a tenant that another tenant referred: so much off its plan, for so many
    months."""

    percent: Annotated[int, Field(ge=1, le=100)]
    months: Annotated[int, Field(ge=1, le=12)]


class Catalogue(Model):
    """Everything that is sold; `plans` are ordered from the smallest to the largest."""

    currency: Literal["usd"]
    referral: ReferralOffer
    features: Mapping[Feature, FeatureSold]
    plans: Mapping[Plan, PlanSold]
    overage: Mapping[Meter, Overage]
    add_ons: Mapping[AddOn, AddOnSold]

    @model_validator(mode="after")
    def _names_only_what_is_sold(self) -> Self:
        in_plans = {name for each in self.plans.values() for name in each.features}
        in_add_ons = {name for each in self.add_ons.values() for name in each.features}
        unknown = (in_plans | in_add_ons) - set(self.features)
        if unknown:
            raise ValueError(f"features without a summary: {', '.join(sorted(unknown))}")
        unpaid = [
            name
            for name, each in self.add_ons.items()
            if not each.plans or not all(self.plans[plan].is_paid for plan in each.plans)
        ]
        if unpaid:
            raise ValueError(f"add-ons of plans without a price: {', '.join(unpaid)}")
        return self


@cache
def catalogue() -> Catalogue:
    """What is sold now. Raises pydantic.ValidationError for a malformed file."""
    return read_catalogue(PLANS_FILE)


def read_catalogue(file: Path) -> Catalogue:
    """What the file sells. Raises pydantic.ValidationError for a malformed one."""
    return Catalogue.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
