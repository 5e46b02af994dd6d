"""The rules of Cloud Tasks as functions of values: no clock, no I/O."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from google.rpc import code_pb2  # type: ignore[import-untyped]

from emulators.cloud_tasks.messages import UNLIMITED, instant
from emulators.google_rpc import Message

RETENTION = timedelta(days=31)
_REPLACED_HEADERS = ("host", "content-length", "user-agent")
_RESERVED_PREFIXES = ("x-cloudtasks-", "x-google-", "x-appengine-")
# google.rpc.Code by HTTP status; any other status of a class has the class's own code.
_CODES = {
    400: 3,
    401: 16,
    403: 7,
    404: 5,
    409: 10,
    416: 11,
    429: 8,
    499: 1,
    501: 12,
    503: 14,
    504: 4,
}
_CODES_OF_CLASSES = {2: 0, 4: 9, 5: 13}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one attempt. `http_status` is None when no response was received."""

    http_status: int | None
    retry_after: timedelta = timedelta()
    deadline_exceeded: bool = False

    @property
    def succeeded(self) -> bool:
        return self.http_status is not None and 200 <= self.http_status <= 299


def backoff(config: Message, failures: int) -> timedelta:
    """The wait after the `failures`-th failed attempt (from 1): doubles `max_doublings` times,
    then grows by the last step, and never exceeds `max_backoff`."""
    doublings = min(failures - 1, config.max_doublings)
    steps = failures - doublings  # 1 while doubling, then 2, 3, …
    seconds = config.min_backoff.ToTimedelta().total_seconds() * 2**doublings * steps
    longest: timedelta = config.max_backoff.ToTimedelta()
    return min(timedelta(seconds=min(seconds, 1e9)), longest)


def exhausted(config: Message, task: Message, now: datetime) -> bool:
    """Whether a failed task is given up: when its attempts *and* its duration are used up, where a
    disabled limit does not count; and in any case after 31 days."""
    if now - instant(task.create_time) >= RETENTION:
        return True
    limits = []
    if config.max_attempts != UNLIMITED:
        limits.append(task.dispatch_count >= config.max_attempts)
    longest = config.max_retry_duration.ToTimedelta()
    if longest > timedelta():
        limits.append(now - instant(task.first_attempt.dispatch_time) >= longest)
    return bool(limits) and all(limits)


@dataclass(frozen=True, slots=True)
class Bucket:
    """The token bucket that limits a queue's rate."""

    tokens: float
    filled_at: datetime

    @classmethod
    def full(cls, limits: Message, now: datetime) -> "Bucket":
        return cls(limits.max_burst_size, now)

    def take(self, limits: Message, now: datetime) -> "Bucket":
        """The bucket with one token less; call it at `available_at` or later only."""
        return Bucket(self._tokens(limits, now) - 1, max(now, self.filled_at))

    def available_at(self, limits: Message, now: datetime) -> datetime:
        """The first instant, `now` or later, at which a token is available."""
        missing = 1 - self._tokens(limits, now)
        # Rounded up to the clock's millisecond, or the dispatcher would wake slightly too early.
        milliseconds = -(-missing * 1000 // limits.max_dispatches_per_second)
        return now + timedelta(milliseconds=milliseconds) if missing > 1e-9 else now

    def _tokens(self, limits: Message, now: datetime) -> float:
        gained = max(now - self.filled_at, timedelta()).total_seconds()
        tokens: float = self.tokens + gained * limits.max_dispatches_per_second
        return min(tokens, float(limits.max_burst_size))


def request_headers(task: Message, executions: int, previous: int | None) -> dict[str, str]:
    """The headers of a task's next dispatch: its own, and those of the service. `executions` counts
    the responses below 500 so far, `previous` is the status of the last one."""
    call = task.http_request
    headers = {
        name: value
        for name, value in call.headers.items()
        if name.lower() not in _REPLACED_HEADERS
        and not name.lower().startswith(_RESERVED_PREFIXES)
        and not (call.HasField("oidc_token") and name.lower() == "authorization")
    }
    queue, _, task_id = task.name.rpartition("/tasks/")
    headers["User-Agent"] = "Google-Cloud-Tasks"
    headers["X-CloudTasks-QueueName"] = queue.rpartition("/")[2]
    headers["X-CloudTasks-TaskName"] = task_id
    headers["X-CloudTasks-TaskRetryCount"] = str(task.dispatch_count)
    headers["X-CloudTasks-TaskExecutionCount"] = str(executions)
    headers["X-CloudTasks-TaskETA"] = f"{instant(task.schedule_time).timestamp():.6f}"
    if previous is not None:
        headers["X-CloudTasks-TaskPreviousResponse"] = str(previous)
    return headers


def response_status(outcome: Outcome) -> tuple[int, str]:
    """The google.rpc.Status of an attempt: its code and message."""
    status = outcome.http_status
    if status is None:
        code = code_pb2.DEADLINE_EXCEEDED if outcome.deadline_exceeded else code_pb2.UNAVAILABLE
        return code, f"{code_pb2.Code.Name(code)}({code}): no response was received"
    code = _CODES.get(status, _CODES_OF_CLASSES.get(status // 100, 2))
    return code, f"{code_pb2.Code.Name(code)}({code}): HTTP status code {status}"
