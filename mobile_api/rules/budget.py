"""Budgets: the amount spent, the limit, and the resulting state."""

from mobile_api.views import BudgetState, Spend
from shared.kit.money import MICROS_PER_USD

PLATFORM_PER_MONTH_USD_MICROS = 100 * MICROS_PER_USD
AGENT_PER_DAY_USD_MICROS = 5 * MICROS_PER_USD

_THRESHOLDS: tuple[tuple[int, BudgetState], ...] = (
    (100, "exhausted"),
    (95, "critical"),
    (80, "warning"),
)


def budget_state(spent_usd_micros: int, limit_usd_micros: int) -> BudgetState:
    """The highest threshold that was reached; a budget of zero is exhausted."""
    for percent, state in _THRESHOLDS:
        if spent_usd_micros * 100 >= limit_usd_micros * percent:
            return state
    return "active"


def spend(spent_usd_micros: int, limit_usd_micros: int) -> Spend:
    """Both amounts with the resulting state."""
    return Spend(
        spent_usd_micros=spent_usd_micros,
        limit_usd_micros=limit_usd_micros,
        state=budget_state(spent_usd_micros, limit_usd_micros),
    )
