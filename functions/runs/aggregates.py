"""What this function owns: runs, and what their steps gave."""

from functions.runs.rules.budget import Budget, BudgetLimit, budget_id
from functions.runs.rules.run import RUN_LOST, Run, StepResult, event_id, next_timer
from functions.runs.rules.schedule import Schedule, ScheduleBook
from functions.runs.rules.schedule import next_timer as schedule_timer
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
    indexed=("status", "started_at"),
    composites=(
        ("status", "-started_at"),
        (WORKSPACE, "-started_at"),
        (WORKSPACE, "status", "-started_at"),
    ),
    queried=("-started_at",),
    next_timer=next_timer,
    swept=frozenset({RUN_LOST}),
    in_workspaces=True,
    event_id=lambda run, number: event_id(run.run_id, run.started_at, number),
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

# Jobs that start by themselves, and how many of them do.
SCHEDULES = Aggregate(
    noun="schedule",
    model=Schedule,
    collection="schedules",
    prefix="sch",
    indexed=("created_at",),
    composites=((WORKSPACE, "-created_at"),),
    queried=("-created_at",),
    next_timer=schedule_timer,
    in_workspaces=True,
)
BOOK_ID = "book"
BOOK = Aggregate(
    noun="schedule_book",
    model=ScheduleBook,
    collection="schedule_books",
    id_of=lambda _: BOOK_ID,
)

RUN = Runner("runs", RUNS, RESULTS, BUDGETS, LIMITS, SCHEDULES, BOOK)
