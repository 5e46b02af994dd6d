"""One queue: its tasks, the names it remembers and what it would dispatch. No clock, no I/O."""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count

import grpc

from emulators.cloud_tasks.model import (
    Attempt,
    KeptQueue,
    Outcome,
    RateLimits,
    RetryConfig,
    Task,
)
from emulators.cloud_tasks.names import QueueName
from emulators.cloud_tasks.rules import Bucket, backoff, exhausted
from emulators.google_rpc import Refusal

NAME_MEMORY = timedelta(hours=1)
GONE = (
    "The task no longer exists, though a task with this name existed recently. "
    "The task either successfully completed or was deleted."
)


@dataclass(frozen=True, slots=True)
class Dispatch:
    """An attempt that has begun: the task as it was sent out, and which attempt this is."""

    task: Task
    number: int
    attempt: Attempt
    forced: bool = False


class Queue:
    """Each method takes the current instant, and changes the queue whole or raises a Refusal."""

    def __init__(
        self, name: QueueName, limits: RateLimits, retry: RetryConfig, now: datetime
    ) -> None:
        self.name = name
        self.limits = limits
        self.retry = retry
        self.paused = False
        self.purge_time: datetime | None = None
        self.in_flight = 0
        self._tasks: dict[str, Task] = {}
        self._ended: dict[str, datetime] = {}  # id -> when its name is free again, oldest first
        self._schedule: list[tuple[datetime, int, str]] = []  # a heap; may hold stale entries
        self._order = count()
        self._bucket = Bucket.full(limits, now)

    @classmethod
    def again(cls, kept: KeptQueue, now: datetime) -> "Queue":
        """The queue that was kept. An attempt that had no outcome when it was kept never has one:
        its task waits again."""
        queue = cls(kept.name, kept.limits, kept.retry, now)
        queue.paused, queue.purge_time = kept.paused, kept.purge_time
        queue._ended = dict(kept.ended)
        for task in kept.tasks:
            queue._put(replace(task, running=0))
        return queue

    def kept(self) -> KeptQueue:
        """All that a later queue needs to go on from here."""
        return KeptQueue(
            name=self.name,
            limits=self.limits,
            retry=self.retry,
            paused=self.paused,
            purge_time=self.purge_time,
            tasks=tuple(self._tasks.values()),
            ended=tuple(self._ended.items()),
        )

    @property
    def tasks(self) -> Iterable[Task]:
        return self._tasks.values()

    def add(self, task: Task, now: datetime) -> Task:
        """ALREADY_EXISTS for the name of a task that exists or ended within the hour."""
        self._forget_names(now)
        if task.name.id in self._tasks:
            raise Refusal(grpc.StatusCode.ALREADY_EXISTS, "Requested entity already exists")
        if task.name.id in self._ended:
            raise Refusal(
                grpc.StatusCode.ALREADY_EXISTS,
                "The task cannot be created because a task with this name existed too recently.",
            )
        self._put(task)
        return task

    def get(self, task_id: str, now: datetime) -> Task:
        """FAILED_PRECONDITION, not NOT_FOUND, for a task that ended recently, as in production."""
        return self._find(task_id, now, gone=grpc.StatusCode.FAILED_PRECONDITION)

    def delete(self, task_id: str, now: datetime) -> None:
        """Also ends a task that is being dispatched: its answer will not matter."""
        self._end(self._find(task_id, now, gone=grpc.StatusCode.NOT_FOUND), now)

    def purge(self, now: datetime) -> None:
        """Ends every task; their names stay remembered."""
        for task in list(self._tasks.values()):
            self._end(task, now)
        self.purge_time = now

    def reconfigure(self, limits: RateLimits, retry: RetryConfig) -> None:
        self.limits, self.retry = limits, retry

    def first_scheduled(self) -> datetime | None:
        """The schedule of the first waiting task, None if there is none or the queue is paused."""
        while self._schedule and not self._waits(*self._schedule[0]):
            heapq.heappop(self._schedule)
        return self._schedule[0][0] if self._schedule and not self.paused else None

    def next_due(self, now: datetime) -> datetime | None:
        """When the next dispatch may begin, `now` at the earliest, as schedule, rate and
        concurrency allow; None if nothing can begin before something else happens."""
        scheduled = self.first_scheduled()
        if scheduled is None or self.in_flight >= self.limits.concurrent:
            return None
        return self._bucket.available_at(self.limits, max(scheduled, now))

    def take(self, now: datetime, scheduled_by: datetime) -> Dispatch | None:
        """Begins the first attempt that is due now and was scheduled by then, if there is one."""
        due = self.next_due(now)
        if due is None or due > now or self._schedule[0][0] > scheduled_by:
            return None
        self._bucket = self._bucket.take(self.limits, now)
        return self._begin(self._tasks[heapq.heappop(self._schedule)[2]], now, forced=False)

    def force(self, task_id: str, now: datetime) -> Dispatch:
        """Begins an attempt now: paused, limited or already running does not matter."""
        task = self._find(task_id, now, gone=grpc.StatusCode.NOT_FOUND)
        return self._begin(task, now, forced=True)

    def finish(self, dispatch: Dispatch, outcome: Outcome, now: datetime) -> None:
        """Ends the task, gives it up or schedules its retry. Nothing is kept of a task that was
        deleted meanwhile."""
        self.in_flight -= 1
        task = self._tasks.get(dispatch.task.name.id)
        if task is None or task.create_time != dispatch.task.create_time:
            return
        task = _answered(task, dispatch, outcome, now)
        retry = task.retry or self.retry
        if outcome.succeeded or (exhausted(retry, task, now) and not task.running):
            self._end(task, now)
            return
        failed_at = dispatch.attempt.dispatch_time if dispatch.forced else now
        delay = max(backoff(retry, task.dispatches), outcome.retry_after)
        self._put(replace(task, schedule_time=failed_at + delay))

    def _begin(self, task: Task, now: datetime, *, forced: bool) -> Dispatch:
        attempt = Attempt(schedule_time=task.schedule_time, dispatch_time=now)
        begun = replace(
            task,
            dispatches=task.dispatches + 1,
            running=task.running + 1,
            first_dispatch_time=task.first_dispatch_time or now,
        )
        self._tasks[task.name.id] = replace(begun, last_attempt=attempt)
        self.in_flight += 1
        return Dispatch(task=begun, number=begun.dispatches, attempt=attempt, forced=forced)

    def _put(self, task: Task) -> None:
        self._tasks[task.name.id] = task
        heapq.heappush(self._schedule, (task.schedule_time, next(self._order), task.name.id))

    def _end(self, task: Task, now: datetime) -> None:
        del self._tasks[task.name.id]
        self._ended[task.name.id] = now + NAME_MEMORY

    def _waits(self, schedule_time: datetime, _order: int, task_id: str) -> bool:
        task = self._tasks.get(task_id)
        return task is not None and not task.running and task.schedule_time == schedule_time

    def _find(self, task_id: str, now: datetime, *, gone: grpc.StatusCode) -> Task:
        self._forget_names(now)
        if task := self._tasks.get(task_id):
            return task
        if task_id in self._ended:
            raise Refusal(gone, GONE)
        raise Refusal(grpc.StatusCode.NOT_FOUND, "Task does not exist.")

    def _forget_names(self, now: datetime) -> None:
        while self._ended and next(iter(self._ended.values())) <= now:
            del self._ended[next(iter(self._ended))]


def _answered(task: Task, dispatch: Dispatch, outcome: Outcome, now: datetime) -> Task:
    answered = outcome.http_status is not None
    below_500 = outcome.http_status is not None and outcome.http_status < 500
    return replace(
        task,
        running=task.running - 1,
        responses=task.responses + answered,
        executions=task.executions + below_500,
        last_attempt=replace(dispatch.attempt, response_time=now, outcome=outcome),
    )
