"""What is sold, and the way from one plan to a larger one."""

from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import ValidationError

from shared.artifacts.room import ROOM
from shared.catalogue import (
    METERS,
    Plan,
    catalogue,
    entitlements,
    is_larger,
    upgrade_for_feature,
    upgrade_for_limit,
    upgrade_for_seats,
)
from shared.catalogue.models import PLANS_FILE, read_catalogue

PLANS = list(catalogue().plans)


def test_a_larger_plan_allows_at_least_as_much() -> None:
    for small, large in pairwise(map(entitlements, PLANS)):
        assert set(small.features) <= set(large.features)
        assert all(
            large.limits.get(meter, float("inf")) >= small.limits.get(meter, float("inf"))
            for meter in METERS
        )


def test_a_year_costs_less_than_twelve_months() -> None:
    for plan in catalogue().plans.values():
        if plan.year and plan.month:
            assert plan.year.cents(3) < 12 * plan.month.cents(3)


def test_storage_is_what_the_tier_keeps() -> None:
    for plan in catalogue().plans.values():
        assert plan.limits.get("storage", ROOM[plan.tier].all) == ROOM[plan.tier].all


@pytest.mark.parametrize(
    ("meter", "units", "cents"),
    [
        ("executions", 3, 30),
        ("tokens", 999, 1),
        ("tokens", 499, 0),
        ("tokens", 1_500, 3),
        ("storage", 2**30, 50),
        ("executions", 0, 0),
        ("executions", -4, 0),
    ],
)
def test_what_is_beyond_a_limit_costs_whole_cents(meter: str, units: int, cents: int) -> None:
    assert {str(k): v for k, v in catalogue().overage.items()}[meter].charge(units) == cents


def test_add_ons_add_to_what_the_plan_has() -> None:
    plain, more = entitlements("pro"), entitlements("pro", {"executions": 2, "identity": 1})
    assert more.limits["executions"] == plain.limits["executions"] + 3_000
    assert more.limits["tokens"] == plain.limits["tokens"]
    assert more.has("single-sign-on")
    assert not plain.has("single-sign-on")


def test_add_ons_that_a_plan_does_not_take_add_nothing() -> None:
    assert entitlements("free", {"executions": 2}) == entitlements("free")
    assert entitlements("pro", {"capacity": 1}) == entitlements("pro")


def test_a_plan_without_overage_stops_at_each_limit() -> None:
    free, pro = entitlements("free"), entitlements("pro")
    assert all(free.stops(meter) for meter in METERS)
    assert [meter for meter in METERS if pro.stops(meter)] == ["api_calls"]
    assert not any(entitlements("enterprise").stops(meter) for meter in METERS)


def test_the_way_up_is_the_next_plan_that_has_more() -> None:
    assert upgrade_for_feature("free", "workspaces") == "team"
    assert upgrade_for_feature("team", "directory") == "enterprise"
    assert upgrade_for_feature("enterprise", "directory") is None
    assert upgrade_for_limit("free", "executions") == "pro"
    assert upgrade_for_limit("team", "tokens") == "enterprise"
    assert upgrade_for_limit("enterprise", "tokens") is None
    assert upgrade_for_seats("free") == "team"
    assert upgrade_for_seats("team") is None


@pytest.mark.parametrize("plan", PLANS)
def test_the_way_up_is_never_down(plan: Plan) -> None:
    ways = [upgrade_for_seats(plan)]
    ways += [upgrade_for_limit(plan, meter) for meter in METERS]
    ways += [upgrade_for_feature(plan, feature) for feature in catalogue().features]
    assert all(is_larger(way, plan) for way in ways if way is not None)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("per_seat = 4_900", "per_seat = 49.5"),
        ("per_seat = 4_900", "per_seat = -1"),
        ('tier = "pro"', 'tier = "gold"'),
        ("[features.workspaces]", "[features.dreams]"),
        ('plans = ["team"]', 'plans = ["free"]'),
        ("cents = 10", "cents = 0"),
    ],
)
def test_a_malformed_catalogue_is_refused(good: str, bad: str, tmp_path: Path) -> None:
    file = tmp_path / "plans.toml"
    file.write_text(PLANS_FILE.read_text().replace(good, bad))
    with pytest.raises(ValidationError):
        read_catalogue(file)
