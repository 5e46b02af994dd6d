"""HTTP in, HTTP out: runs of plans."""

from typing import Annotated, Self

from fastapi import Query
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    model_validator,
)

from events.jobs import JobBody
from events.runs import RunStatus
from events.schedules import Trigger
from functions.runs.aggregates import BUDGETS, RUN, RUNS, SCHEDULES
from functions.runs.recall_routes import RECALLS_ROUTER, TOKENS_ROUTER
from functions.runs.rules.replaying import Mode
from functions.runs.rules.retention import LEAST_DAYS, MOST_DAYS
from functions.runs.rules.schedule import When
from functions.runs.service import (
    commanding,
    following,
    reading,
    replaying,
    retention,
    schedules,
    snapshots,
    starting,
    undoing,
)
from functions.runs.views.budgets import BudgetPage, BudgetView, LimitView
from functions.runs.views.retention import RetentionView
from functions.runs.views.runs import RunEvents, RunPage, RunView
from functions.runs.views.schedules import SchedulePage, ScheduleView
from functions.runs.views.steps import SnapshotPage, StepPage
from shared.kit.callers import Caller
from shared.kit.canonical import ContentHash
from shared.kit.cron import LONGEST as LONGEST_CRON
from shared.kit.cron import check_cron
from shared.kit.models import Model, part_of
from shared.runtime.acts import does
from shared.runtime.idempotency import Key
from shared.runtime.routes import Cursor, Limit, Router

__all__ = ["ROUTER", "RUN"]

# The number of an event of a run.
After = Annotated[int, Query(ge=0, le=10_000_000)]
CANCELS = ("cancel_or_retry_workflow",)
RUNS_ROUTER = Router(read=("runs:read", "governance:read"), write=("runs:write",), narrows=True)
# The time that runs are kept, and budgets, are those of the whole tenant.
RETENTION_ROUTER = Router(read=("runs:read", "governance:read"), write=("runs:write",))
BUDGETS_ROUTER = Router(read=("runs:read", "governance:read"), write=("governance:write",))


class LimitBody(Model):
    """The most that may be spent in a period, in micro-dollars."""

    limit_usd_micros: Annotated[int, Field(ge=0, le=1_000_000_000_000, strict=True)]


class ScheduleBody(JobBody):
    """A job, and when it starts: at each instant of five cron fields, in UTC, or at each event of a
    type, whose data is then the input `event` where the capsule declares one."""

    cron: (
        Annotated[str, StringConstraints(max_length=LONGEST_CRON), AfterValidator(check_cron)]
        | None
    ) = None
    event: Trigger | None = None

    @model_validator(mode="after")
    def _starts_by_one(self) -> Self:
        if (self.cron is None) == (self.event is None):
            raise ValueError("send either cron or event")
        return self

    @property
    def job(self) -> JobBody:
        """What starts each time."""
        return part_of(JobBody, self)


class RetentionBody(Model):
    """For how many days runs are kept after they ended: 30 days to seven years."""

    days: Annotated[int, Field(ge=LEAST_DAYS, le=MOST_DAYS, strict=True)]


class RunBody(Model):
    """The plan to run, by its hash."""

    plan_hash: ContentHash


# An empty body says nothing else than `{}`.
_OR_NOTHING = BeforeValidator(lambda body: {} if body is None else body)


class ReplayBody(Model):
    """How much of a run is repeated: all of it, all from a step on, or what failed."""

    mode: Mode = "full"
    from_step: Annotated[str, StringConstraints(max_length=60)] | None = None


class ResumeBody(Model):
    """The snapshot from which the run goes on, by its name: the newest one."""

    snapshot: Annotated[str, StringConstraints(max_length=20)] | None = None


@RUNS_ROUTER.post("/v1/runs", status_code=202)
@does("runs.create", within=("submit_conversation",), deed="starting a run")
async def post_run(caller: Caller, key: Key, body: RunBody) -> RunView:
    """Runs a plan that was rehearsed. The answer comes when the run has to wait for a person or a
    time, has ended, or after some fifteen seconds."""
    return await starting.start_run(caller, key, body.plan_hash)


