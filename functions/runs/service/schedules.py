"""Schedules: made and ended by people, and fired by their timers."""

from events.jobs import JobBody
from functions.runs.aggregates import BOOK, BOOK_ID, RUN, RUNS, SCHEDULES
from functions.runs.rules import schedule as rules
from functions.runs.rules.maker import why_not_anymore
from functions.runs.rules.run import Run
from functions.runs.rules.schedule import Cause, MadeBy, Schedule, ScheduleBook, When
from functions.runs.service.clock import Clock
from functions.runs.service.go_on import go_on
from functions.runs.service.makers import find_maker, key_of
from functions.runs.service.plan_orders import plan_hash_of
from functions.runs.service.plans import Plan
from functions.runs.service.start import Prepared, begin, check_compiles, prepare
from functions.runs.views.schedules import ScheduleView
from shared.aggregates.command import Command
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.callers import Caller
from shared.kit.errors import AssentError, Unavailable, VersionConflict
from shared.kit.ids import new_id
from shared.messaging.envelope import Envelope
from shared.policy.authorization import Authorization
from shared.policy.published import policies_of
from shared.policy.vocabulary import TENANT, Act
from shared.storage.batches import LostRace
from shared.storage.idempotency import IdempotencyKey

STARTS = Act("jobs.create", TENANT, ("submit_conversation",), "starting a job")


async def create_schedule(
    caller: Caller, key: IdempotencyKey, job: JobBody, when: When
) -> ScheduleView:
    """A new schedule. The job of one with a cron expression compiles and passes its rehearsal now;
    what an event gives is not known before. Raises ScopeMissing, Invalid, VersionConflict, and what
    `plan_hash_of` raises."""
    check_compiles(caller)

    async def use_case(work: Command) -> ScheduleView:
        schedule_id = new_id("sch", work.at)
        steps = rules.create(
            await find_book(work),
            schedule_id,
            job,
            when,
            MadeBy(caller.principal, caller.roles, key_of(caller)),
            work.at,
        )
        if when.cron is not None:
            await plan_hash_of(caller, job)
        saved = await work.save(*steps)
        return ScheduleView.of(saved[0])

    return await RUN.command(caller, use_case, ScheduleView, key=key)


async def end_schedule(caller: Caller, key: IdempotencyKey, schedule_id: str) -> ScheduleView:
    """The schedule, firing no more. Raises NotFound."""

    async def use_case(work: Command) -> ScheduleView:
        schedule = await work.get(SCHEDULES, schedule_id)
        saved = await work.save(*rules.end(schedule, await find_book(work), caller.principal))
        return ScheduleView.of(saved[0] if saved else schedule)

    about = (SCHEDULES, schedule_id)
    return await RUN.command(caller, use_case, ScheduleView, key=key, about=about)


async def fire(event: Envelope) -> None:
    """Starts the run of a schedule that is due, in one commit with the schedule's next firing: so
    each instant has one run at most, however often its timer is delivered. Raises Unavailable."""
    clock = Clock(event.received_at)
    begun: list[Run] = []

    async def use_case(work: UnitOfWork, schedule: Schedule) -> None:
        begun[:] = await start_by(work, clock, schedule)

    await RUN.timed(SCHEDULES, use_case)(event)
    if begun and begun[0].is_moving:
        await go_on(event.tenantid, begun[0].run_id, clock)


async def start_by(
    work: UnitOfWork, clock: Clock, schedule: Schedule, cause: Cause | None = None
) -> list[Run]:
    """The run that the schedule starts now, saved with what becomes of the schedule; none where it
    is refused, or rests. Raises what may pass by itself: Unavailable, LostRace."""
    book = await find_book(work)
    last = await work.find(RUNS, schedule.last_run_id) if schedule.last_run_id else None
    schedule = rules.since_last(schedule, last, work.at)
    if cause is not None:
        schedule = rules.met(schedule, cause, work.at)
    why = await _why_it_rests(work, schedule)
    if why is not None:
        await work.save(*rules.rest(schedule, book, why))
        return []
    try:
        prepared = await _prepared(work, clock, schedule, cause)
    except (LostRace, Unavailable):
        raise
    except AssentError as refusal:
        if refusal.retriable or refusal.http_status >= 500:
            raise
        await work.save(*rules.refused(schedule, book, refusal, work.at))
        return []
    run = await begin(work, prepared)
    await work.save(*rules.fired(schedule, run.run_id, work.at))
    return [run]


async def _why_it_rests(work: UnitOfWork, schedule: Schedule) -> str | None:
    if rules.has_failed_too_often(schedule):
        return rules.too_often(schedule)
    return await why_not_now(work, schedule)


async def why_not_now(work: UnitOfWork, schedule: Schedule) -> str | None:
    """Why whoever made the schedule may not have it act now; None where they may. Raises
    Unavailable."""
    maker = await find_maker(work.store, schedule)
    return why_not_anymore(schedule, maker, work.at) if maker is not None else None


async def _prepared(
    work: UnitOfWork, clock: Clock, schedule: Schedule, cause: Cause | None
) -> Prepared:
    """What the run begins with. Raises what its maker would be refused with at this moment."""
    if cause is not None:
        rules.check_cause(schedule, cause, work.at)
    control = await work.control()
    caller = Caller(
        principal=schedule.created_by,
        tenant_id=work.store.tenant_id,
        scopes=frozenset(),
        roles=frozenset(schedule.roles),
        received_at=work.at,
        token="",
        workspace_id=schedule.workspace_id,
        control=control,
    )
    policies = await policies_of(caller.tenant_id, control.policy_version)
    Authorization(caller, (STARTS,), policies).ask_at_the_edge(work.at)
    contents = await work.read_contents(schedule.inputs_hash)
    inputs = contents.value(schedule.inputs_hash)["inputs"]
    job = JobBody(capsule=schedule.capsule, version=schedule.version, inputs=inputs)
    plan_hash = await plan_hash_of(caller, job, cause.data if cause is not None else None)
    run_id = rules.run_id_of(schedule, cause)
    prepared = await prepare(work, clock, plan_hash, run_id, schedule.created_by)
    check_agent(schedule, prepared.plan)
    run = prepared.run.but(
        roles=schedule.roles,
        key_id=schedule.key_id,
        labels=schedule.labels,
        triggered=max(schedule.depth, cause.depth if cause is not None else 0),
    )
    return prepared._replace(run=run)


def check_agent(schedule: Schedule, plan: Plan) -> None:
    """Raises VersionConflict where a run made the schedule, and its capsule is another agent's: by
    a schedule an agent does nothing that it could not do itself."""
    agent = plan.content.agent
    if schedule.agent_id is not None and agent.agent_id != schedule.agent_id:
        told = f"{schedule.capsule} is a capsule of {agent.name}: a run schedules its own agent's"
        raise VersionConflict(told)


async def find_book(work: UnitOfWork) -> ScheduleBook:
    """The tenant's book of schedules. Raises Unavailable."""
    return await work.find(BOOK, BOOK_ID) or ScheduleBook()
