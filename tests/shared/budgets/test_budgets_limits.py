"""What a budget allows, and what that stops."""

import pytest

from shared.budgets.limits import BudgetLimit, Raised, Spending, limit_of, raised_limit, state_of


@pytest.mark.parametrize(
    ("spent", "state"),
    [
        (0, "active"),
        (79, "active"),
        (80, "warning"),
        (94, "warning"),
        (95, "critical"),
        (99, "critical"),
        (100, "exhausted"),
        (101, "exhausted"),
    ],
)
def test_budgets_change_state_at_80_95_and_100_percent(spent: int, state: str) -> None:
    assert state_of(spent, 100) == state


def test_a_budget_of_nothing_is_exhausted() -> None:
    assert state_of(0, 0) == "exhausted"


def test_a_governors_limit_holds_before_the_specs_and_that_of_every_tenant() -> None:
    set = BudgetLimit(scope="tenant", limit_usd_micros=7, set_by="gala")
    assert (limit_of(None, None), limit_of(None, 9), limit_of(set, 9)) == (100_000_000, 9, 7)


def test_others_see_the_limit_that_runs_go_by() -> None:
    raised = Raised(from_usd_micros=1_000, to_usd_micros=1_500, approval_id="apr_1")
    assert Spending(raised=raised).limit(1_000) == 1_500
    assert Spending(raised=raised).limit(1_200) == raised_limit(1_200, raised) == 1_200
    assert Spending().limit(9_000_000, is_trial=True) == 5_000_000
