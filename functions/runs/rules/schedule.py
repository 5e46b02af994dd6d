"""A schedule from its start to its end: when it fires, what it started, and when it rests."""

from datetime import datetime
from typing import Any

from events.jobs import JobBody
from events.members import MemberState
from events.schedules import (
    Problem,
    ScheduleCreated,
    ScheduleEnded,
    ScheduleRefused,
    ScheduleRested,
    ScheduleState,
)
from functions.runs.rules.run import Run, Steps
from shared.kit.contents import Content
from shared.kit.cron import next_after
from shared.kit.errors import AssentError, FieldError, Invalid, VersionConflict
from shared.kit.ids import derive_id
from shared.kit.models import Model
from shared.kit.transitions import Transition

SCHEDULE_DUE = "assent.schedule.due.v1"
# After so many firings in a row that started nothing, or whose run failed, it rests.
MOST_FAILURES = 5
# A tenant has so many that fire.
MOST_SCHEDULES = 100
_LONGEST_DETAIL = 1_000


class Schedule(ScheduleState):
    """A schedule. `judged` is the run whose end was counted last."""

    judged: str | None = None


class ScheduleBook(Model):
    """How many schedules of a tenant fire."""

    active: int = 0


def next_timer(schedule: Schedule) -> tuple[str, datetime] | None:
    """When it fires next."""
    if schedule.status != "active" or schedule.next_at is None:
        return None
    return SCHEDULE_DUE, schedule.next_at


def create(
    book: ScheduleBook,
    schedule_id: str,
    job: JobBody,
    cron: str,
    *,
    by: str,
    roles: frozenset[str],
    at: datetime,
) -> Steps:
    """A new schedule. Raises Invalid for an expression that never comes, VersionConflict where the
    tenant has as many as it may."""
    first = next_after(cron, at)
    if first is None:
        raise Invalid(FieldError("cron", "names no day of the next years; write another one"))
    if book.active >= MOST_SCHEDULES:
        raise VersionConflict(f"a tenant has {MOST_SCHEDULES} schedules at most: end one first")
    inputs = inputs_content(job.inputs)
    schedule = Schedule(
        schedule_id=schedule_id,
        capsule=job.capsule,
        version=job.version,
        inputs_hash=inputs.hash,
        cron=cron,
        status="active",
        created_by=by,
        roles=tuple(sorted(roles)),
        created_at=at,
        next_at=first,
    )
    counted = Transition(book.but(active=book.active + 1))
    return (Transition(schedule, ScheduleCreated, contents=(inputs,)), counted)


def inputs_content(inputs: dict[str, Any]) -> Content:
    """The content that holds the inputs of a schedule's jobs."""
    return Content.of({"inputs": inputs})


def end(schedule: Schedule, book: ScheduleBook, by: str) -> Steps:
    """The schedule, firing no more; nothing where it has ended."""
    if schedule.status == "ended":
        return ()
    ended = schedule.but(status="ended", next_at=None)
    steps = (Transition(ended, ScheduleEnded, {"ended_by": by}),)
    return steps if schedule.status == "resting" else (*steps, _less(book))


def run_id_of(schedule: Schedule) -> str:
    """The id of the run of the firing that is due: the same however often that is delivered."""
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


def fired(schedule: Schedule, run_id: str, at: datetime) -> Steps:
    """The schedule after a firing that started a run. Nobody is told but by the run's start. One
    that is late fires once for all instants that passed meanwhile."""
    moved = schedule.but(last_at=at, last_run_id=run_id, next_at=next_after(schedule.cron, at))
    return (Transition(moved),)


def refused(schedule: Schedule, book: ScheduleBook, why: AssentError, at: datetime) -> Steps:
    """The schedule after a firing that started nothing; too many of them let it rest."""
    fields = "; ".join(f"{each.field}: {each.message}" for each in why.errors[:3])
    detail = (fields or why.detail)[:_LONGEST_DETAIL]
    moved = schedule.but(
        last_at=at,
        last_problem=Problem(at=at, code=why.code, detail=detail),
        failures=schedule.failures + 1,
        next_at=next_after(schedule.cron, at),
    )
    told = Transition(moved, ScheduleRefused)
    if not has_failed_too_often(moved):
        return (told,)
    return (told, *rest(moved, book, too_often(moved)))


def too_often(schedule: Schedule) -> str:
    """Why a schedule rests that failed too often."""
    return f"it failed {schedule.failures} times in a row: make it anew once that is mended"


def rest(schedule: Schedule, book: ScheduleBook, why: str) -> Steps:
    """The schedule, firing no more until somebody makes it anew."""
    resting = schedule.but(status="resting", next_at=None, rests_because=why)
    return (Transition(resting, ScheduleRested), _less(book))


def why_not_anymore(schedule: Schedule, member: MemberState | None, at: datetime) -> str | None:
    """Why whoever made the schedule may not have it act any more; None where they may."""
    if member is None or member.removed_at is not None:
        return f"{schedule.created_by} does not belong to the tenant any more"
    if member.joined_at > schedule.created_at:
        return f"{schedule.created_by} left the tenant since they made it"
    if gone := sorted(set(schedule.roles) - roles_of(member, schedule.workspace_id, at)):
        return f"{schedule.created_by} has the role {gone[0]} no more"
    return None


def roles_of(member: MemberState, workspace_id: str | None, at: datetime) -> set[str]:
    """The roles that the member has at that time, in the tenant and in that workspace."""
    here = (each.roles for each in member.workspaces if each.workspace_id == workspace_id)
    since, until = member.deputy_from, member.deputy_until
    is_deputy = since is not None and until is not None and since <= at < until
    return {*member.roles, *(role for roles in here for role in roles), *_deputy(is_deputy)}


def _deputy(is_deputy: bool) -> tuple[str, ...]:
    return ("deputy",) if is_deputy else ()


def _less(book: ScheduleBook) -> Transition[Any]:
    return Transition(book.but(active=max(0, book.active - 1)))
