"""Moves the clock so that everything due in between happens in the order of time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from emulators.clock import VirtualClock
from emulators.cloud_tasks import CloudTasksEmulator
from emulators.idle import Idle
from emulators.scheduler import Run, Scheduler

# A delivery that keeps failing is retried in real time; an advance does not wait longer for it.
_SETTLE_SECONDS = 30.0
_LEAST_SETTLE_SECONDS = 1.0


@dataclass
class Journey:
    """What happened during the advance."""

    timers: int = 0
    schedules: int = 0


@dataclass(kw_only=True, eq=False)
class TimeTravel:
    """Makes one advance at a time; meanwhile nothing fires by itself."""

    clock: VirtualClock
    tasks: CloudTasksEmulator
    scheduler: Scheduler
    idle: Idle

    def __post_init__(self) -> None:
        self.held = asyncio.Lock()

    async def advance(self, seconds: float) -> Journey:
        """Returns once everything due within `seconds` has fired and settled. Each schedule runs
        once, at the last moment it was due; timers fire at theirs, also those that are set on the
        way. The clock ends `seconds` later, or later still if all of it took longer."""
        async with self.held:
            with self.tasks.stepping():
                return await self._travel(self.clock.now() + timedelta(seconds=seconds))

    @asynccontextmanager
    async def rest(self) -> AsyncIterator[None]:
        """A block that begins when nothing is in flight, and in which no timer and no schedule
        fires. What fell due meanwhile fires after it."""
        async with self.held:
            with self.tasks.stepping():
                await self.idle.settle(_SETTLE_SECONDS)
                yield

    async def _travel(self, end: datetime) -> Journey:
        journey = Journey()
        patience = asyncio.get_running_loop().time() + _SETTLE_SECONDS
        runs = self.scheduler.coalesced(end)
        self.scheduler.passed(end)
        await self._settle(patience)
        while (step := next_step(self.tasks.next_due(), runs, end)) is not None:
            self.clock.move_to(step)
            journey.timers += await self.tasks.dispatch_due()
            due = [run for run in runs if run.at <= step]
            runs = runs[len(due) :]
            await asyncio.gather(*(self.scheduler.send(run) for run in due))
            journey.schedules += len(due)
            await self._settle(patience)
        self.clock.move_to(end)
        return journey

    async def _settle(self, until: float) -> None:
        left = until - asyncio.get_running_loop().time()
        await self.idle.settle(max(_LEAST_SETTLE_SECONDS, left))


def next_step(task_due: datetime | None, runs: list[Run], end: datetime) -> datetime | None:
    """The first moment until `end` at which a timer or the first of `runs`, which are in time
    order, is due. None when nothing is."""
    moments = [moment for moment in (task_due, runs[0].at if runs else None) if moment]
    return min(moments) if moments and min(moments) <= end else None
