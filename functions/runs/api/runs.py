"""Runs of plans: they are started, seen, stopped, undone and replayed."""

from typing import Annotated, Any

from fastapi import Header, Query, Response
from pydantic import BeforeValidator, StringConstraints

from events.jobs import JobBody
from events.runs import RunStatus
from functions.runs.aggregates import RUN, RUNS
from functions.runs.rules.entity_types import RUN as RUN_ENTITY
from functions.runs.rules.replay import Mode
from functions.runs.service import (
    event_stream,
    replay,
    retention,
    snapshots,
    start,
    steps,
    stops,
    streams,
    undo,
)
from functions.runs.views.runs import RunEvents, RunPage, RunView
from functions.runs.views.steps import SnapshotPage, StepPage
from shared.kit.callers import Caller
from shared.kit.canonical import ContentHash
from shared.kit.models import Model
from shared.runtime.acts import does
from shared.runtime.idempotency import Key
from shared.runtime.routes import Cursor, Limit, Router
from shared.runtime.tier_limits import beyond_quota

# The number of an event of a run.
_NUMBER: Any = {"ge": 0, "le": 10_000_000}
After = Annotated[int, Query(**_NUMBER)]
LastEventId = Annotated[int | None, Header(alias="Last-Event-ID", **_NUMBER)]
Accepts = Annotated[str, Header(alias="Accept", include_in_schema=False)]
# An empty body says nothing else than `{}`.
_OR_NOTHING = BeforeValidator(lambda body: {} if body is None else body)
_CANCELS = ("cancel_or_retry_workflow",)
ROUTER = Router(read=("runs:read", "governance:read"), write=("runs:write",), narrows=True)


class RunBody(Model):
    """The plan to run, by its hash."""

    plan_hash: ContentHash


class ReplayBody(Model):
    """How much of a run is repeated: all of it, all from a step on, or what failed."""

    mode: Mode = "full"
    from_step: Annotated[str, StringConstraints(max_length=60)] | None = None


class ResumeBody(Model):
    """The snapshot from which the run goes on, by its name: the newest one."""

    snapshot: Annotated[str, StringConstraints(max_length=20)] | None = None


@ROUTER.post("/v1/runs", status_code=202)
@does("runs.create", within=("submit_conversation",), deed="starting a run")
async def post_run(caller: Caller, key: Key, body: RunBody) -> RunView:
    """Runs a plan that was rehearsed. The answer comes when the run has to wait for a person or a
    time, has ended, or after some fifteen seconds."""
    return await start.start_run(caller, key, body.plan_hash)


@ROUTER.post("/v1/jobs", status_code=202)
@does("jobs.create", within=("submit_conversation",), deed="starting a job")
async def post_job(caller: Caller, key: Key, body: JobBody) -> RunView:
    """Compiles a published capsule with its inputs, rehearses the plan and runs it; without a
    version, the highest that is published. It answers as `POST /v1/runs` does, and refuses what
    does not compile, with line and column, and what its rehearsal denies."""
    return await start.start_job(caller, key, body)


@ROUTER.get("/v1/runs")
@beyond_quota
async def get_runs(
    caller: Caller, status: RunStatus | None = None, limit: Limit = 25, cursor: Cursor = None
) -> RunPage:
    """Lists the runs, newest first, all of them or those with a status."""
    where = [("status", "==", status)] if status else []
    order = ("started_at",)
    page = await RUN.page(caller, RUNS, where=where, order_by=order, limit=limit, cursor=cursor)
    return page.shown(RunPage, RunView.of)


@ROUTER.get("/v1/runs/{run_id}")
async def get_run(caller: Caller, run_id: str) -> RunView:
    """Shows where a run stands; of one that was removed, where to find what it did."""
    return RunView.of(await retention.read_run(caller, run_id))


@ROUTER.get("/v1/runs/{run_id}/steps")
async def get_steps(
    caller: Caller, run_id: str, limit: Limit = 25, cursor: Cursor = None
) -> StepPage:
    """Shows what the steps of a run gave, in the order of its plan, each before its iterations; a
    page has at most `limit` of them, and 900 KB."""
    return await steps.list_steps(caller, run_id, limit, cursor)


