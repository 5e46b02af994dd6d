"""One queue: its tasks, the names it remembers and its next dispatches. No clock, no I/O."""

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

import grpc
from google.cloud.tasks_v2.types import Attempt

from emulators.cloud_tasks.messages import QUEUE, TASK, State, instant, readdress
from emulators.cloud_tasks.rules import (
    Bucket,
    Outcome,
    backoff,
    exhausted,
    request_headers,
    response_status,
)
from emulators.google_rpc import Message, Refusal, exists, not_found

NAME_MEMORY = timedelta(hours=1)
GONE = (
    "The task no longer exists, though a task with this name existed recently. "
    "The task either successfully completed or was deleted."
)


@dataclass
class Task:
    """A task that waits, runs or waits for its retry. A task that ended is no longer anywhere.

    `running` counts its dispatches without an outcome: more than one only after RunTask.
    `executions` counts responses below 500, `previous` is the status of the last one.
    """

    message: Message
    executions: int = 0
    previous: int | None = None
    running: int = 0

    @property
    def id(self) -> str:
        task_id: str = self.message.name.rpartition("/")[2]
        return task_id

    @property
    def schedule_time(self) -> datetime:
        return instant(self.message.schedule_time)


@dataclass(frozen=True, slots=True)
class Dispatch:
    """An attempt that has begun: its number, and its headers."""

    task: Task
    number: int
    attempt: Message
    headers: Mapping[str, str]
    forced: bool = False


@dataclass(frozen=True, slots=True)
class SavedTask:
    message: bytes
    executions: int
    previous: int | None


@dataclass(frozen=True, slots=True)
class SavedQueue:
    """A queue with its tasks and the ids that it still remembers, each with the time when it is
    free again."""

    message: bytes
    tasks: tuple[SavedTask, ...]
    ended: tuple[tuple[str, datetime], ...]