@RUNS_ROUTER.post("/v1/jobs", status_code=202)
@does("jobs.create", within=("submit_conversation",), deed="starting a job")
async def post_job(caller: Caller, key: Key, body: JobBody) -> RunView:
    """Compiles a published capsule with its inputs, rehearses the plan and runs it; without a
    version, the highest that is published. It answers as `POST /v1/runs` does, and refuses what
    does not compile, with line and column, and what its rehearsal denies."""
    return await starting.start_job(caller, key, body)


@RUNS_ROUTER.get("/v1/runs")
async def get_runs(
    caller: Caller, status: RunStatus | None = None, limit: Limit = 25, cursor: Cursor = None
) -> RunPage:
    """Lists the runs, newest first, all of them or those with a status."""
    where = [("status", "==", status)] if status else []
    order = ("started_at",)
    page = await RUN.page(caller, RUNS, where=where, order_by=order, limit=limit, cursor=cursor)
    return page.shown(RunPage, RunView.of)


# Before the route of one run, whose path it matches.
@RETENTION_ROUTER.get("/v1/runs/retention")
async def get_retention(caller: Caller) -> RetentionView:
    """Shows for how long runs are kept after they ended."""
    return await retention.show(caller)


@RETENTION_ROUTER.put("/v1/runs/retention")
@does("runs.retention.set", within=("manage_tenant",), deed="setting how long runs are kept")
async def put_retention(caller: Caller, key: Key, body: RetentionBody) -> RetentionView:
    """Sets for how many days runs are kept after they ended; a shorter time holds a week later.
    Needs the role tenant_admin."""
    return await retention.put(caller, key, body.days)


@RUNS_ROUTER.get("/v1/runs/{run_id}")
async def get_run(caller: Caller, run_id: str) -> RunView:
    """Shows where a run stands; of one that was removed, where to find what it did."""
    return RunView.of(await retention.read_run(caller, run_id))


@RUNS_ROUTER.get("/v1/runs/{run_id}/steps")
async def get_steps(
    caller: Caller, run_id: str, limit: Limit = 25, cursor: Cursor = None
) -> StepPage:
    """Shows what the steps of a run gave, in the order of its plan, each before its iterations; a
    page has at most `limit` of them, and 900 KB."""
    return await reading.list_steps(caller, run_id, limit, cursor)


@RUNS_ROUTER.get("/v1/runs/{run_id}/events")
async def get_events(caller: Caller, run_id: str, after: After = 0, limit: Limit = 25) -> RunEvents:
    """Shows what happened to a run after its event with the number `after`: all of it from 0 on, in
    order, each once. Send the answer's `after` the next time."""
    return await following.follow_run(caller, run_id, after, limit)


@RUNS_ROUTER.get("/v1/runs/{run_id}/snapshots")
async def get_snapshots(
    caller: Caller, run_id: str, limit: Limit = 25, cursor: Cursor = None
) -> SnapshotPage:
    """Shows where a run stood after each of its steps, in the order of its plan. It goes on from
    the newest."""
    return await snapshots.list_snapshots(caller, run_id, limit, cursor)


@RUNS_ROUTER.post("/v1/runs/{run_id}/pause", status_code=202)
@does("runs.pause", within=CANCELS, deed="pausing a run")
async def pause_run(caller: Caller, key: Key, run_id: str) -> RunView:
    """Lets a run rest: at once where it waits, else once it knows what became of what it began."""
    return await commanding.pause_run(caller, key, run_id)


@RUNS_ROUTER.post("/v1/runs/{run_id}/resume", status_code=202)
@does("runs.resume", within=CANCELS, deed="resuming a run")
async def resume_run(
    caller: Caller, key: Key, run_id: str, body: Annotated[ResumeBody, _OR_NOTHING]
) -> RunView:
    """Lets a paused run go on from where it stopped. Whoever resumes one that diverged from its
    rehearsal accepts that. With the name of a snapshot it goes on only if it stands there still: no
    step that has ended is done again."""
    return await commanding.resume_run(caller, key, run_id, body.snapshot)


