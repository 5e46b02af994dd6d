"""Sends one attempt of a task to its target, with the faults that are armed."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, get_args

import grpc
from google.cloud.tasks_v2.types import HttpMethod

from emulators.clock import VirtualClock
from emulators.cloud_tasks.queue import Dispatch
from emulators.cloud_tasks.rules import Outcome
from emulators.google_rpc import Refusal

Fault = Literal["duplicate", "drop_once", "delay", "unavailable"]
_DISPATCH_FAULTS = ("duplicate", "drop_once", "delay")  # In the order of their precedence.
_FAULT_DELAY = timedelta(seconds=1)


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

    def __init__(self, *, deliver: Deliver, mint: Mint, clock: VirtualClock) -> None:
        self._deliver = deliver
        self._mint = mint
        self._clock = clock
        self._armed: Counter[str] = Counter()

    def inject(self, kind: Fault, count: int = 1) -> None:
        """Arms `duplicate`, `drop_once` and `delay` for one dispatch each, `unavailable` for one
        API call each. Raises ValueError for any other kind."""
        if kind not in get_args(Fault):
            raise ValueError(
                f"{kind!r} is not a fault of Cloud Tasks: {', '.join(get_args(Fault))}"
            )
        self._armed[kind] += count

    def meet_call(self) -> None:
        """Raises UNAVAILABLE for an API call with an armed fault."""
        if self._take("unavailable"):
            raise Refusal(grpc.StatusCode.UNAVAILABLE, "The service is currently unavailable.")

    async def send(self, dispatch: Dispatch) -> Outcome:
        """Sends the attempt once, or as its fault demands. A duplicate has the outcome of the first
        answer; a dropped attempt reaches no target and is retried."""
        fault = next((kind for kind in _DISPATCH_FAULTS if self._take(kind)), None)
        if fault == "drop_once":
            return Outcome(http_status=None)
        if fault == "delay":
            await self._clock.sleep_until(self._clock.now() + _FAULT_DELAY)
        request = self._request(dispatch)
        deadline = dispatch.task.message.dispatch_deadline.ToTimedelta().total_seconds()
        if fault == "duplicate":
            both = [self._send_once(request, deadline) for _ in range(2)]
            outcomes = [await answered for answered in asyncio.as_completed(both)]
            return outcomes[0]
        return await self._send_once(request, deadline)

    async def _send_once(self, request: TaskRequest, deadline: float) -> Outcome:
        try:
            # In real time: moving the clock must not cut off a request under way.
            async with asyncio.timeout(deadline) as limit:
                response = await self._deliver(request)
        except (OSError, NoResponse):
            return Outcome(http_status=None, deadline_exceeded=limit.expired())
        return Outcome(http_status=response.status, retry_after=_retry_after(response))

    def _request(self, dispatch: Dispatch) -> TaskRequest:
        task = dispatch.task.message
        call, headers = task.http_request, dict(dispatch.headers)
        if call.HasField("oidc_token"):
            identity = call.oidc_token
            token = self._mint(identity.service_account_email, identity.audience)
            headers["Authorization"] = f"Bearer {token}"
        method = HttpMethod(call.http_method).name
        return TaskRequest(task.name, method, call.url, headers, call.body)

    def _take(self, kind: str) -> bool:
        armed = self._armed[kind] > 0
        self._armed[kind] -= armed
        return armed


def _retry_after(response: TaskResponse) -> timedelta:
    text = next((v for k, v in response.headers.items() if k.lower() == "retry-after"), "")
    return timedelta(seconds=int(text)) if text.isdecimal() else timedelta()
