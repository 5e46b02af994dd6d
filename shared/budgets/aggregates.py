"""The documents of budgets, for each function that writes them: `runs` owns them and decides what
follows, `models` holds and charges in them, `tools` counts calls."""

from shared.aggregates.aggregate import Aggregate
from shared.budgets import reading
from shared.budgets.budget import Budget
from shared.budgets.limits import BudgetLimit, budget_id

# What an agent spends in a day, and the tenant in a month.
BUDGETS = Aggregate(
    noun="budget",
    model=Budget,
    collection=reading.BUDGETS,
    id_of=lambda budget: budget_id(budget.scope, budget.period),
    indexed=("period",),
    queried=("-period",),
)

LIMITS = Aggregate(
    noun="budget_limit",
    model=BudgetLimit,
    collection=reading.LIMITS,
    id_of=lambda limit: limit.scope,
)
