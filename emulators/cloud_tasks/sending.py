"""Sends one attempt of a task to its target."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from emulators.clock import VirtualClock
from emulators.cloud_tasks.faults import Faults
from emulators.cloud_tasks.model import Outcome
from emulators.cloud_tasks.queue import Dispatch
from emulators.cloud_tasks.rules import request_headers

FAULT_DELAY = timedelta(seconds=1)


class NoResponse(Exception):
    """The target could not be reached or closed the connection without an answer."""


@dataclass(frozen=True, slots=True)
class TaskRequest:
    """The HTTP request that a task makes, ready to be sent. `task` is its full name."""

    task: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class TaskResponse:
    """What the target answered."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)


Deliver = Callable[[TaskRequest], Awaitable[TaskResponse]]
Mint = Callable[[str, str], str]


class Sender:
    """Turns a dispatch into its outcome."""

    def __init__(
        self, *, deliver: Deliver, mint: Mint, faults: Faults, clock: VirtualClock
    ) -> None:
        self._deliver = deliver
        self._mint = mint
        self._faults = faults
        self._clock = clock

    async def send(self, dispatch: Dispatch) -> Outcome:
        """Sends the attempt once, or as the fault it meets has it. A duplicate has the outcome of
        whichever answered first; a dropped attempt reaches nobody and will be retried."""
        fault = self._faults.take_for_dispatch()
        if fault == "drop_once":
            return Outcome(http_status=None)
        if fault == "delay":
            await self._clock.sleep_until(self._clock.now() + FAULT_DELAY)
        request = self._request(dispatch)
        if fault == "duplicate":
            both = [self._send_once(request, dispatch.task.deadline) for _ in range(2)]
            outcomes = [await answered for answered in asyncio.as_completed(both)]
            return outcomes[0]
        return await self._send_once(request, dispatch.task.deadline)

    async def _send_once(self, request: TaskRequest, deadline: timedelta) -> Outcome:
        try:
            # In real time: a clock that is moved must not cut off a request under way.
            async with asyncio.timeout(deadline.total_seconds()) as limit:
                response = await self._deliver(request)
        except (OSError, NoResponse):
            return Outcome(http_status=None, deadline_exceeded=limit.expired())
        return Outcome(http_status=response.status, retry_after=_retry_after(response))

    def _request(self, dispatch: Dispatch) -> TaskRequest:
        task, call = dispatch.task, dispatch.task.call
        headers = request_headers(task, dispatch.number, dispatch.attempt.schedule_time)
        if call.identity:
            token = self._mint(call.identity.email, call.identity.audience or call.url)
            headers["Authorization"] = f"Bearer {token}"
        return TaskRequest(str(task.name), call.method, call.url, headers, call.body)


def _retry_after(response: TaskResponse) -> timedelta:
    text = next((v for k, v in response.headers.items() if k.lower() == "retry-after"), "")
    return timedelta(seconds=int(text)) if text.isdecimal() else timedelta()
