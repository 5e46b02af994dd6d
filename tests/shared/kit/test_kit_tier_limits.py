"""What a tier allows, and what an instance may lease of it at which second."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kit.control import Control
from shared.kit.tier_limits import (
    HOUR,
    LEAST_OF_A_KEY,
    LIMITS,
    MINUTE,
    MOST_OF_A_KEY,
    Balance,
    Granted,
    Refused,
    TierLimit,
    lease,
    limit_of_key,
    tier_above,
)

FREE, TEAM = LIMITS["free"], LIMITS["team"]
# The first second of an hour.
HOUR_BEGINS = float(500_000 * HOUR)


def _granted(outcome: Granted | Refused) -> Granted:
    assert isinstance(outcome, Granted)
    return outcome


def _refused(outcome: Granted | Refused) -> Refused:
    assert isinstance(outcome, Refused)
    return outcome


def _all_of(limit: TierLimit, balance: Balance | None, now: float) -> Balance:
    """The balance after all leases that are granted at that second."""
    while True:
        outcome = lease(balance, limit, limit.lease, now)
        balance = outcome.balance
        if isinstance(outcome, Refused):
            return balance


def test_each_tier_allows_what_the_domain_says() -> None:
    allowed = {name: (each.per_minute, each.per_hour, each.lease) for name, each in LIMITS.items()}
    assert allowed == {
        "free": (60, 1_000, 6),
        "pro": (300, 10_000, 20),
        "team": (1_000, 50_000, 50),
    }


def test_the_tier_above_is_the_next_that_allows_more() -> None:
    assert [(above.tier if above else None) for above in map(tier_above, LIMITS)] == [
        "pro",
        "team",
        None,
    ]


def test_a_tenant_without_a_balance_has_a_full_burst() -> None:
    outcome = _granted(lease(None, FREE, FREE.burst, HOUR_BEGINS))
    assert (outcome.requests, outcome.balance.left, outcome.balance.leased) == (20, 0, 20)


def test_a_lease_is_all_or_nothing_and_the_refusal_says_until_when() -> None:
    empty = Balance(at=HOUR_BEGINS, left=2.0, leased=18)
    outcome = _refused(lease(empty, FREE, 6, HOUR_BEGINS))
    # Four are missing, of one a second.
    assert (outcome.window, outcome.until) == ("minute", HOUR_BEGINS + 4)
    assert outcome.balance == empty
    later = lease(empty, FREE, 6, outcome.until)
    assert _granted(later).requests == 6


def test_an_hour_ends_with_what_is_left_of_it() -> None:
    at = HOUR_BEGINS + 1_800
    almost = Balance(at=at, left=20, leased=996)
    outcome = _granted(lease(almost, FREE, 6, at))
    assert (outcome.requests, outcome.balance.leased) == (4, 1_000)
    none = _refused(lease(outcome.balance, FREE, 6, at + 60))
    assert (none.window, none.until) == ("hour", HOUR_BEGINS + HOUR)
    assert _granted(lease(none.balance, FREE, 6, none.until)).requests == 6


def test_a_lease_is_used_before_its_hour_ends() -> None:
    assert _granted(lease(None, FREE, 6, HOUR_BEGINS + 3_599)).until == HOUR_BEGINS + HOUR


def test_a_clock_that_is_behind_gains_nothing() -> None:
    ahead = _all_of(FREE, None, HOUR_BEGINS + 10)
    behind = _refused(lease(ahead, FREE, 6, HOUR_BEGINS + 4))
    assert behind.balance == ahead
    assert behind.balance.at == HOUR_BEGINS + 10


def test_a_clock_that_was_wrong_locks_nobody_out() -> None:
    wrong = _all_of(FREE, None, HOUR_BEGINS + 365 * 24 * HOUR)
    assert _granted(lease(wrong, FREE, 6, HOUR_BEGINS)).requests == 6


def test_a_higher_tier_counts_from_where_the_lower_was() -> None:
    used = Balance(at=HOUR_BEGINS, left=0, leased=1_000)
    assert _refused(lease(used, FREE, 6, HOUR_BEGINS)).window == "hour"
    upgraded = lease(used, TEAM, 50, HOUR_BEGINS + 3)
    assert _granted(upgraded).balance.leased == 1_050


@given(
    name=st.sampled_from(sorted(LIMITS)),
    steps=st.lists(st.tuples(st.floats(0, 30), st.integers(1, 60)), max_size=60),
    offset=st.floats(0, HOUR),
)
def test_no_order_of_leases_gets_more_than_the_tier_allows(
    name: str, steps: list[tuple[float, int]], offset: float
) -> None:
    limit = LIMITS[name]  # type: ignore[index]
    began = now = HOUR_BEGINS + offset
    balance, granted = None, 0
    by_hour: dict[float, int] = {}
    for pause, requests in steps:
        now += pause
        outcome = lease(balance, limit, requests, now)
        balance = outcome.balance
        if isinstance(outcome, Granted):
            granted += outcome.requests
            by_hour[now // HOUR] = by_hour.get(now // HOUR, 0) + outcome.requests
        elif outcome.window == "minute":
            assert outcome.until > now
    most = limit.burst + (now - began) * limit.per_minute / MINUTE
    assert granted <= most + 1e-3
    assert all(taken <= limit.per_hour for taken in by_hour.values())


@pytest.mark.parametrize("name", sorted(LIMITS))
def test_every_lease_fits_into_a_burst_for_several_instances(name: str) -> None:
    limit = LIMITS[name]  # type: ignore[index]
    assert 3 * limit.lease <= limit.burst
    assert dataclasses.replace(limit, lease=1).first_lease == 1


def test_every_limit_of_a_key_has_a_burst_that_a_lease_fits() -> None:
    for per_minute in range(LEAST_OF_A_KEY, MOST_OF_A_KEY + 1):
        limit = limit_of_key("free", per_minute)
        assert 1 <= limit.first_lease <= limit.lease <= limit.burst, per_minute
    assert limit_of_key("free", LEAST_OF_A_KEY - 1).burst == 0


def test_what_plans_added_is_not_written_at_its_default() -> None:
    balance = Balance(at=0.0, left=1.0)
    assert "month_" not in balance.model_dump_json()
    leased = balance.but(month_leased=3)
    assert Balance.model_validate_json(leased.model_dump_json()) == leased
    assert "subscription" not in Control().model_dump_json()
