"""A schedule from its start to its end: when it fires, what it started, and when it rests."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from pydantic import Field

from events.jobs import JobBody
from events.labels import Labels
from events.schedules import (
    Problem,
    ScheduleCreated,
    ScheduleEnded,
    ScheduleRefused,
    ScheduleRested,
    ScheduleState,
    Trigger,
)
from functions.runs.rules.run import Run, Steps
from shared.kit.contents import Content
from shared.kit.cron import next_after
from shared.kit.errors import AssentError, FieldError, Invalid, VersionConflict
from shared.kit.ids import derive_id
from shared.kit.instants import format_instant
from shared.kit.models import Model
from shared.kit.sealing import is_sealed
from shared.kit.transitions import Transition
from shared.quotas.refusals import QuotaExhausted

SCHEDULE_DUE = "assent.schedule.due.v1"
# After so many firings in a row that started nothing, or whose run failed, it rests.
MOST_FAILURES = 5
# A tenant has so many that fire.
MOST_SCHEDULES = 100
# So many of these are made by steps of runs: the others stay for people.
MOST_BY_RUNS = 50
# So many of them start at one type of event, each so often in an hour, and runs that start one
# another so often.
MOST_TRIGGERED = 20
MOST_IN_AN_HOUR = 60
DEEPEST = 5
_LONGEST_DETAIL = 1_000
# Shorter than from one instant of a schedule to the next.
_A_MOMENT = timedelta(seconds=1)


class When(NamedTuple):
    """At which instants a job starts, or at which events."""

    cron: str | None
    event: Trigger | None


class MadeBy(NamedTuple):
    """In whose name a schedule is made, with which roles, and by which API key. Where a step of a
    run makes it, that run and its agent, how many runs started one another until the one that the
    schedule starts, and the labels of what it was told."""

    principal: str
    roles: frozenset[str]
    key_id: str | None = None
    run_id: str | None = None
    agent_id: str | None = None
    depth: int = 0
    labels: Labels = ()


class Cause(NamedTuple):
    """The event that a run is started by, how many runs have started one another before, and what
    the event gives the job as an input."""

    event_id: str
    at: datetime
    depth: int
    data: dict[str, Any]


class Schedule(ScheduleState):
    """A schedule. `judged` is the run whose end was counted last, `met` the event that it met last,
    and `met_before` are those before, as many as come in an hour: a delivery is repeated for about
    as long. In the hour `hour` it was started by events `in_hour` times. `depth` and `labels`
    are those of its maker; `ended_by_call` is the call of a run that ended it."""

    judged: str | None = None
    met: str | None = None
    met_before: tuple[str, ...] = ()
    hour: str = ""
    in_hour: int = 0
    depth: int = 0
    labels: Labels = ()
    ended_by_call: str | None = None


class ScheduleBook(Model):
    """How many schedules of a tenant fire, how many of them steps of runs made, and which of them
    fire at events, by their types."""

    active: int = 0
    by_runs: int = 0
    triggers: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    def having(self, schedule: Schedule) -> "ScheduleBook":
        """The book with one more."""
        own = self.triggers.get(schedule.event or "", ())
        return self._with(schedule, 1, (*own, schedule.schedule_id))

    def without(self, schedule: Schedule) -> "ScheduleBook":
        """The book with one less."""
        own = self.triggers.get(schedule.event or "", ())
        left = tuple(each for each in own if each != schedule.schedule_id)
        return self._with(schedule, -1, left)

    def _with(self, schedule: Schedule, more: int, own: tuple[str, ...]) -> "ScheduleBook":
        by_run = more if schedule.made_by_run is not None else 0
        counted = self.but(active=max(0, self.active + more), by_runs=max(0, self.by_runs + by_run))
        if schedule.event is None:
            return counted
        return counted.but(triggers={**self.triggers, schedule.event: own})


def next_timer(schedule: Schedule) -> tuple[str, datetime] | None:
    """When it fires next."""
    if schedule.status != "active" or schedule.next_at is None:
        return None
    return SCHEDULE_DUE, schedule.next_at


def create(
    book: ScheduleBook,
    schedule_id: str,
    job: JobBody,
    when: When,
    maker: MadeBy,
    at: datetime,
) -> Steps:
    """A new schedule. Raises Invalid for an expression that never comes, VersionConflict where the
    tenant has as many as it may, or runs would start one another without an end."""
    first = next_after(when.cron, at) if when.cron is not None else None
    if when.cron is not None and first is None:
        raise Invalid(FieldError("cron", "names no day of the next years; write another one"))
    if book.active >= MOST_SCHEDULES:
        raise VersionConflict(f"a tenant has {MOST_SCHEDULES} schedules at most: end one first")
    if maker.run_id is not None and book.by_runs >= MOST_BY_RUNS:
        told = f"runs have made {MOST_BY_RUNS} schedules that still fire: end one first"
        raise VersionConflict(told)
    if maker.depth > DEEPEST:
        told = f"runs that started one another {DEEPEST} times make no schedule"
        raise VersionConflict(told)
    if when.event and len(book.triggers.get(when.event, ())) >= MOST_TRIGGERED:
        raise VersionConflict(f"{MOST_TRIGGERED} schedules start at {when.event} already: end one")
    inputs = inputs_content(job.inputs)
    schedule = Schedule(
        schedule_id=schedule_id,
        capsule=job.capsule,
        version=job.version,
        inputs_hash=inputs.hash,
        cron=when.cron,
        event=when.event,
        status="active",
        created_by=maker.principal,
        key_id=maker.key_id,
        roles=tuple(sorted(maker.roles)),
        created_at=at,
        made_by_run=maker.run_id,
        agent_id=maker.agent_id,
        next_at=first,
        depth=maker.depth,
        labels=maker.labels,
    )
    counted = Transition(book.having(schedule))
    return (Transition(schedule, ScheduleCreated, contents=(inputs,)), counted)


def inputs_content(inputs: dict[str, Any]) -> Content:
    """The content that holds the inputs of a schedule's jobs."""
    return Content.of({"inputs": inputs})


