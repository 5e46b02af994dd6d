"""Budgets: the amount spent, the limit, and the resulting state."""

from mobile_api.views import Spend
from shared.budgets.limits import state_of
from shared.kit.money import MICROS_PER_USD

AGENT_PER_DAY_USD_MICROS = 5 * MICROS_PER_USD


def spend(spent_usd_micros: int, limit_usd_micros: int) -> Spend:
    """Both amounts with the resulting state."""
    return Spend(
        spent_usd_micros=spent_usd_micros,
        limit_usd_micros=limit_usd_micros,
        state=state_of(spent_usd_micros, limit_usd_micros),
    )
