"""Tenants take of the platform's budget before they spend: never more than it has, seldom, and each
threshold is told once (invariant 10)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.budgets import BudgetReached
from functions.runs.rules.charges import told
from functions.runs.rules.run import Steps
from shared.budgets.budget import Budget
from shared.budgets.leases import Lease, PlatformExhausted, take_lease
from shared.budgets.limits import PLATFORM, TENANT

MONTH = "2026-11"
LIMIT = 100_000


def take(platform: Budget, lease: Lease, tenants: Budget, *, is_spent: bool) -> Steps:
    return take_lease(
        platform, lease, tenants, lambda each: told(each, lambda _: ()), is_spent=is_spent
    )


def platform(**fields: int) -> Budget:
    return Budget(scope=PLATFORM, period=MONTH, limit_usd_micros=LIMIT).but(**fields)


def month(held: int, spent: int = 0) -> Budget:
    return Budget(
        scope=TENANT,
        period=MONTH,
        limit_usd_micros=LIMIT,
        held_usd_micros=held,
        spent_usd_micros=spent,
    )


def lease(**fields: int) -> Lease:
    return Lease(period=MONTH, tenant_id="acme").but(**fields)


def _after(steps: Steps) -> tuple[Lease, Budget]:
    return steps[0].state, steps[-1].state


def _thresholds(steps: Steps) -> list[int]:
    return [each.fields["threshold"] for each in steps if each.event is BudgetReached]


def test_a_tenant_first_takes_what_it_needs_and_then_more_at_once() -> None:
    first, counted = _after(take(platform(), lease(), month(400), is_spent=False))
    assert (first.taken_usd_micros, counted.held_usd_micros) == (400, 400)
    # What it took before, it takes again with what it needs.
    more, counted = _after(take(counted, first, month(100, 350), is_spent=False))
    assert more.taken_usd_micros == 400 + 50 + 400
    assert (counted.held_usd_micros, counted.spent_usd_micros) == (500, 350)
    # A hundredth of the limit at most.
    big = lease(taken_usd_micros=30_000)
    after, _ = _after(take(platform(held_usd_micros=30_000), big, month(30_001), is_spent=False))
    assert after.taken_usd_micros == 30_001 + LIMIT // 100


def test_what_was_taken_by_whoever_died_is_not_taken_again() -> None:
    taken = lease(taken_usd_micros=500)
    assert take(platform(held_usd_micros=500), taken, month(400), is_spent=False) == ()
    # Not even where nothing is left.
    none_left = platform(held_usd_micros=LIMIT)
    assert take(none_left, taken, month(500), is_spent=False) == ()


def test_nothing_new_is_held_from_95_percent_on_and_what_is_spent_is_counted() -> None:
    almost = platform(held_usd_micros=95_000)
    with pytest.raises(PlatformExhausted, match="platform's budget for 2026-11"):
        take(almost, lease(), month(1), is_spent=False)
    with pytest.raises(PlatformExhausted):
        take(platform(held_usd_micros=94_000), lease(), month(6_001), is_spent=False)
    after, counted = _after(take(almost, lease(), month(0, 7_000), is_spent=True))
    assert (after.taken_usd_micros, counted.used_usd_micros) == (7_000, 102_000)
    assert counted.state == "exhausted"


def test_one_lease_that_crosses_two_thresholds_tells_both_once() -> None:
    steps = take(platform(), lease(), month(96_000), is_spent=False)
    assert _thresholds(steps) == [80, 95]
    after, counted = _after(steps)
    steps = take(counted, after, month(0, 99_000), is_spent=True)
    assert _thresholds(steps) == []
    after, counted = _after(steps)
    assert _thresholds(take(counted, after, month(0, LIMIT), is_spent=True)) == [100]


def test_a_limit_of_zero_lets_nothing_start() -> None:
    with pytest.raises(PlatformExhausted):
        take(platform(limit_usd_micros=0), lease(), month(1), is_spent=False)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 3_000)), max_size=120))
def test_all_tenants_together_never_hold_and_spend_more_than_the_limit(
    holds: list[tuple[int, int]],
) -> None:
    whole, leases = platform(), [lease() for _ in range(5)]
    used, said = [0] * 5, []
    for tenant, more in holds:
        needed = month(used[tenant] + more)
        if needed.used_usd_micros > leases[tenant].taken_usd_micros:
            try:
                steps = take(whole, leases[tenant], needed, is_spent=False)
            except PlatformExhausted:
                continue
            leases[tenant], whole = _after(steps)
            said += _thresholds(steps)
        used[tenant] += more
    assert sum(used) <= sum(each.taken_usd_micros for each in leases) == whole.used_usd_micros
    assert whole.used_usd_micros <= LIMIT
    assert said == sorted(set(said))
