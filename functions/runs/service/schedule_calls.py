"""Calls of `assent/schedules.create` and `assent/schedules.end`: steps of runs make schedules and
end them, in the name of whoever started the run."""

from dataclasses import replace

from events.schedules import END, ScheduleCallBody, ScheduleGiven
from functions.runs.aggregates import RUN, RUNS, SCHEDULES, STOPS
from functions.runs.rules import schedule as rules
from functions.runs.rules.run import Run
from functions.runs.rules.schedule import Schedule
from functions.runs.rules.schedule_calls import (
    asked_for,
    check_acts,
    check_ends,
    given,
    id_of,
    made_by,
)
from functions.runs.service.clock import Clock
from functions.runs.service.plan_orders import plan_hash_of
from functions.runs.service.schedules import STARTS, check_agent, find_book, why_not_now
from functions.runs.service.start import prepare
from functions.runs.service.triggers import depth_of
from shared.aggregates.command import Command
from shared.capabilities.grants import Grant
from shared.capabilities.reading import Capability
from shared.capabilities.stopped import acting, check_not_stopped
from shared.kit.callers import Caller
from shared.kit.canonical import content_hash
from shared.kit.errors import ContentErased, Forbidden, NotFound
from shared.policy.authorization import Authorization
from shared.policy.published import policies_of
from shared.policy.vocabulary import TENANT, Act
from shared.storage.firestore import TenantStore

CREATES = Act("schedules.create", TENANT, ("submit_conversation",), "making a schedule")
ENDS = Act("schedules.delete", TENANT, ("submit_conversation",), "ending a schedule")
# `tools` waits a little longer, and `runs` for `tools` a little longer than that.
COMPILED_WITHIN_SECONDS = 8.0


async def do(caller: Caller, capability: Capability, body: ScheduleCallBody) -> ScheduleGiven:
    """The schedule that the call made or ended, once however often it comes. Raises
    CapabilityRefused where the token is for another call; Forbidden for what whoever started the
    run may not do now; Invalid, NotFound, VersionConflict; what a firing now would raise;
    Unavailable."""
    digest = content_hash(body.arguments)
    grant = capability.require(body.operation, body.invocation_id, digest, caller.received_at)
    document = await TenantStore(caller.tenant_id).get(RUNS.collection, capability.right.run_id)
    if document is None:
        raise NotFound(f"there is no run {capability.right.run_id}")
    run = RUNS.state_in(document.data)
    check_acts(run, undoes=grant.right.purpose == "undo")
    person = replace(caller, principal=run.started_by, roles=frozenset(run.roles))
    policies = await policies_of(person.tenant_id, person.control.policy_version)
    acts = (ENDS,) if body.operation == END else (CREATES, STARTS)
    for each in acts:
        Authorization(person, (each,), policies).ask_at_the_edge(caller.received_at)

    async def use_case(work: Command) -> ScheduleGiven:
        if body.operation == END:
            return await _ended(work, run, grant, body)
        return await _made(work, run, grant, body)

    return await RUN.command(person, use_case, ScheduleGiven)


async def _made(work: Command, run: Run, grant: Grant, body: ScheduleCallBody) -> ScheduleGiven:
    schedule_id = id_of(body.invocation_id)
    if (known := await work.find(SCHEDULES, schedule_id)) is not None:
        return given(known, {})
    await _check_not_stopped(work, grant)
    asked = asked_for(body.arguments)
    depth = await depth_of(work, grant.right.run_id)
    maker = made_by(run, grant, depth, grant.deed.history.labels)
    book = await find_book(work)
    steps = rules.create(book, schedule_id, asked.job, asked.when, maker, work.at)
    schedule: Schedule = steps[0].state
    # Whoever left since the run began, and came back, has it make nothing.
    began = {"created_at": run.started_at, "workspace_id": work.workspace_id}
    why = await why_not_now(work, schedule.but(**began))
    if why is not None:
        raise Forbidden(why)
    if asked.cron is not None:
        plan = await plan_hash_of(work.caller, asked.job, within_seconds=COMPILED_WITHIN_SECONDS)
        clock = Clock(work.at)
        # A quota refuses nothing in the middle of a run: it is asked at each firing.
        prepared = await prepare(work, clock, plan, run.run_id, run.started_by, has_quota=False)
        check_agent(schedule, prepared.plan)
    saved = await work.save(*steps)
    return given(saved[0], {})


async def _ended(work: Command, run: Run, grant: Grant, body: ScheduleCallBody) -> ScheduleGiven:
    schedule = await work.get(SCHEDULES, str(body.arguments.get("schedule_id")))
    check_ends(schedule, run, grant)
    if schedule.status != "ended":
        await _check_not_stopped(work, grant)
    try:
        contents = await work.read_contents(schedule.inputs_hash)
        inputs = contents.value(schedule.inputs_hash)["inputs"]
    except ContentErased:
        inputs = None
    steps = rules.end(schedule, await find_book(work), run.started_by, body.invocation_id)
    await work.save(*steps)
    return given(schedule.but(next_at=None), inputs)


async def _check_not_stopped(work: Command, grant: Grant) -> None:
    """Asked before anything is done, never about what was: a repeated call gets its answer."""
    check_not_stopped(await work.find_all(STOPS, acting(grant)), grant, work.at)
