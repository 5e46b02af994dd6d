"""What a tenant may use by its plan and its add-ons, and which plan would let it use more. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import get_args

from shared.catalogue.models import Limits, catalogue
from shared.kit.models import Model
from shared.kit.plans import AddOn, Feature, Meter, Plan

METERS: tuple[Meter, ...] = get_args(Meter)


class Entitlements(Model):
    """`limits` without a meter: it has no limit. `overage` says whether what is beyond a limit is
    paid for; a meter without a price in the catalogue stops at its limit all the same. `lapsed`
    says why the plan that was bought does not hold, and what brings it back; empty where it does,
    or nothing was bought."""

    plan: Plan
    features: tuple[Feature, ...]
    limits: Limits
    most_seats: int | None
    overage: bool
    lapsed: str = ""

    def has(self, feature: Feature) -> bool:
        return feature in self.features

    def stops(self, meter: Meter) -> bool:
        """Whether nothing more of the meter is let through at its limit."""
        return meter in self.limits and not (self.overage and meter in catalogue().overage)


def entitlements(plan: Plan, add_ons: Mapping[AddOn, int] | None = None) -> Entitlements:
    """Those of a plan with so many of each add-on. Add-ons that the plan does not take add
    nothing."""
    sold = catalogue().plans[plan]
    taken = _taken(plan, add_ons or {})
    more = Counter[Meter]()
    for name, number in taken.items():
        for meter, units in catalogue().add_ons[name].adds.items():
            more[meter] += units * number
    features = {*sold.features, *(f for name in taken for f in catalogue().add_ons[name].features)}
    return Entitlements(
        plan=plan,
        features=tuple(each for each in catalogue().features if each in features),
        limits={meter: units + more[meter] for meter, units in sold.limits.items()},
        most_seats=sold.most_seats,
        overage=sold.overage,
    )


def upgrade_for_feature(plan: Plan, feature: Feature) -> Plan | None:
    """The next plan that has the feature; None where no larger plan has it."""
    return _next(plan, (n for n, each in catalogue().plans.items() if feature in each.features))


def upgrade_for_limit(plan: Plan, meter: Meter) -> Plan | None:
    """The next plan with a higher limit of the meter, or without one; None where there is none."""
    own = catalogue().plans[plan].limits.get(meter)
    if own is None:
        return None
    more = (n for n, each in catalogue().plans.items() if each.limits.get(meter, own + 1) > own)
    return _next(plan, more)


def upgrade_for_seats(plan: Plan) -> Plan | None:
    """The next plan that has more seats; None where there is none."""
    own = catalogue().plans[plan].most_seats
    if own is None:
        return None
    return _next(
        plan,
        (n for n, each in catalogue().plans.items() if (each.most_seats or own + 1) > own),
    )


def is_larger(plan: Plan, than: Plan) -> bool:
    order = list(catalogue().plans)
    return order.index(plan) > order.index(than)


def _next(plan: Plan, candidates: Iterable[Plan]) -> Plan | None:
    return next((each for each in candidates if is_larger(each, plan)), None)


def _taken(plan: Plan, add_ons: Mapping[AddOn, int]) -> Mapping[AddOn, int]:
    sold = catalogue().add_ons
    return {name: number for name, number in add_ons.items() if number and plan in sold[name].plans}
