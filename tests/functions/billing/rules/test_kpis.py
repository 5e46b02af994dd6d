"""Ratios, and margins from what was counted."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.billing.rules.costs import UsageCounts, cost_usd_micros, unit_costs
from functions.billing.rules.kpis import (
    Margin,
    added,
    by_plan,
    churn_of,
    is_low,
    lifetime_cents,
    margin_in,
    movements_of,
    payback_months,
    per_account_cents,
    retention,
)
from functions.billing.rules.revenue import (
    Paid,
    TenantMonth,
    bounds_of,
    note_subscription,
    unknown_revenue,
)
from tests.functions.billing.rules.test_revenue import heard, subscribed

OCTOBER = datetime(2026, 10, 9, tzinfo=UTC)
LATER = OCTOBER + timedelta(days=30)


def test_nothing_is_divided_by_nothing() -> None:
    found = movements_of([], "2026-11")
    assert retention(found.bridge) is None
    assert churn_of(found) is None
    assert per_account_cents(found) is None
    assert lifetime_cents(found, 5_000) is None
    assert payback_months(found, 5_000, 100) is None
    assert Margin(0, 0, 0).gross is None


def test_the_figures_of_a_month() -> None:
    stays = heard((OCTOBER, subscribed(seats=2)))
    grows = heard((OCTOBER, subscribed(seats=2)), (LATER, subscribed(plan="team", seats=2)))
    leaves = heard(
        (OCTOBER, subscribed(cancel_at_period_end=True)), (LATER, subscribed(status="canceled"))
    )
    comes = heard((LATER, subscribed(seats=1)))
    found = movements_of([stays, grows, leaves, comes], "2026-11")
    start, end = 2 * 9_800 + 3 * 4_900, 9_800 + 39_800 + 4_900
    assert found.bridge == (start, 4_900, 30_000, 0, 14_700, 0, end)
    assert (found.tenants_at_start, found.tenants, found.upgrades, found.downgrades) == (3, 3, 1, 0)
    assert [tuple(each) for each in found.churned] == [("ended_by_tenant", 1, 14_700)]
    assert retention(found.bridge) == (start + 30_000 - 14_700) * 10_000 // start
    assert churn_of(found) == 3_333
    assert per_account_cents(found) == end // 3
    # 80 % of 181.66 dollars, for three months on average.
    assert lifetime_cents(found, 8_000) == end // 3 * 8_000 * 3 // 10_000
    assert payback_months(found, 8_000, 50_000) == 4
    assert payback_months(found, -1, 50_000) is None
    assert lifetime_cents(movements_of([stays], "2026-11"), 8_000) is None


def test_a_margin_is_of_what_was_earned_until_then() -> None:
    start, end = bounds_of("2026-11")
    paid = (Paid(invoice_id="one", cents=3_000, start=start, end=end),)
    known = unknown_revenue("acme").but(paid=paid)
    counted = UsageCounts(models_usd_micros=6_000_000)
    half = margin_in(known, counted, "2026-11", start + timedelta(days=15))
    assert (half.revenue_cents, half.cost_usd_micros, half.gross) == (1_500, 6_000_000, 6_000)
    whole = margin_in(known, counted, "2026-11", end + timedelta(days=99))
    assert (whole.revenue_cents, whole.gross) == (3_000, 8_000)
    assert margin_in(known, UsageCounts(), "2026-12", end).revenue_cents == 0
    assert margin_in(known, UsageCounts(), "2027-12", end).revenue_cents == 0


def test_a_low_margin_is_under_forty_percent_also_where_nothing_was_earned() -> None:
    pays, stopped = (
        TenantMonth(0, 100, "free", "pro", None),
        TenantMonth(100, 0, "pro", "free", "paused"),
    )
    for tenant in (pays, stopped):
        assert not is_low(Margin(1, 100, 600_000), tenant)
        assert is_low(Margin(1, 100, 600_001), tenant)
        assert is_low(Margin(1, 100, 2_000_000), tenant)
        assert is_low(Margin(1, 0, 1), tenant)
        assert not is_low(Margin(1, 0, 0), tenant)
    assert not is_low(Margin(1, 0, 1), TenantMonth(0, 0, "free", "free", None))


def test_margins_of_a_plan_add_up() -> None:
    some = [("pro", Margin(1, 100, 5)), ("team", Margin(1, 900, 7)), ("pro", Margin(1, 50, 1))]
    sums = by_plan(some)  # type: ignore[arg-type]
    assert sums == {"pro": Margin(2, 150, 6), "team": Margin(1, 900, 7)}
    assert added(sums.values()) == Margin(3, 1_050, 13)


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**15), st.integers(0, 10**12))
def test_counted_use_costs_what_the_units_say_rounded_up(
    executions: int, calls: int, size: int, models: int
) -> None:
    units = unit_costs()
    exact: float = executions * units.execution + calls * units.api_call
    exact += size * units.gib_month / 2**30
    found = cost_usd_micros(UsageCounts(executions, calls, size, models)) - models
    assert -0.001 <= found - exact / 1_000 < 1.01


def test_a_tenant_that_never_paid_is_none_of_the_bridge() -> None:
    trial = note_subscription(unknown_revenue("acme"), subscribed(status="trialing"), OCTOBER)
    assert movements_of([trial], "2026-10").bridge == (0,) * 7
