"""Schedules: jobs that start by themselves."""

from fastapi import Depends, Request

from events.schedules import ScheduleCallBody, ScheduleGiven
from functions.runs.aggregates import RUN, SCHEDULES
from functions.runs.rules.schedule_calls import ScheduleBody
from functions.runs.service import schedule_calls, schedules
from functions.runs.views.schedules import SchedulePage, ScheduleView
from shared.kit.callers import Caller
from shared.runtime.acts import does
from shared.runtime.capability_route import CAPABILITY, calls_router, capability_of
from shared.runtime.idempotency import Key
from shared.runtime.routes import Cursor, Limit, Router
from shared.runtime.tier_limits import beyond_quota

CALLS = calls_router()
PEOPLES = Router(read=("runs:read", "governance:read"), write=("runs:write",), narrows=True)


@PEOPLES.post("/v1/schedules", status_code=201)
@does("schedules.create", within=("submit_conversation",), deed="making a schedule")
async def post_schedule(caller: Caller, key: Key, body: ScheduleBody) -> ScheduleView:
    """Starts a job at each instant of a cron expression, in UTC, or at each event of a type, in the
    caller's name and while they have their roles. What a cron expression could not start now is
    refused as `POST /v1/jobs` refuses it."""
    return await schedules.create_schedule(caller, key, body.job, body.when)


@PEOPLES.get("/v1/schedules")
@beyond_quota
async def get_schedules(caller: Caller, limit: Limit = 25, cursor: Cursor = None) -> SchedulePage:
    """Lists the schedules, newest first, with what came of the last firing of each."""
    page = await RUN.page(caller, SCHEDULES, order_by=("created_at",), limit=limit, cursor=cursor)
    return page.shown(SchedulePage, ScheduleView.of)


@PEOPLES.delete("/v1/schedules/{schedule_id}")
@does("schedules.delete", within=("submit_conversation",), deed="ending a schedule")
@beyond_quota
async def delete_schedule(caller: Caller, key: Key, schedule_id: str) -> ScheduleView:
    """Ends a schedule. What it started goes on."""
    return await schedules.end_schedule(caller, key, schedule_id)


@CALLS.post("/v1/schedules/calls", dependencies=[Depends(CAPABILITY)])
async def post_call_of_schedule(request: Request, body: ScheduleCallBody) -> ScheduleGiven:
    """Makes or ends a schedule for a call of a run, by a capability token that names exactly it, in
    the name of whoever started the run. The same call again gets the same answer."""
    return await schedule_calls.do(request.state.caller, capability_of(request), body)


ROUTER = Router.joining(PEOPLES, CALLS)
