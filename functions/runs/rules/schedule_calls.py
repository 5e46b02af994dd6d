"""Schedules that steps of runs make and end: in whose name, and what the call gives. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, StringConstraints, ValidationError, model_validator

from events.jobs import JobBody
from events.labels import Labels
from events.schedules import ScheduleGiven, Trigger
from functions.runs.rules.run import Run
from functions.runs.rules.schedule import MadeBy, Schedule, When
from shared.agents.stops import AgentStops, why_stopped
from shared.capabilities.grants import Grant
from shared.kit.canonical import canonical_json
from shared.kit.cron import LONGEST as LONGEST_CRON
from shared.kit.cron import check_cron
from shared.kit.errors import Forbidden, Invalid, VersionConflict
from shared.kit.models import part_of
from shared.kit.wording import field_errors

# What a step keeps of an output, and the other fields.
MOST_INPUTS_BYTES = 60 * 1024


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

    @property
    def when(self) -> When:
        """When it starts."""
        return When(self.cron, self.event)


def asked_for(arguments: dict[str, Any]) -> ScheduleBody:
    """The schedule that a call is to make. Raises Invalid."""
    try:
        return ScheduleBody.model_validate(arguments)
    except ValidationError as error:
        raise Invalid(*field_errors(error)) from error


def id_of(invocation_id: str) -> str:
    """The schedule that the call makes: the same one however often the call comes."""
    return f"sch_{invocation_id.partition('_')[2]}"


def made_by(run: Run, grant: Grant, depth: int, labels: Labels) -> MadeBy:
    """In whose name a run makes a schedule: that of whoever started it, with the roles that they
    had then. `run` is the one that somebody started, `grant` names the one that calls."""
    return MadeBy(
        run.started_by,
        frozenset(run.roles),
        run.key_id,
        run_id=grant.right.run_id,
        agent_id=grant.right.agent_id,
        depth=depth,
        labels=labels,
    )


def check_acts(run: Run, *, undoes: bool) -> None:
    """Raises VersionConflict where the run acts no more, unless the call undoes what it did."""
    if run.live_as is None and not undoes:
        raise VersionConflict(f"the run {run.run_id} is {run.status}, and makes no calls now")


def check_not_stopped(stops: Iterable[AgentStops | None], grant: Grant, at: datetime) -> None:
    """Raises Forbidden where the token of the call, or one that it was made of, was revoked and
    where the agent that calls, or one of a run above, was recalled: `stops` are theirs. What only
    undoes acts for agents that were recalled too."""
    if (why := why_stopped(stops, grant, at)) is not None:
        raise Forbidden(why)


def check_ends(schedule: Schedule, run: Run, grant: Grant) -> None:
    """Raises VersionConflict for a schedule that was made in the name of somebody else than who
    started the run, or by a run of another agent than calls: undoing could not make that one anew.
    And for one that has ended otherwise, unless the call undoes: it finds what it wants then."""
    if schedule.created_by != run.started_by:
        told = f"{schedule.created_by} made it: a run ends those of whoever started it"
        raise VersionConflict(told)
    if grant.right.purpose == "undo":
        return
    if schedule.agent_id not in (None, grant.right.agent_id):
        told = f"a run of {schedule.agent_id} made it: an agent ends those of its own runs"
        raise VersionConflict(told)
    if schedule.status == "ended" and schedule.ended_by_call != grant.deed.invocation_id:
        raise VersionConflict(f"the schedule {schedule.schedule_id} has ended already")


def given(schedule: Schedule, inputs: dict[str, Any] | None) -> ScheduleGiven:
    """What the call gives, without inputs that are too long for a step."""
    if inputs is not None and len(canonical_json(inputs)) > MOST_INPUTS_BYTES:
        inputs = None
    return part_of(ScheduleGiven, schedule, inputs=inputs)
