"""What this function owns: runs, and what their steps gave."""

from functions.runs.rules.budget import Budget, BudgetLimit, budget_id
from functions.runs.rules.recalls import Recall
from functions.runs.rules.recalls import next_timer as recall_timer
from functions.runs.rules.run import RUN_LOST, Run, StepResult, next_timer
from shared.agents.stops import STOPS as STOPS_COLLECTION
from shared.agents.stops import AgentStops
from shared.aggregates.aggregate import Aggregate
from shared.aggregates.runner import Runner
from shared.kit.workspaces import WORKSPACE

APPROVALS_KEYS = "approvals-public-keys"
CAPSULES_KEYS = "capsules-public-keys"
SIGNING_KEY = "runs-signing-key"

RUNS = Aggregate(
    noun="run",
    model=Run,
    collection="runs",
    prefix="run",
    indexed=("status", "started_at", "agent_id", "agent_version", "live_as", "recall_id"),
    composites=(
        # What a recall shows.
        ("agent_id", "-started_at"),
        ("agent_id", "agent_version", "-started_at"),
        ("status", "-started_at"),
        (WORKSPACE, "-started_at"),
        (WORKSPACE, "status", "-started_at"),
    ),
    queried=("-started_at", "live_as", "recall_id"),
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

# What an agent spends in a day, and the tenant in a month.
BUDGETS = Aggregate(
    noun="budget",
    model=Budget,
    collection="budgets",
    id_of=lambda budget: budget_id(budget.scope, budget.period),
    indexed=("period",),
    queried=("-period",),
)

LIMITS = Aggregate(
    noun="budget_limit",
    model=BudgetLimit,
    collection="budget_limits",
    id_of=lambda limit: limit.scope,
)

RECALLS = Aggregate(
    noun="recall",
    model=Recall,
    collection="recalls",
    prefix="rcl",
    indexed=("recalled_at",),
    composites=((WORKSPACE, "-recalled_at"),),
    queried=("-recalled_at",),
    next_timer=recall_timer,
    in_workspaces=True,
)

# What `tools` reads before each act, and whoever reads an agent: no document where there is none.
STOPS = Aggregate(
    noun="agent_stops",
    model=AgentStops,
    collection=STOPS_COLLECTION,
    id_of=lambda stops: stops.agent_id,
)

RUN = Runner("runs", RUNS, RESULTS, BUDGETS, LIMITS, RECALLS, STOPS)
