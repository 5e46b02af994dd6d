"""What is sold: plans, their features, limits and prices, and add-ons."""

from shared.catalogue.entitlements import (
    METERS,
    Entitlements,
    entitlements,
    is_larger,
    upgrade_for_feature,
    upgrade_for_limit,
    upgrade_for_seats,
)
from shared.catalogue.models import Limits, catalogue
from shared.kit.plans import AddOn, Feature, Interval, Meter, Plan

__all__ = [
    "METERS",
    "AddOn",
    "Entitlements",
    "Feature",
    "Interval",
    "Limits",
    "Meter",
    "Plan",
    "catalogue",
    "entitlements",
    "is_larger",
    "upgrade_for_feature",
    "upgrade_for_limit",
    "upgrade_for_seats",
]
