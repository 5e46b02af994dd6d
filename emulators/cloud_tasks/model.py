"""Queues' settings and tasks as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from emulators.cloud_tasks.names import QueueName, TaskName

DEFAULT_DEADLINE = timedelta(minutes=10)
UNLIMITED = -1


@dataclass(frozen=True, slots=True)
class RateLimits:
    """How fast a queue dispatches; the defaults are the service's."""

    per_second: float = 500.0
    concurrent: int = 1000

    @property
    def burst(self) -> int:
        """Tokens the bucket holds: the service derives it, and never below the rate."""
        return max(10, -int(-self.per_second // 1))


@dataclass(frozen=True, slots=True)
class RetryConfig:
    """When a failed task is attempted again; the defaults are the service's."""

    max_attempts: int = 100
    max_duration: timedelta = timedelta()
    min_backoff: timedelta = timedelta(milliseconds=100)
    max_backoff: timedelta = timedelta(hours=1)
    max_doublings: int = 16


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """Whom a dispatch authenticates as; an empty audience means the URL it is sent to."""

    email: str
    audience: str = ""


@dataclass(frozen=True, slots=True)
class HttpCall:
    """The request a task makes."""

    url: str
    method: str
    headers: Mapping[str, str]
    body: bytes
    identity: ServiceAccount | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt ended. `http_status` is None when no response was received."""

    http_status: int | None
    retry_after: timedelta = timedelta()
    deadline_exceeded: bool = False

    @property
    def succeeded(self) -> bool:
        return self.http_status is not None and 200 <= self.http_status <= 299


@dataclass(frozen=True, slots=True)
class Attempt:
    """One dispatch of a task, from its schedule to its outcome."""

    schedule_time: datetime
    dispatch_time: datetime
    response_time: datetime | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A task that waits, runs or waits for its retry. A task that ended is no longer anywhere.

    `running` counts its dispatches without an outcome: more than one only after RunTask.
    `executions` counts responses below 500, which is what the worker is told.
    """

    name: TaskName
    call: HttpCall
    schedule_time: datetime
    create_time: datetime
    deadline: timedelta = DEFAULT_DEADLINE
    retry: RetryConfig | None = None
    dispatches: int = 0
    responses: int = 0
    executions: int = 0
    running: int = 0
    first_dispatch_time: datetime | None = None
    last_attempt: Attempt | None = None


@dataclass(frozen=True, slots=True)
class KeptQueue:
    """A queue with its tasks and the ids it still remembers, each with when it is free again."""

    name: QueueName
    limits: RateLimits
    retry: RetryConfig
    paused: bool
    purge_time: datetime | None
    tasks: tuple[Task, ...]
    ended: tuple[tuple[str, datetime], ...]


@dataclass(frozen=True, slots=True)
class KeptQueues:
    """All queues, and when those that are gone were deleted."""

    queues: tuple[KeptQueue, ...]
    deleted: tuple[tuple[QueueName, datetime], ...]
