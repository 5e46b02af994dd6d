"""Timers: Cloud Tasks, named by hash, that send a CloudEvent to the function's own private side.

A tenant's crowd of timers has a queue apart, where few are delivered at once: tasks are delivered
in the order of their time, and a thousand of one tenant would stand before all others."""

import asyncio
import hashlib
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from shared.kit.errors import Unavailable
from shared.kit.ids import derive_id
from shared.kit.instants import format_instant
from shared.kit.operations import count
from shared.kit.queues import crowd_queue
from shared.messaging.changes import Timer
from shared.messaging.crowds import Crowds
from shared.messaging.envelope import Envelope
from shared.storage.rpc import Service

# The sweep fires a timer that cannot be set here.
RETRIED_FOR_SECONDS = 3.0
# Cloud Tasks refuses a schedule time further away than 30 days; a timer that fires early re-reads
# the state and is set again.
FURTHEST = timedelta(days=29)

_crowds = Crowds()


async def set_timers(noun: str, tenant_id: str, timers: Sequence[Timer], *, now: datetime) -> None:
    """Creates each timer's task; leaves an existing task unchanged. A timer that one process counts
    to a crowd and another does not has a task in two queues; it fires twice, and the second time
    changes nothing. Raises Unavailable once all were tried."""
    tries = (_set(noun, tenant_id, timer, now) for timer in timers)
    for outcome in await asyncio.gather(*tries, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome


def timer_event(noun: str, tenant_id: str, timer: Timer, received_at: datetime) -> Envelope:
    """The event of a timer, the same from Cloud Tasks and from the sweep."""
    return Envelope(
        id=derive_id("tmr", timer.at, noun, tenant_id, timer.type, timer.subject),
        type=timer.type,
        source=f"//assent/{noun}",
        subject=timer.subject,
        time=timer.at,
        tenantid=tenant_id,
        actorid=f"service:{noun}",
        received_at=received_at,
    )


async def _set(noun: str, tenant_id: str, timer: Timer, now: datetime) -> None:
    from google.cloud.tasks_v2.types import CreateTaskRequest, Task
    from grpc import StatusCode
    from grpc.aio import AioRpcError

    request = CreateTaskRequest(_task_request(noun, tenant_id, timer, now))
    try:
        await _cloud_tasks().call(
            "CreateTask",
            CreateTaskRequest.pb(request),
            Task.pb(),
            retried_for=RETRIED_FOR_SECONDS,
            parent=request.parent,
        )
    except AioRpcError as error:
        if error.code() == StatusCode.ALREADY_EXISTS:
            return
        raise Unavailable(f"no timer can be set for {timer.subject} now") from error
    count("cloud-tasks")


def _task_request(noun: str, tenant_id: str, timer: Timer, now: datetime) -> dict[str, Any]:
    from opentelemetry.propagate import inject

    event = timer_event(noun, tenant_id, timer, now)
    due = min(timer.at, now + FURTHEST)
    is_crowded = _crowds.count(noun, tenant_id, due)
    parent = (
        f"projects/{os.environ['GOOGLE_CLOUD_PROJECT']}/locations/{os.environ['ASSENT_REGION']}"
        f"/queues/{crowd_queue(noun, tenant_id) if is_crowded else noun}"
    )
    # Sequential names make a queue slow, so the name is a hash.
    name = hashlib.sha256(f"{event.id}|{format_instant(due)}".encode()).hexdigest()[:40]
    reactions = os.environ["ASSENT_REACTIONS_URL"]
    headers = event.headers()
    inject(headers)
    return {
        "parent": parent,
        "task": {
            "name": f"{parent}/tasks/{name}",
            "schedule_time": due,
            "http_request": {
                "url": f"{reactions}/timers/{noun}",
                "http_method": "POST",
                "headers": headers,
                "body": b"{}",
                "oidc_token": {
                    "service_account_email": os.environ["ASSENT_SERVICE_ACCOUNT"],
                    "audience": reactions,
                },
            },
        },
    }


def _transport() -> Any:
    from google.cloud.tasks_v2.services.cloud_tasks.transports import (
        CloudTasksGrpcAsyncIOTransport,
    )

    return CloudTasksGrpcAsyncIOTransport


@cache
def _cloud_tasks() -> Service:
    return Service(
        "google.cloud.tasks.v2.CloudTasks",
        emulator="CLOUD_TASKS_EMULATOR_HOST",
        transport=_transport,
    )
