"""What this function owns, model routes and calls, and the budgets that it holds of and charges."""

from functions.models.rules.call import ModelCall, next_timer
from functions.models.rules.route import ModelRoute
from shared.aggregates.aggregate import Aggregate
from shared.aggregates.runner import Runner
from shared.budgets.budget import Budget
from shared.budgets.leasing import LEASES
from shared.budgets.limits import BudgetLimit, budget_id
from shared.budgets.reading import BUDGETS as BUDGETS_OF_RUNS
from shared.budgets.reading import LIMITS as LIMITS_OF_RUNS

MODEL_KEY = "models-model-key"

ROUTES = Aggregate(
    noun="model_route",
    model=ModelRoute,
    collection="model_routes",
    id_of=lambda route: route.name,
    indexed=("set_at",),
    queried=("-set_at",),
)

CALLS = Aggregate(
    noun="model_call",
    model=ModelCall,
    collection="model_calls",
    prefix="mdc",
    id_of=lambda call: call.call_id,
    next_timer=next_timer,
    swept=lambda _: True,
)

# `runs` decides what follows from them; what a call holds and costs is in the same documents.
BUDGETS = Aggregate(
    noun="budget",
    model=Budget,
    collection=BUDGETS_OF_RUNS,
    id_of=lambda budget: budget_id(budget.scope, budget.period),
    indexed=("period",),
)

LIMITS = Aggregate(
    noun="budget_limit",
    model=BudgetLimit,
    collection=LIMITS_OF_RUNS,
    id_of=lambda limit: limit.scope,
)

RUN = Runner("models", ROUTES, CALLS, BUDGETS, LIMITS, LEASES)
