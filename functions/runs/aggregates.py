"""What this function owns: runs, what their steps gave, and what models answered in them."""

from functions.runs.rules.budget import Budget
from functions.runs.rules.retention import RETENTION_DUE, Retention
from functions.runs.rules.retention import next_timer as next_retention
from functions.runs.rules.run import RUN_LOST, Run, StepResult, next_timer
from functions.runs.rules.thinking import Turn
from shared.aggregates.aggregate import Aggregate
from shared.aggregates.runner import Runner
from shared.budgets.limits import BudgetLimit, budget_id
from shared.budgets.reading import BUDGETS as BUDGETS_OF_RUNS
from shared.budgets.reading import LIMITS as LIMITS_OF_RUNS
from shared.kit.workspaces import WORKSPACE
from shared.receipts.leading import APPROVAL_RECEIPTS
from shared.storage.collections import Collection

APPROVALS_KEYS = "approvals-public-keys"
CAPSULES_KEYS = "capsules-public-keys"
SIGNING_KEY = "runs-signing-key"
MODEL_KEY = "runs-model-key"

RUNS = Aggregate(
    noun="run",
    model=Run,
    collection="runs",
    prefix="run",
    indexed=("status", "started_at", "over_since", "started_by"),
    composites=(
        ("status", "-started_at"),
        (WORKSPACE, "-started_at"),
        (WORKSPACE, "status", "-started_at"),
    ),
    queried=("-started_at", "over_since", "started_by"),
    next_timer=next_timer,
    swept=frozenset({RUN_LOST}),
    in_workspaces=True,
)

# Written once, when a step or an iteration has ended.
RESULTS = Aggregate(
    noun="run_step",
    model=StepResult,
    collection="run_steps",
    id_of=lambda result: result.id,
)

# Written once, when a model has answered.
TURNS = Aggregate(
    noun="run_turn",
    model=Turn,
    collection="run_turns",
    id_of=lambda turn: turn.id,
)

# What an agent spends in a day, and the tenant in a month.
BUDGETS = Aggregate(
    noun="budget",
    model=Budget,
    collection=BUDGETS_OF_RUNS,
    id_of=lambda budget: budget_id(budget.scope, budget.period),
    indexed=("period",),
    queried=("-period",),
)

LIMITS = Aggregate(
    noun="budget_limit",
    model=BudgetLimit,
    collection=LIMITS_OF_RUNS,
    id_of=lambda limit: limit.scope,
)

# One for each tenant.
RETENTION = Aggregate(
    noun="run_retention",
    model=Retention,
    collection="run_retention",
    id_of=lambda _: "current",
    next_timer=next_retention,
    swept=frozenset({RETENTION_DUE}),
)

# What people assented to last (`service/assents.py`); it is written without being read.
LAST_ASSENTS = Collection("last_assents")
# The newest receipt of a call that goes by an approval; written without being read too.
LED_TO = Collection(APPROVAL_RECEIPTS)

RUN = Runner(
    "runs",
    RUNS,
    RESULTS,
    TURNS,
    BUDGETS,
    LIMITS,
    RETENTION,
    collections=(LAST_ASSENTS, LED_TO),
)
