"""Budgets, and the limits that governors set."""

from typing import Self

from events.budgets import BudgetStateName
from shared.budgets.budget import Budget
from shared.budgets.limits import BudgetLimit
from shared.kit.models import Data, Page, part_of


class BudgetView(Data):
    """A budget in one period: an agent's in a day, the tenant's in a month, or that of all tenants
    together in a month, which holds what they took and have not spent as far as it knows."""

    scope: str
    period: str
    limit_usd_micros: int
    held_usd_micros: int
    spent_usd_micros: int
    state: BudgetStateName = "active"

    @classmethod
    def of(cls, budget: Budget) -> Self:
        """The budget as it is shown."""
        return part_of(cls, budget).but(state=budget.state)


class BudgetPage(Page[BudgetView]):
    """Some budgets, those of the newest periods first."""


class LimitView(Data):
    """A limit that a governor set."""

    scope: str
    limit_usd_micros: int
    set_by: str

    @classmethod
    def of(cls, limit: BudgetLimit) -> Self:
        """The limit as it is shown."""
        return part_of(cls, limit)
