"""Schedules: jobs that start by themselves."""

from typing import Annotated, Self

from pydantic import AfterValidator, StringConstraints, model_validator

from events.jobs import JobBody
from events.schedules import Trigger
from functions.runs.aggregates import RUN, SCHEDULES
from functions.runs.rules.schedule import When
from functions.runs.service import schedules
from functions.runs.views.schedules import SchedulePage, ScheduleView
from shared.kit.callers import Caller
from shared.kit.cron import LONGEST as LONGEST_CRON
from shared.kit.cron import check_cron
from shared.kit.models import part_of
from shared.runtime.acts import does
from shared.runtime.idempotency import Key
from shared.runtime.routes import Cursor, Limit, Router

ROUTER = Router(read=("runs:read", "governance:read"), write=("runs:write",), narrows=True)


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


@ROUTER.post("/v1/schedules", status_code=201)
@does("schedules.create", within=("submit_conversation",), deed="making a schedule")
async def post_schedule(caller: Caller, key: Key, body: ScheduleBody) -> ScheduleView:
    """Starts a job at each instant of a cron expression, in UTC, or at each event of a type, in the
    caller's name and while they have their roles. What a cron expression could not start now is
    refused as `POST /v1/jobs` refuses it."""
    when = When(body.cron, body.event)
    return await schedules.create_schedule(caller, key, body.job, when)


@ROUTER.get("/v1/schedules")
async def get_schedules(caller: Caller, limit: Limit = 25, cursor: Cursor = None) -> SchedulePage:
    """Lists the schedules, newest first, with what came of the last firing of each."""
    page = await RUN.page(caller, SCHEDULES, order_by=("created_at",), limit=limit, cursor=cursor)
    return page.shown(SchedulePage, ScheduleView.of)


@ROUTER.delete("/v1/schedules/{schedule_id}")
@does("schedules.delete", within=("submit_conversation",), deed="ending a schedule")
async def delete_schedule(caller: Caller, key: Key, schedule_id: str) -> ScheduleView:
    """Ends a schedule. What it started goes on."""
    return await schedules.end_schedule(caller, key, schedule_id)