@ROUTER.get(
    "/v1/runs/{run_id}/events",
    response_model=RunEvents,
    responses={
        200: {"content": {streams.EVENT_STREAM: {"schema": {"type": "string"}}}},
        204: {"description": "As a stream: nothing follows, so do not come again"},
    },
)
async def get_events(
    caller: Caller,
    run_id: str,
    after: After = 0,
    limit: Limit = 25,
    last_event_id: LastEventId = None,
    accept: Accepts = "",
) -> RunEvents | Response:
    """Shows what happened to a run after its event with the number `after`: all of it from 0 on, in
    order, each once. Send the answer's `after` the next time. To whoever accepts
    `text/event-stream` it sends each event as it happens, with its number as `id`, for 25 seconds
    or until the run has ended; whoever comes again with `Last-Event-ID` misses none."""
    reached = after if last_event_id is None else last_event_id
    if streams.is_wanted(accept):
        return await streams.stream_run(caller, run_id, reached, limit)
    return await event_stream.follow_run(caller, run_id, reached, limit)


@ROUTER.get("/v1/runs/{run_id}/snapshots")
async def get_snapshots(
    caller: Caller, run_id: str, limit: Limit = 25, cursor: Cursor = None
) -> SnapshotPage:
    """Shows where a run stood after each of its steps, in the order of its plan. It goes on from
    the newest."""
    return await snapshots.list_snapshots(caller, run_id, limit, cursor)


@ROUTER.post("/v1/runs/{run_id}/pause", status_code=202)
@does("runs.pause", within=_CANCELS, deed="pausing a run")
@beyond_quota
async def pause_run(caller: Caller, key: Key, run_id: str) -> RunView:
    """Lets a run rest: at once where it waits, else once it knows what became of what it began."""
    return await stops.pause_run(caller, key, run_id)


@ROUTER.post("/v1/runs/{run_id}/resume", status_code=202)
@does("runs.resume", about=RUN_ENTITY, within=_CANCELS, deed="resuming a run")
async def resume_run(
    caller: Caller, key: Key, run_id: str, body: Annotated[ResumeBody, _OR_NOTHING]
) -> RunView:
    """Lets a paused run go on from where it stopped. Whoever resumes one that overran its
    rehearsal accepts that. With the name of a snapshot it goes on only if it stands there still: no
    step that has ended is done again."""
    return await stops.resume_run(caller, key, run_id, body.snapshot)


@ROUTER.post("/v1/runs/{run_id}/retry", status_code=202)
@does("runs.retry", about=RUN_ENTITY, within=_CANCELS, deed="trying a run again")
async def retry_run(caller: Caller, key: Key, run_id: str) -> RunView:
    """Lets a failed run go on from the step that failed; no step that has ended is done again."""
    return await stops.resume_run(caller, key, run_id)


@ROUTER.post("/v1/runs/{run_id}/cancel", status_code=202)
@does("runs.cancel", within=_CANCELS, deed="cancelling a run")
@beyond_quota
async def cancel_run(caller: Caller, key: Key, run_id: str) -> RunView:
    """Ends a run: at once where it waits, else once it knows what became of what it began. An
    approval that it waits for is given up."""
    return await stops.cancel_run(caller, key, run_id)


@ROUTER.post("/v1/runs/{run_id}/undo", status_code=202)
@does("runs.undo", within=_CANCELS, deed="undoing a run")
@beyond_quota
async def undo_run(caller: Caller, key: Key, run_id: str) -> RunView:
    """Undoes what an ended or paused run did, in reverse order, as far as anything undoes it. Asked
    again, it undoes a call that was in doubt and of which somebody has said that it happened."""
    return await undo.undo_run(caller, key, run_id)


@ROUTER.post("/v1/runs/{run_id}/replay", status_code=202)
@does("runs.replay", within=_CANCELS, deed="replaying a run")
async def replay_run(caller: Caller, key: Key, run_id: str, body: ReplayBody) -> RunView:
    """Repeats an ended or paused run without doing anything: what only computes is computed again,
    each other call answers what is recorded of it. `divergences` counts what differs, and the steps
    of the replay show it."""
    return await replay.replay_run(caller, key, run_id, body.mode, body.from_step)
