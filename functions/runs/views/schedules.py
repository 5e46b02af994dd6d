"""Schedules."""

from typing import Self

from events.schedules import Problem, ScheduleStatus, Trigger
from functions.runs.rules.schedule import Schedule
from shared.kit.instants import Instant
from shared.kit.models import Data, Page, part_of
from shared.kit.personal import PersonalText
from shared.kit.workspaces import InWorkspace


class ScheduleView(Data):
    """A schedule: when it fires, and what came of its last firing. `failures` are those in a row;
    `rests_because` says why it rests. One that a step of a run made names that run and its
    agent."""

    schedule_id: str
    capsule: str
    version: str | None
    cron: str | None
    event: Trigger | None
    status: ScheduleStatus
    inputs_hash: str
    created_by: str
    created_at: Instant
    made_by_run: str | None
    agent_id: str | None
    next_at: Instant | None
    last_at: Instant | None
    last_run_id: str | None
    last_problem: Problem | None
    failures: int
    rests_because: PersonalText | None
    workspace_id: InWorkspace = None

    @classmethod
    def of(cls, schedule: Schedule) -> Self:
        """The schedule as it is shown."""
        return part_of(cls, schedule)


class SchedulePage(Page[ScheduleView]):
    """Some schedules, newest first."""
