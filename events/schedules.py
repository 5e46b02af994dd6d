"""What `runs` publishes about schedules: jobs that start by themselves."""

from typing import Annotated, Literal

from pydantic import AfterValidator, JsonValue

from events.jobs import Inputs
from events.labels import Labels
from events.operations import SYSTEM
from events.registry import event
from shared.kit.ids import Id
from shared.kit.instants import Instant
from shared.kit.json_limits import JsonLimit
from shared.kit.models import Data, EventData, Model
from shared.kit.personal import PersonalText
from shared.kit.workspaces import InWorkspace

TOPIC = "runs"

# What starts jobs: nothing that the creation of an agent publishes, because each subscription to
# that costs every tenant.
Trigger = Literal[
    "assent.invocation.settled.v1", "assent.notice.sent.v1", "assent.policy.published.v1"
]
ScheduleStatus = Literal["active", "resting", "ended"]
# The operations by which a step of a run makes a schedule, and ends one.
CREATE, END = f"{SYSTEM}/schedules.create", f"{SYSTEM}/schedules.end"
BY_RUNS = frozenset({CREATE, END})


class Problem(Data):
    """Why a firing of a schedule started nothing, or why its run failed."""

    at: Instant
    code: str
    detail: PersonalText


class ScheduleState(EventData):
    """A schedule after the event: a job that starts at each instant of a cron expression (five
    fields, UTC) or, without one, at each event of the type `event`. `inputs_hash` names the content
    with its inputs. It acts in the name of `created_by`, while they have the `roles` that they had
    then and, where an API key made it (`key_id`), while that is taken. One that a step of a run
    made names that run (`made_by_run`) and its agent, and starts capsules of that agent only.
    `failures` are those in a row; `rests_because` says why it rests."""

    schedule_id: str
    capsule: str
    version: str | None = None
    inputs_hash: str
    cron: str | None = None
    event: Trigger | None = None
    status: ScheduleStatus
    created_by: str
    key_id: str | None = None
    roles: tuple[str, ...]
    created_at: Instant
    made_by_run: str | None = None
    agent_id: str | None = None
    next_at: Instant | None = None
    last_at: Instant | None = None
    last_run_id: str | None = None
    last_problem: Problem | None = None
    failures: int = 0
    rests_because: PersonalText | None = None
    workspace_id: InWorkspace = None


class ScheduleCallBody(Model):
    """What `tools` asks `runs` for as it does a call of `CREATE` or `END`: the call's id, its
    operation and its arguments. The bearer token of the request is that of the call."""

    invocation_id: Id
    operation: Literal["assent/schedules.create", "assent/schedules.end"]
    arguments: Annotated[dict[str, JsonValue], AfterValidator(JsonLimit(128 * 1024))]


class ScheduleGiven(Data):
    """What such a call gives: the schedule, as whoever ended it would have to make it anew. Where
    it was made, `inputs` is empty, as whoever made it has them; where it was ended, it is null if
    they were erased, or are too long for the output of a step. `labels` are those of what its maker
    was told."""

    schedule_id: str
    capsule: str
    version: str | None
    cron: str | None
    event: Trigger | None
    inputs: Inputs | None
    next_at: Instant | None
    labels: Labels = ()


@event("assent.schedule.created.v1")
class ScheduleCreated(ScheduleState):
    """Somebody made a schedule."""


@event("assent.schedule.refused.v1")
class ScheduleRefused(ScheduleState):
    """A firing started nothing: `last_problem` says why."""


@event("assent.schedule.rested.v1")
class ScheduleRested(ScheduleState):
    """It starts nothing more: it failed too often in a row, or whoever made it may not any more."""


@event("assent.schedule.ended.v1")
class ScheduleEnded(ScheduleState):
    """Somebody ended the schedule."""

    ended_by: str