@RUNS_ROUTER.post("/v1/runs/{run_id}/retry", status_code=202)
@does("runs.retry", within=CANCELS, deed="trying a run again")
async def retry_run(caller: Caller, key: Key, run_id: str) -> RunView:
    """Lets a failed run go on from the step that failed; no step that has ended is done again."""
    return await commanding.resume_run(caller, key, run_id)


@RUNS_ROUTER.post("/v1/runs/{run_id}/cancel", status_code=202)
@does("runs.cancel", within=CANCELS, deed="cancelling a run")
async def cancel_run(caller: Caller, key: Key, run_id: str) -> RunView:
    """Ends a run: at once where it waits, else once it knows what became of what it began. An
    approval that it waits for is given up."""
    return await commanding.cancel_run(caller, key, run_id)


@RUNS_ROUTER.post("/v1/runs/{run_id}/undo", status_code=202)
@does("runs.undo", within=CANCELS, deed="undoing a run")
async def undo_run(caller: Caller, key: Key, run_id: str) -> RunView:
    """Undoes what an ended or paused run did, in reverse order, as far as anything undoes it."""
    return await undoing.undo_run(caller, key, run_id)


@RUNS_ROUTER.post("/v1/runs/{run_id}/replay", status_code=202)
@does("runs.replay", within=CANCELS, deed="replaying a run")
async def replay_run(caller: Caller, key: Key, run_id: str, body: ReplayBody) -> RunView:
    """Repeats an ended or paused run without doing anything: what only computes is computed again,
    each other call answers what is recorded of it. `divergences` counts what differs, and the steps
    of the replay show it."""
    return await replaying.replay_run(caller, key, run_id, body.mode, body.from_step)


@RUNS_ROUTER.post("/v1/schedules", status_code=201)
@does("schedules.create", within=("submit_conversation",), deed="making a schedule")
async def post_schedule(caller: Caller, key: Key, body: ScheduleBody) -> ScheduleView:
    """Starts a job at each instant of a cron expression, in UTC, or at each event of a type, in the
    caller's name and while they have their roles. What a cron expression could not start now is
    refused as `POST /v1/jobs` refuses it."""
    when = When(body.cron, body.event)
    return await schedules.create_schedule(caller, key, body.job, when)


@RUNS_ROUTER.get("/v1/schedules")
async def get_schedules(caller: Caller, limit: Limit = 25, cursor: Cursor = None) -> SchedulePage:
    """Lists the schedules, newest first, with what came of the last firing of each."""
    page = await RUN.page(caller, SCHEDULES, order_by=("created_at",), limit=limit, cursor=cursor)
    return page.shown(SchedulePage, ScheduleView.of)


@RUNS_ROUTER.delete("/v1/schedules/{schedule_id}")
@does("schedules.delete", within=("submit_conversation",), deed="ending a schedule")
async def delete_schedule(caller: Caller, key: Key, schedule_id: str) -> ScheduleView:
    """Ends a schedule. What it started goes on."""
    return await schedules.end_schedule(caller, key, schedule_id)


@BUDGETS_ROUTER.get("/v1/budgets")
async def get_budgets(caller: Caller, limit: Limit = 25, cursor: Cursor = None) -> BudgetPage:
    """Lists the budgets of which something was held or spent, those of the newest periods first."""
    page = await RUN.page(caller, BUDGETS, order_by=("period",), limit=limit, cursor=cursor)
    return page.shown(BudgetPage, BudgetView.of)


@BUDGETS_ROUTER.put("/v1/budgets/{scope}")
@does("budgets.set", within=("govern",), deed="setting a budget")
async def put_budget(caller: Caller, key: Key, scope: str, body: LimitBody) -> LimitView:
    """Sets what an agent, by its id, may spend in a day, or the `tenant` in a month."""
    return await commanding.put_limit(caller, key, scope, body.limit_usd_micros)


ROUTER = Router.joining(
    RETENTION_ROUTER, RUNS_ROUTER, BUDGETS_ROUTER, RECALLS_ROUTER, TOKENS_ROUTER
)
