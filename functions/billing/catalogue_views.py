"""What the API shows of the catalogue."""

from shared.catalogue import catalogue
from shared.catalogue.models import Catalogue
from shared.kit.models import Data, part_of
from shared.kit.plans import AddOn, Feature, Meter, Plan
from shared.kit.tier_limits import LIMITS


class PriceView(Data):
    """Cents of US dollars for one interval: `flat` whatever the seats are, and `per_seat`."""

    flat: int
    per_seat: int


class OfferView(Data):
    """A plan. A meter that `limits` does not name has no limit; they hold for a month, and
    `storage` is bytes kept at once. A plan `by_contract` is bought from the operator, not by
    a call."""

    plan: Plan
    name: str
    month: PriceView | None
    year: PriceView | None
    most_seats: int | None
    trial_days: int
    overage: bool
    by_contract: bool
    features: tuple[Feature, ...]
    limits: dict[Meter, int]
    requests_per_minute: int
    requests_per_hour: int


class OverageView(Data):
    """`cents` for each `per` units beyond the limit of a plan that has overage."""

    meter: Meter
    cents: int
    per: int
    unit: str


class AddOnView(Data):
    """What plans have more of for `month_cents`."""

    add_on: AddOn
    name: str
    month_cents: int
    plans: tuple[Plan, ...]
    adds: dict[Meter, int]
    features: tuple[Feature, ...]


class FeatureView(Data):
    """A feature that is not in every plan. One that `governs` is lost only by an approval."""

    feature: Feature
    summary: str
    governs: bool


class ReferralOfferView(Data):
    """The discount of a tenant that another tenant referred: `percent` of its plan for `months`; on
    a year that is paid at once, as much as on that many of its months."""

    percent: int
    months: int


class CatalogueView(Data):
    """The catalogue, the plans from the smallest to the largest. `is_sold` is false where the
    operator sells nothing: then nobody can buy, and every tenant keeps its plan."""

    is_sold: bool
    currency: str
    referral: ReferralOfferView
    plans: tuple[OfferView, ...]
    overage: tuple[OverageView, ...]
    add_ons: tuple[AddOnView, ...]
    features: tuple[FeatureView, ...]


def catalogue_view(*, is_sold: bool) -> CatalogueView:
    """The catalogue as it is shown."""
    sold = catalogue()
    return CatalogueView(
        is_sold=is_sold,
        currency=sold.currency,
        referral=part_of(ReferralOfferView, sold.referral),
        plans=tuple(_plan(sold, plan) for plan in sold.plans),
        overage=tuple(
            part_of(OverageView, each, meter=meter) for meter, each in sold.overage.items()
        ),
        add_ons=tuple(
            part_of(AddOnView, each, add_on=name, month_cents=each.month, adds=dict(each.adds))
            for name, each in sold.add_ons.items()
        ),
        features=tuple(feature_view(name) for name in sold.features),
    )


def feature_view(name: Feature) -> FeatureView:
    """A feature as it is shown."""
    return part_of(FeatureView, catalogue().features[name], feature=name)


def _plan(sold: Catalogue, plan: Plan) -> OfferView:
    each = sold.plans[plan]
    requests = LIMITS[each.tier]
    return part_of(
        OfferView,
        each,
        plan=plan,
        month=part_of(PriceView, each.month) if each.month is not None else None,
        year=part_of(PriceView, each.year) if each.year is not None else None,
        limits=dict(each.limits),
        requests_per_minute=requests.per_minute,
        requests_per_hour=requests.per_hour,
    )
