"""Schedules that start at events of other functions."""

import json
from typing import Any, get_args

from events import schedules
from functions.runs.aggregates import BOOK, BOOK_ID, RUN, RUNS, SCHEDULES
from functions.runs.rules import schedule as rules
from functions.runs.rules.run import Run
from functions.runs.rules.schedule import DEEPEST, Cause
from functions.runs.service.clock import Clock
from functions.runs.service.go_on import go_on
from functions.runs.service.schedules import start_by
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.workspaces import includes
from shared.messaging.envelope import Envelope
from shared.storage.firestore import TenantStore

TYPES: tuple[str, ...] = get_args(schedules.Trigger)


async def start_at(event: Envelope) -> None:
    """Starts a run of each schedule that waits for events of that type where this one lies, each in
    a commit of its own, and once however often the event comes. One read where there is none.
    Raises Unavailable."""
    clock = Clock(event.received_at)
    document = await TenantStore(event.tenantid).get(BOOK.collection, BOOK_ID)
    book = BOOK.state_in(document.data) if document is not None else rules.ScheduleBook()
    for schedule_id in book.triggers.get(event.type, ()):
        # Each has a plan of its own.
        clock.plan = None
        run, is_known = await _start(event, schedule_id, clock)
        if run is not None and run.is_moving:
            # Whoever started it before may have died while it acted.
            await go_on(event.tenantid, run.run_id, clock, again=is_known)


async def _start(event: Envelope, schedule_id: str, clock: Clock) -> tuple[Run | None, bool]:
    """The run that this event starts, or that it started before: whether it did."""
    begun: list[Run] = []
    is_known = False

    async def use_case(work: UnitOfWork) -> None:
        nonlocal is_known
        begun.clear()
        schedule = await work.find(SCHEDULES, schedule_id)
        if schedule is None or schedule.status != "active":
            return
        if not includes(schedule.workspace_id, event.workspaceid or None):
            return
        data: dict[str, Any] = json.loads(event.data)
        depth = await depth_of(work, data.get("run_id"))
        cause = Cause(event.id, event.time, depth, rules.plain(data))
        known = await work.find(RUNS, rules.run_id_of(schedule, cause))
        is_known = known is not None
        if known is not None:
            begun.append(known)
        elif not rules.has_met(schedule, event.id):
            work.is_about(SCHEDULES, schedule_id)
            begun.extend(await start_by(work, clock, schedule, cause))

    await RUN.reaction(event, use_case, is_one_of_several=True)
    return (begun[0] if begun else None), is_known


async def depth_of(work: UnitOfWork, run_id: object) -> int:
    """How many runs started one another until the one that the event starts: 0 for an event that
    comes from no run."""
    depth = 0
    for _ in range(DEEPEST + 1):
        run = await work.find(RUNS, run_id) if isinstance(run_id, str) else None
        if run is None:
            return depth
        depth, run_id = max(depth, run.triggered + 1), run.parent_run_id
    return depth
