"""What this function owns: runs, what their steps gave and what models answered in them, budgets,
schedules, recalls, and how long runs are kept."""

from events.recalls import TOPIC as RECALLS_TOPIC
from events.retention import TOPIC as RETENTION_TOPIC
from functions.runs.rules.entity_types import RUN as RUN_ENTITY
from functions.runs.rules.recalls import Recall
from functions.runs.rules.recalls import next_timer as recall_timer
from functions.runs.rules.retention import Retention
from functions.runs.rules.retention import next_timer as retention_timer
from functions.runs.rules.run import Run, event_id, is_swept
from functions.runs.rules.run import next_timer as run_timer
from functions.runs.rules.schedule import Schedule, ScheduleBook
from functions.runs.rules.schedule import next_timer as schedule_timer
from functions.runs.rules.step_result import StepResult
from functions.runs.rules.thinking import Turn
from shared.agents.stops import STOPS as STOPS_COLLECTION
from shared.agents.stops import AgentStops
from shared.aggregates.aggregate import Aggregate
from shared.aggregates.runner import Runner
from shared.budgets.aggregates import BUDGETS, LIMITS
from shared.budgets.leasing import LEASES
from shared.budgets.reached import REACHED_QUOTAS
from shared.kit.workspaces import WORKSPACE
from shared.receipts.approval_receipts import APPROVAL_RECEIPTS
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
    indexed=("status", "started_at", "started_by", "agent_id", "agent_version"),
    sparse=("over_since", "live_as", "recall_id"),
    composites=(
        # What a recall shows.
        ("agent_id", "-started_at"),
        ("agent_id", "agent_version", "-started_at"),
        ("status", "-started_at"),
        (WORKSPACE, "-started_at"),
        (WORKSPACE, "status", "-started_at"),
    ),
    queried=("-started_at", "over_since", "started_by", "live_as", "recall_id"),
    next_timer=run_timer,
    swept=is_swept,
    in_workspaces=True,
    entity_type=RUN_ENTITY,
    event_id=lambda run, number: event_id(run.run_id, run.started_at, number),
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

# One for each tenant.
RETENTION_ID = "current"
RETENTION = Aggregate(
    noun="run_retention",
    model=Retention,
    collection="run_retention",
    id_of=lambda _: RETENTION_ID,
    next_timer=retention_timer,
    swept=lambda _: True,
    topic=RETENTION_TOPIC,
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
    topic=RECALLS_TOPIC,
)

# What `tools` reads before each act, and whoever reads an agent: no document where there is none.
STOPS = Aggregate(
    noun="agent_stops",
    model=AgentStops,
    collection=STOPS_COLLECTION,
    id_of=lambda stops: stops.agent_id,
)

# What people assented to last (`service/assents.py`); it is written without being read.
LAST_ASSENTS = Collection("last_assents")
# The newest receipt of a call that goes by an approval; written without being read too.
LED_TO = Collection(APPROVAL_RECEIPTS)

RUN = Runner(
    "runs",
    *(RUNS, RESULTS, TURNS),
    *(BUDGETS, LIMITS, LEASES, REACHED_QUOTAS),
    *(SCHEDULES, BOOK, RETENTION),
    *(RECALLS, STOPS),
    collections=(LAST_ASSENTS, LED_TO),
)