class Queue:
    """Each method takes the current instant, and changes the queue completely or raises a Refusal.
    `message` is the API's view of the queue."""

    def __init__(self, message: Message, now: datetime) -> None:
        self.message = message
        self.in_flight = 0
        self._tasks: dict[str, Task] = {}
        self._ended: dict[str, datetime] = {}  # id -> when its name is free again, oldest first
        self._schedule: list[tuple[datetime, int, str]] = []  # a heap; may hold stale entries
        self._order = count()
        self._bucket = Bucket.full(message.rate_limits, now)

    @classmethod
    def load(cls, saved: SavedQueue, moves: Mapping[str, str], now: datetime) -> "Queue":
        """The saved queue, its tasks sent to the addresses in `moves`. An attempt that had no
        outcome when it was saved never gets one: its task waits again."""
        queue = cls(QUEUE.FromString(saved.message), now)
        queue._ended = dict(saved.ended)
        for one in saved.tasks:
            task = Task(TASK.FromString(one.message), one.executions, one.previous)
            readdress(task.message, moves)
            queue._put(task)
        return queue

    def save(self) -> SavedQueue:
        """The state from which a later queue continues."""
        tasks = (
            SavedTask(
                task.message.SerializeToString(deterministic=True), task.executions, task.previous
            )
            for task in self._tasks.values()
        )
        ended = tuple(self._ended.items())
        return SavedQueue(self.message.SerializeToString(), tuple(tasks), ended)

    @property
    def name(self) -> str:
        name: str = self.message.name
        return name

    @property
    def paused(self) -> bool:
        return bool(self.message.state == State.PAUSED)

    @paused.setter
    def paused(self, paused: bool) -> None:
        self.message.state = State.PAUSED if paused else State.RUNNING

    @property
    def tasks(self) -> Iterable[Task]:
        return self._tasks.values()

    def add(self, message: Message, now: datetime) -> Task:
        """ALREADY_EXISTS for the name of a task that exists or ended within the hour."""
        self._forget_names(now)
        task = Task(message)
        if task.id in self._tasks:
            raise exists("Requested entity already exists")
        if task.id in self._ended:
            raise exists(
                "The task cannot be created because a task with this name existed too recently."
            )
        self._put(task)
        return task

    def get(self, task_id: str, now: datetime) -> Task:
        """FAILED_PRECONDITION, not NOT_FOUND, for a task that ended recently, as in production."""
        return self._find(task_id, now, gone=grpc.StatusCode.FAILED_PRECONDITION)

    def delete(self, task_id: str, now: datetime) -> None:
        """Ends the task, also while it is being dispatched: its answer is then ignored."""
        self._end(self._find(task_id, now, gone=grpc.StatusCode.NOT_FOUND), now)

    def purge(self, now: datetime) -> None:
        """Ends every task; their names stay remembered."""
        for task in list(self._tasks.values()):
            self._end(task, now)
        self.message.purge_time.FromDatetime(now)

    def reconfigure(self, wanted: Message) -> None:
        self.message.rate_limits.CopyFrom(wanted.rate_limits)
        self.message.retry_config.CopyFrom(wanted.retry_config)

    def first_scheduled(self) -> datetime | None:
        """The schedule of the first waiting task; None if there is none or the queue is paused."""
        while self._schedule and not self._waits(*self._schedule[0]):
            heapq.heappop(self._schedule)
        return self._schedule[0][0] if self._schedule and not self.paused else None

    def next_due(self, now: datetime) -> datetime | None:
        """When the next dispatch may begin, `now` at the earliest, by schedule, rate and
        concurrency; None if nothing can begin before another change."""
        scheduled, limits = self.first_scheduled(), self.message.rate_limits
        if scheduled is None or self.in_flight >= limits.max_concurrent_dispatches:
            return None
        return self._bucket.available_at(limits, max(scheduled, now))

    def take(self, now: datetime, scheduled_by: datetime) -> Dispatch | None:
        """Begins the first attempt that is due now and was scheduled by then, if there is one."""
        due = self.next_due(now)
        if due is None or due > now or self._schedule[0][0] > scheduled_by:
            return None
        self._bucket = self._bucket.take(self.message.rate_limits, now)
        return self._begin(self._tasks[heapq.heappop(self._schedule)[2]], now, forced=False)

    def force(self, task_id: str, now: datetime) -> Dispatch:
        """Begins an attempt now, also in a paused or limited queue and for a running task."""
        task = self._find(task_id, now, gone=grpc.StatusCode.NOT_FOUND)
        return self._begin(task, now, forced=True)

    def finish(self, dispatch: Dispatch, outcome: Outcome, now: datetime) -> None:
        """Ends the task, gives it up or schedules its retry. Ignores a task that was deleted
        meanwhile."""
        self.in_flight -= 1
        task = dispatch.task
        if self._tasks.get(task.id) is not task:
            return
        _record(task, dispatch.attempt, outcome, now)
        own = task.message.HasField("retry_config")
        retry = task.message.retry_config if own else self.message.retry_config
        if outcome.succeeded or (exhausted(retry, task.message, now) and not task.running):
            self._end(task, now)
            return
        failed_at = instant(dispatch.attempt.dispatch_time) if dispatch.forced else now
        delay = max(backoff(retry, task.message.dispatch_count), outcome.retry_after)
        task.message.schedule_time.FromDatetime(failed_at + delay)
        self._put(task)

    def _begin(self, task: Task, now: datetime, *, forced: bool) -> Dispatch:
        message = task.message
        headers = request_headers(message, task.executions, task.previous)
        attempt = Attempt.pb()(schedule_time=message.schedule_time)
        attempt.dispatch_time.FromDatetime(now)
        if not message.dispatch_count:
            message.first_attempt.dispatch_time.FromDatetime(now)
        message.dispatch_count += 1
        message.last_attempt.CopyFrom(attempt)
        task.running, task.previous = task.running + 1, None
        self.in_flight += 1
        return Dispatch(task, message.dispatch_count, attempt, headers, forced)

    def _put(self, task: Task) -> None:
        self._tasks[task.id] = task
        heapq.heappush(self._schedule, (task.schedule_time, next(self._order), task.id))

    def _end(self, task: Task, now: datetime) -> None:
        del self._tasks[task.id]
        self._ended[task.id] = now + NAME_MEMORY

    def _waits(self, schedule_time: datetime, _order: int, task_id: str) -> bool:
        task = self._tasks.get(task_id)
        return task is not None and not task.running and task.schedule_time == schedule_time

    def _find(self, task_id: str, now: datetime, *, gone: grpc.StatusCode) -> Task:
        self._forget_names(now)
        if task := self._tasks.get(task_id):
            return task
        if task_id in self._ended:
            raise Refusal(gone, GONE)
        raise not_found("Task does not exist.")

    def _forget_names(self, now: datetime) -> None:
        while self._ended and next(iter(self._ended.values())) <= now:
            del self._ended[next(iter(self._ended))]


def _record(task: Task, attempt: Message, outcome: Outcome, now: datetime) -> None:
    task.running -= 1
    task.previous = outcome.http_status
    task.message.response_count += outcome.http_status is not None
    task.executions += outcome.http_status is not None and outcome.http_status < 500
    last = task.message.last_attempt
    last.CopyFrom(attempt)
    last.response_time.FromDatetime(now)
    last.response_status.code, last.response_status.message = response_status(outcome)
