"""What Cloud Tasks decides, as functions of values: no clock, no I/O."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from emulators.cloud_tasks.model import (
    UNLIMITED,
    HttpCall,
    RateLimits,
    RetryConfig,
    Task,
)
from emulators.google_rpc import invalid

FARTHEST_SCHEDULE = timedelta(hours=720)
RETENTION = timedelta(days=31)
SHORTEST_DEADLINE = timedelta(seconds=15)
LONGEST_DEADLINE = timedelta(minutes=30)
LONGEST_URL = 2083
LARGEST_HEADERS = 80 * 1024
WITH_BODY = ("POST", "PUT", "PATCH")
REPLACED_HEADERS = ("host", "content-length", "user-agent")
RESERVED_PREFIXES = ("x-cloudtasks-", "x-google-", "x-appengine-")


def backoff(config: RetryConfig, failures: int) -> timedelta:
    """The wait after the `failures`-th failed attempt (from 1): doubles `max_doublings` times,
    then grows by the last step, and never exceeds `max_backoff`."""
    doublings = min(failures - 1, config.max_doublings)
    steps = failures - doublings  # 1 while doubling, then 2, 3, …
    seconds = config.min_backoff.total_seconds() * 2**doublings * steps
    return min(timedelta(seconds=min(seconds, 1e9)), config.max_backoff)


def exhausted(config: RetryConfig, task: Task, now: datetime) -> bool:
    """Whether a failed task is given up: only when its attempts *and* its duration are used up,
    where a limit that is off does not count; and in any case after 31 days."""
    if now - task.create_time >= RETENTION:
        return True
    limits = []
    if config.max_attempts != UNLIMITED:
        limits.append(task.dispatches >= config.max_attempts)
    if config.max_duration > timedelta():
        started = task.first_dispatch_time or now
        limits.append(now - started >= config.max_duration)
    return bool(limits) and all(limits)


@dataclass(frozen=True, slots=True)
class Bucket:
    """The token bucket that paces a queue."""

    tokens: float
    filled_at: datetime

    @classmethod
    def full(cls, limits: RateLimits, now: datetime) -> "Bucket":
        return cls(limits.burst, now)

    def take(self, limits: RateLimits, now: datetime) -> "Bucket":
        """The bucket with one token less; only to be asked at `available_at` or later."""
        return Bucket(self._tokens(limits, now) - 1, max(now, self.filled_at))

    def available_at(self, limits: RateLimits, now: datetime) -> datetime:
        """The first instant, `now` or later, at which there is a token to take."""
        missing = 1 - self._tokens(limits, now)
        # Rounded up to the clock's millisecond, or the dispatcher would wake a little too early.
        wait = timedelta(milliseconds=-(-missing * 1000 // limits.per_second))
        return now + wait if missing > 1e-9 else now

    def _tokens(self, limits: RateLimits, now: datetime) -> float:
        gained = max(now - self.filled_at, timedelta()).total_seconds() * limits.per_second
        return min(self.tokens + gained, limits.burst)


def check_limits(limits: RateLimits) -> None:
    """Raises the Refusal for rate limits out of range."""
    if not 0 < limits.per_second <= 500:
        raise invalid("Queue.rate_limits.max_dispatches_per_second must be between 0 and 500.")
    if not 1 <= limits.concurrent <= 5000:
        raise invalid("Queue.rate_limits.max_concurrent_dispatches must be between 1 and 5000.")


def check_retry(config: RetryConfig, owner: str) -> None:
    """Raises the Refusal for retry settings out of range."""
    if config.max_attempts < UNLIMITED:
        raise invalid(f"{owner}.retry_config.max_attempts must be -1 or greater.")
    if config.max_doublings < 0:
        raise invalid(f"{owner}.retry_config.max_doublings must not be negative.")
    if min(config.max_duration, config.min_backoff, config.max_backoff) < timedelta():
        raise invalid(f"{owner}.retry_config durations must not be negative.")
    if config.min_backoff > config.max_backoff:
        raise invalid(f"{owner}.retry_config.min_backoff must not exceed max_backoff.")


def check_call(call: HttpCall) -> None:
    """Raises the Refusal for a request that Cloud Tasks would not make."""
    if not call.url.startswith(("http://", "https://")):
        raise invalid('HttpRequest.url must start with "http://" or "https://".')
    if len(quote(call.url, safe="/:?&=#%+,;@[]!$'()*~")) > LONGEST_URL:
        raise invalid(f"HttpRequest.url must not be longer than {LONGEST_URL} characters.")
    if call.body and call.method not in WITH_BODY:
        raise invalid("HttpRequest.body is only allowed for POST, PUT and PATCH.")
    if sum(len(name) + len(value) for name, value in call.headers.items()) > LARGEST_HEADERS:
        raise invalid("HttpRequest.headers must be smaller than 80KB.")
    if call.identity is not None and not call.identity.email:
        raise invalid("OidcToken.service_account_email must be set.")


def check_times(schedule_time: datetime | None, deadline: timedelta, now: datetime) -> None:
    """Raises the Refusal for a schedule or a dispatch deadline out of range."""
    if schedule_time is not None and schedule_time > now + FARTHEST_SCHEDULE:
        raise invalid(
            f"The Task.scheduleTime, {schedule_time.isoformat()}, is too far in the future. "
            "Schedule time must be no more than 720h in the future."
        )
    if not SHORTEST_DEADLINE <= deadline <= LONGEST_DEADLINE:
        raise invalid("Task.dispatchDeadline must be between 15s and 30m.")


def request_headers(task: Task, number: int, schedule_time: datetime) -> dict[str, str]:
    """The headers of a task's `number`-th dispatch (from 1): its own, and what the service adds."""
    headers = {
        name: value
        for name, value in task.call.headers.items()
        if name.lower() not in REPLACED_HEADERS
        and not name.lower().startswith(RESERVED_PREFIXES)
        and not (task.call.identity and name.lower() == "authorization")
    }
    headers["User-Agent"] = "Google-Cloud-Tasks"
    headers["X-CloudTasks-QueueName"] = task.name.queue.id
    headers["X-CloudTasks-TaskName"] = task.name.id
    headers["X-CloudTasks-TaskRetryCount"] = str(number - 1)
    headers["X-CloudTasks-TaskExecutionCount"] = str(task.executions)
    headers["X-CloudTasks-TaskETA"] = f"{schedule_time.timestamp():.6f}"
    previous = task.last_attempt and task.last_attempt.outcome
    if previous and previous.http_status is not None:
        headers["X-CloudTasks-TaskPreviousResponse"] = str(previous.http_status)
    return headers
