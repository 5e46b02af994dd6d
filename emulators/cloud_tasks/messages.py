"""Queues and tasks as the API's own messages: their defaults, limits and views."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from google.cloud.tasks_v2.types import HttpMethod
from google.cloud.tasks_v2.types import Queue as QueueMessage
from google.cloud.tasks_v2.types import RetryConfig as RetryMessage
from google.cloud.tasks_v2.types import Task as TaskMessage
from google.protobuf.field_mask_pb2 import FieldMask

from emulators.cloud_tasks.names import parse_task
from emulators.google_rpc import Message, invalid, unemulated

QUEUE = QueueMessage.pb()
TASK = TaskMessage.pb()
RETRY = RetryMessage.pb()
State = QueueMessage.State
UNLIMITED = -1
FARTHEST_SCHEDULE = timedelta(hours=720)
_UNEMULATED = ("app_engine_routing_override", "http_target", "stackdriver_logging_config")
_LARGEST_TASK = 100 * 1024
_LARGEST_HEADERS = 80 * 1024
_LONGEST_URL = 2083
_WITH_BODY = (HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH)


def new_queue(request: Message) -> Message:
    """A queue's message with the service's defaults for missing fields. Raises the Refusal for
    settings out of range, and for settings that a real queue supports and this one does not."""
    _check_emulated(request)
    queue = QUEUE(name=request.name, state=State.RUNNING)
    limits, wanted = queue.rate_limits, request.rate_limits
    limits.max_dispatches_per_second = wanted.max_dispatches_per_second or 500.0
    limits.max_concurrent_dispatches = wanted.max_concurrent_dispatches or 1000
    if not 0 < limits.max_dispatches_per_second <= 500:
        raise invalid("Queue.rate_limits.max_dispatches_per_second must be between 0 and 500.")
    if not 1 <= limits.max_concurrent_dispatches <= 5000:
        raise invalid("Queue.rate_limits.max_concurrent_dispatches must be between 1 and 5000.")
    # The size of the token bucket: the service derives it, and it is never below the rate.
    limits.max_burst_size = max(10, -int(-limits.max_dispatches_per_second // 1))
    queue.retry_config.CopyFrom(_new_retry(request.retry_config, "Queue"))
    return queue


def merged(current: Message, request: Message) -> Message:
    """The queue after an update: the current one where the mask names fields."""
    if not request.update_mask.paths:
        return request.queue
    _check_emulated(request.queue)
    mask = FieldMask(paths=request.update_mask.paths)
    if not mask.IsValidForDescriptor(QUEUE.DESCRIPTOR):
        raise invalid(f"update_mask names no field of a queue: {', '.join(mask.paths)}")
    wanted = QUEUE()
    wanted.CopyFrom(current)
    mask.MergeMessage(request.queue, wanted, replace_message_field=True)
    return wanted


def new_task(queue: str, request: Message, now: datetime) -> Message:
    """A task's message as the service stores it. Raises the Refusal for a request that Cloud Tasks
    would not send, and for targets that are not emulated."""
    name = request.name or f"{queue}/tasks/{secrets.randbelow(10**19)}"
    if parse_task(name)[0] != queue:
        raise invalid(
            f"The queue name from request ('{queue}') must be the same as "
            f"the queue name in the named task ('{name}')."
        )
    _check_target(request)
    _check_call(request.http_request)
    task = TASK(name=name, http_request=request.http_request)
    call = task.http_request
    call.http_method = call.http_method or HttpMethod.POST
    call.headers["User-Agent"] = "Google-Cloud-Tasks"
    if call.HasField("oidc_token"):
        call.oidc_token.audience = call.oidc_token.audience or call.url
    _set_times(task, request, now)
    if request.HasField("retry_config"):
        task.retry_config.CopyFrom(_new_retry(request.retry_config, "Task"))
    return task


def view_of(task: Message, view: int) -> Message:
    """The task as seen in `view`: only FULL shows the body."""
    full = view == TaskMessage.View.FULL
    seen = TASK()
    seen.CopyFrom(task)
    seen.view = TaskMessage.View.FULL if full else TaskMessage.View.BASIC
    if not full:
        seen.http_request.ClearField("body")
    return seen


def readdress(task: Message, moves: Mapping[str, str]) -> None:
    """Points the task to its function's current address; `moves` maps former addresses to current
    ones."""
    call = task.http_request
    for before, now in moves.items():
        if call.url.startswith(f"{before}/"):
            call.url = now + call.url.removeprefix(before)
            if call.oidc_token.audience == before:
                call.oidc_token.audience = now
            return


def instant(timestamp: Message) -> datetime:
    """Raises ValueError for a value that is not a time."""
    moment: datetime = timestamp.ToDatetime(tzinfo=UTC)
    return moment


def _check_emulated(queue: Message) -> None:
    for field in _UNEMULATED:
        if queue.HasField(field):
            raise unemulated(f"Queue.{field}")


def _new_retry(request: Message, owner: str) -> Message:
    retry = RETRY(
        max_attempts=request.max_attempts or 100, max_doublings=request.max_doublings or 16
    )
    least = _span(request, "min_backoff", timedelta(milliseconds=100))
    most = _span(request, "max_backoff", timedelta(hours=1))
    longest = _span(request, "max_retry_duration", timedelta())
    if retry.max_attempts < UNLIMITED:
        raise invalid(f"{owner}.retry_config.max_attempts must be -1 or greater.")
    if retry.max_doublings < 0:
        raise invalid(f"{owner}.retry_config.max_doublings must not be negative.")
    if min(longest, least, most) < timedelta():
        raise invalid(f"{owner}.retry_config durations must not be negative.")
    if least > most:
        raise invalid(f"{owner}.retry_config.min_backoff must not exceed max_backoff.")
    retry.min_backoff.FromTimedelta(least)
    retry.max_backoff.FromTimedelta(most)
    if longest:
        retry.max_retry_duration.FromTimedelta(longest)
    return retry


def _check_target(task: Message) -> None:
    if task.ByteSize() > _LARGEST_TASK:
        raise invalid("Task size too large. The maximum task size is 100KB.")
    target = task.WhichOneof("message_type")
    if target is None:
        raise invalid("Task.message_type must be set.")
    if target != "http_request":
        raise unemulated(f"Task.{target}")
    if task.http_request.HasField("oauth_token"):
        raise unemulated("HttpRequest.oauth_token")


def _check_call(call: Message) -> None:
    if not call.url.startswith(("http://", "https://")):
        raise invalid('HttpRequest.url must start with "http://" or "https://".')
    if len(quote(call.url, safe="/:?&=#%+,;@[]!$'()*~")) > _LONGEST_URL:
        raise invalid(f"HttpRequest.url must not be longer than {_LONGEST_URL} characters.")
    if call.body and (call.http_method or HttpMethod.POST) not in _WITH_BODY:
        raise invalid("HttpRequest.body is only allowed for POST, PUT and PATCH.")
    if sum(len(name) + len(value) for name, value in call.headers.items()) > _LARGEST_HEADERS:
        raise invalid("HttpRequest.headers must be smaller than 80KB.")
    if call.HasField("oidc_token") and not call.oidc_token.service_account_email:
        raise invalid("OidcToken.service_account_email must be set.")


def _set_times(task: Message, request: Message, now: datetime) -> None:
    try:
        wanted = instant(request.schedule_time) if request.HasField("schedule_time") else now
    except ValueError as error:
        raise invalid(f"Task.schedule_time is not a time: {error}") from error
    if wanted > now + FARTHEST_SCHEDULE:
        raise invalid(
            f"The Task.scheduleTime, {wanted.isoformat()}, is too far in the future. "
            "Schedule time must be no more than 720h in the future."
        )
    deadline = _span(request, "dispatch_deadline", timedelta(minutes=10))
    if not timedelta(seconds=15) <= deadline <= timedelta(minutes=30):
        raise invalid("Task.dispatchDeadline must be between 15s and 30m.")
    task.schedule_time.FromDatetime(max(wanted, now))
    task.create_time.FromDatetime(now.replace(microsecond=0))
    task.dispatch_deadline.FromTimedelta(deadline)


def _span(message: Message, field: str, default: timedelta) -> timedelta:
    try:
        span: timedelta = getattr(message, field).ToTimedelta()
    except (ValueError, OverflowError) as error:
        raise invalid(f"{field} is not a duration: {error}") from error
    return span if message.HasField(field) else default
