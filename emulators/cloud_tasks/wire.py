"""Between the messages of google.cloud.tasks.v2 and this stand-in's values."""

from datetime import UTC, datetime, timedelta
from typing import Any

from google.cloud.tasks_v2.types import HttpMethod
from google.cloud.tasks_v2.types import Queue as QueueMessage
from google.cloud.tasks_v2.types import Task as TaskMessage
from google.rpc import code_pb2  # type: ignore[import-untyped]

from emulators.cloud_tasks.model import (
    DEFAULT_DEADLINE,
    Attempt,
    HttpCall,
    Outcome,
    RateLimits,
    RetryConfig,
    ServiceAccount,
    Task,
)
from emulators.cloud_tasks.queue import Queue
from emulators.google_rpc import Message, invalid, unemulated

QUEUE = QueueMessage.pb()
TASK = TaskMessage.pb()
FULL = TaskMessage.View.FULL
LARGEST_TASK = 100 * 1024
HTTP_METHODS = list(HttpMethod.__members__)  # in the order of their numbers, from 0

# google.rpc.Code by HTTP status; any other status of a class has the class's own code.
CODES = {
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


def read_limits(queue: Message) -> RateLimits:
    """The queue message's rate limits; what it leaves out is the service's default."""
    limits, default = queue.rate_limits, RateLimits()
    return RateLimits(
        per_second=limits.max_dispatches_per_second or default.per_second,
        concurrent=limits.max_concurrent_dispatches or default.concurrent,
    )


def read_retry(config: Message) -> RetryConfig:
    """A RetryConfig message; what it leaves out is the service's default."""
    default = RetryConfig()
    return RetryConfig(
        max_attempts=config.max_attempts or default.max_attempts,
        max_duration=_span(config, "max_retry_duration", default.max_duration),
        min_backoff=_span(config, "min_backoff", default.min_backoff),
        max_backoff=_span(config, "max_backoff", default.max_backoff),
        max_doublings=config.max_doublings or default.max_doublings,
    )


def check_queue(queue: Message) -> None:
    """Refuses what a real queue would obey and this one would not."""
    for field in ("app_engine_routing_override", "http_target", "stackdriver_logging_config"):
        if queue.HasField(field):
            raise unemulated(f"Queue.{field}")


def write_queue(queue: Queue) -> Message:
    message = QUEUE(name=str(queue.name))
    message.state = QueueMessage.State.PAUSED if queue.paused else QueueMessage.State.RUNNING
    message.rate_limits.max_dispatches_per_second = queue.limits.per_second
    message.rate_limits.max_burst_size = queue.limits.burst
    message.rate_limits.max_concurrent_dispatches = queue.limits.concurrent
    _write_retry(message.retry_config, queue.retry)
    if queue.purge_time:
        message.purge_time.FromDatetime(queue.purge_time)
    return message


def read_call(task: Message) -> HttpCall:
    """The HTTP request of a task message. Refuses targets that are not emulated."""
    if task.ByteSize() > LARGEST_TASK:
        raise invalid("Task size too large. The maximum task size is 100KB.")
    target = task.WhichOneof("message_type")
    if target is None:
        raise invalid("Task.message_type must be set.")
    if target != "http_request":
        raise unemulated(f"Task.{target}")
    request = task.http_request
    if request.HasField("oauth_token"):
        raise unemulated("HttpRequest.oauth_token")
    identity = None
    if request.HasField("oidc_token"):
        token = request.oidc_token
        identity = ServiceAccount(email=token.service_account_email, audience=token.audience)
    return HttpCall(
        url=request.url,
        method=HTTP_METHODS[request.http_method or HttpMethod.POST],
        headers=dict(request.headers),
        body=request.body,
        identity=identity,
    )


def read_schedule_time(task: Message) -> datetime | None:
    if not task.HasField("schedule_time"):
        return None
    try:
        moment: datetime = task.schedule_time.ToDatetime(tzinfo=UTC)
    except ValueError as error:
        raise invalid(f"Task.schedule_time is not a time: {error}") from error
    return moment


def read_deadline(task: Message) -> timedelta:
    return _span(task, "dispatch_deadline", DEFAULT_DEADLINE)


def read_task_retry(task: Message) -> RetryConfig | None:
    return read_retry(task.retry_config) if task.HasField("retry_config") else None


def write_task(task: Task, view: int) -> Message:
    """The task as seen in `view`: only FULL shows the body."""
    message = TASK(name=str(task.name), view=FULL if view == FULL else TaskMessage.View.BASIC)
    _write_call(message.http_request, task.call, full=view == FULL)
    message.schedule_time.FromDatetime(task.schedule_time)
    message.create_time.FromDatetime(task.create_time.replace(microsecond=0))
    message.dispatch_deadline.FromTimedelta(task.deadline)
    message.dispatch_count = task.dispatches
    message.response_count = task.responses
    if task.retry:
        _write_retry(message.retry_config, task.retry)
    if task.first_dispatch_time:
        message.first_attempt.dispatch_time.FromDatetime(task.first_dispatch_time)
    if task.last_attempt:
        _write_attempt(message.last_attempt, task.last_attempt)
    return message


def _write_call(message: Message, call: HttpCall, *, full: bool) -> None:
    message.url = call.url
    message.http_method = HTTP_METHODS.index(call.method)
    message.headers.update(call.headers)
    message.headers["User-Agent"] = "Google-Cloud-Tasks"
    if full:
        message.body = call.body
    if call.identity:
        message.oidc_token.service_account_email = call.identity.email
        message.oidc_token.audience = call.identity.audience or call.url


def _write_attempt(message: Message, attempt: Attempt) -> None:
    message.schedule_time.FromDatetime(attempt.schedule_time)
    message.dispatch_time.FromDatetime(attempt.dispatch_time)
    if attempt.response_time and attempt.outcome:
        message.response_time.FromDatetime(attempt.response_time)
        message.response_status.code, message.response_status.message = _status(attempt.outcome)


def _status(outcome: Outcome) -> tuple[int, str]:
    if outcome.http_status is None:
        code = code_pb2.DEADLINE_EXCEEDED if outcome.deadline_exceeded else code_pb2.UNAVAILABLE
        return code, f"{code_pb2.Code.Name(code)}({code}): no response was received"
    status = outcome.http_status
    code = CODES.get(status, {2: 0, 4: 9, 5: 13}.get(status // 100, 2))
    return code, f"{code_pb2.Code.Name(code)}({code}): HTTP status code {status}"


def _write_retry(message: Message, retry: RetryConfig) -> None:
    message.max_attempts = retry.max_attempts
    message.max_doublings = retry.max_doublings
    message.min_backoff.FromTimedelta(retry.min_backoff)
    message.max_backoff.FromTimedelta(retry.max_backoff)
    if retry.max_duration:
        message.max_retry_duration.FromTimedelta(retry.max_duration)


def _span(message: Message, field: str, default: timedelta) -> timedelta:
    duration: Any = getattr(message, field)
    try:
        return duration.ToTimedelta() if message.HasField(field) else default
    except (ValueError, OverflowError) as error:
        raise invalid(f"{field} is not a duration: {error}") from error