def end(schedule: Schedule, book: ScheduleBook, by: str, call: str | None = None) -> Steps:
    """The schedule, firing no more; nothing where it has ended. `call`: what ends it, where a step
    of a run does."""
    if schedule.status == "ended":
        return ()
    ended = schedule.but(status="ended", next_at=None, ended_by_call=call)
    steps = (Transition(ended, ScheduleEnded, {"ended_by": by}),)
    return steps if schedule.status == "resting" else (*steps, Transition(book.without(schedule)))


def run_id_of(schedule: Schedule, cause: Cause | None = None) -> str:
    """The id of the run of the firing that is due, or of the one by an event: the same however
    often that is delivered."""
    if cause is not None:
        return derive_id("run", cause.at, schedule.schedule_id, cause.event_id)
    assert schedule.next_at is not None
    return derive_id("run", schedule.next_at, schedule.schedule_id)


def since_last(schedule: Schedule, last: Run | None, at: datetime) -> Schedule:
    """The schedule, knowing what became of the run that it started last: one that failed counts as
    a failure, one that completed ends the row of them."""
    if last is None or last.run_id == schedule.judged:
        return schedule
    if last.status == "completed":
        return schedule.but(failures=0, last_problem=None, judged=last.run_id)
    if last.status != "failed":
        return schedule
    failure = last.failure
    detail = failure.detail if failure is not None else "the run failed"
    code = failure.code if failure is not None else "failed"
    problem = Problem(at=at, code=code, detail=f"{last.run_id}: {detail}"[:_LONGEST_DETAIL])
    failures = schedule.failures + 1
    return schedule.but(failures=failures, last_problem=problem, judged=last.run_id)


def has_failed_too_often(schedule: Schedule) -> bool:
    """Whether it rests from now on."""
    return schedule.failures >= MOST_FAILURES


def check_cause(schedule: Schedule, cause: Cause, at: datetime) -> None:
    """Raises VersionConflict where runs start one another without an end, and where events come
    faster than anybody could want."""
    if cause.depth > DEEPEST:
        raise VersionConflict(f"its event comes from runs that started one another {DEEPEST} times")
    if schedule.hour == _hour(at) and schedule.in_hour >= MOST_IN_AN_HOUR:
        raise VersionConflict(f"events start {MOST_IN_AN_HOUR} runs of it in an hour at most")


def met(schedule: Schedule, cause: Cause, at: datetime) -> Schedule:
    """The schedule, having met the event."""
    before = schedule.in_hour if schedule.hour == _hour(at) else 0
    earlier = (*schedule.met_before, *((schedule.met,) if schedule.met else ()))
    return schedule.but(
        met=cause.event_id,
        met_before=earlier[-MOST_IN_AN_HOUR:],
        hour=_hour(at),
        in_hour=before + 1,
    )


def has_met(schedule: Schedule, event_id: str) -> bool:
    """Whether the event started a run of the schedule, or was refused one."""
    return event_id == schedule.met or event_id in schedule.met_before


def plain(data: Any) -> Any:
    """An event's data for the inputs of a run, without the texts of persons, which are sealed."""
    if isinstance(data, dict):
        return {name: plain(each) for name, each in data.items()}
    if isinstance(data, list):
        return [plain(each) for each in data]
    return None if isinstance(data, str) and is_sealed(data) else data


def _hour(at: datetime) -> str:
    return format_instant(at)[:13]


def fired(schedule: Schedule, run_id: str, at: datetime) -> Steps:
    """The schedule after a firing that started a run. Nobody is told but by the run's start. One
    that is late fires once for all instants that passed meanwhile."""
    moved = schedule.but(last_at=at, last_run_id=run_id, next_at=_next(schedule, at))
    return (Transition(moved),)


def refused(schedule: Schedule, book: ScheduleBook, why: AssentError, at: datetime) -> Steps:
    """The schedule after a firing that started nothing; too many of them let it rest. A plan whose
    month is used up is no failure: the schedule fires again once there is a new one."""
    fields = "; ".join(f"{each.field}: {each.message}" for each in why.errors[:3])
    detail = (fields or why.detail)[:_LONGEST_DETAIL]
    is_used_up = isinstance(why, QuotaExhausted)
    since = why.resets_at if isinstance(why, QuotaExhausted) else None
    moved = schedule.but(
        last_at=at,
        last_problem=Problem(at=at, code=why.code, detail=detail),
        failures=schedule.failures + (0 if is_used_up else 1),
        next_at=_next(schedule, at if since is None else max(at, since - _A_MOMENT)),
    )
    told = Transition(moved, ScheduleRefused)
    if not has_failed_too_often(moved):
        return (told,)
    return (told, *rest(moved, book, too_often(moved)))


def _next(schedule: Schedule, at: datetime) -> datetime | None:
    return next_after(schedule.cron, at) if schedule.cron is not None else None


def too_often(schedule: Schedule) -> str:
    """Why a schedule rests that failed too often."""
    return f"it failed {schedule.failures} times in a row: make it anew once that is mended"


def rest(schedule: Schedule, book: ScheduleBook, why: str) -> Steps:
    """The schedule, firing no more until somebody makes it anew."""
    resting = schedule.but(status="resting", next_at=None, rests_because=why)
    return (Transition(resting, ScheduleRested), Transition(book.without(schedule)))
