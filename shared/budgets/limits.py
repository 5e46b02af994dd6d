"""What a budget allows in a period, and what that stops. Pure."""

from typing import NamedTuple, get_args

from events.budgets import BudgetStateName, Threshold
from shared.kit.models import Data, Model

TENANT = "tenant"
PLATFORM = "platform"
# The document of this limit is there once a governor has set that of some agent.
ANY_AGENT = "agents"
TENANTS_MONTH_USD_MICROS = 100_000_000
PLATFORMS_MONTH_USD_MICROS = 100_000_000
TRIAL_DAY_USD_MICROS = 5_000_000
THRESHOLDS: tuple[Threshold, ...] = get_args(Threshold)
_STATES: dict[Threshold, BudgetStateName] = {80: "warning", 95: "critical", 100: "exhausted"}


class BudgetLimit(Model):
    """What a governor set for every period from then on."""

    scope: str
    limit_usd_micros: int
    set_by: str


class Raised(Data):
    """An approval raised the limit of one period from what it was otherwise."""

    from_usd_micros: int
    to_usd_micros: int
    approval_id: str


def budget_id(scope: str, period: str) -> str:
    """The id of its document."""
    return f"{scope}.{period}"


def limit_of(
    set: BudgetLimit | None, per_day_usd_micros: int | None, *, is_trial: bool = False
) -> int:
    """The limit of a period: what a governor set, else what the agent's spec says, else that of
    every tenant; of an agent on trial five dollars a day at most."""
    usual = per_day_usd_micros if per_day_usd_micros is not None else TENANTS_MONTH_USD_MICROS
    limit = set.limit_usd_micros if set is not None else usual
    return min(limit, TRIAL_DAY_USD_MICROS) if is_trial else limit


def raised_limit(limit_usd_micros: int, raised: Raised | None) -> int:
    """The limit of the period, raised where an approval did so; a limit that a governor has set
    since then holds instead."""
    if raised is None or raised.from_usd_micros != limit_usd_micros:
        return limit_usd_micros
    return raised.to_usd_micros


def has_reached(spent_usd_micros: int, limit_usd_micros: int, threshold: int) -> bool:
    """Whether so many percent of the limit are spent; of no limit everything is."""
    return spent_usd_micros * 100 >= limit_usd_micros * threshold


def highest_reached(used: int, limit: int) -> Threshold | None:
    """The highest threshold that so much of the limit has reached; None below the first one."""
    reached = (each for each in THRESHOLDS if has_reached(used, limit, each))
    return max(reached, default=None)


def state_of(spent_usd_micros: int, limit_usd_micros: int) -> BudgetStateName:
    """The state that the highest threshold gives which was reached."""
    reached = highest_reached(spent_usd_micros, limit_usd_micros)
    return _STATES[reached] if reached is not None else "active"


class Spending(NamedTuple):
    """What was spent in a period, and what a governor says of it."""

    spent_usd_micros: int = 0
    set: BudgetLimit | None = None
    raised: Raised | None = None
    is_trial: bool = False

    def limit(self, per_day_usd_micros: int | None, *, is_trial: bool = False) -> int:
        """The limit of the period, with what the agent's spec says; None for the tenant's."""
        usual = limit_of(self.set, per_day_usd_micros, is_trial=is_trial or self.is_trial)
        return raised_limit(usual, self.raised)
