"""One attempt, from its dispatch to its outcome."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from emulators.clock import VirtualClock
from emulators.cloud_tasks import NoResponse, TaskRequest, TaskResponse
from emulators.cloud_tasks.messages import QUEUE, TASK, new_queue, new_task
from emulators.cloud_tasks.queue import Queue
from emulators.cloud_tasks.rules import Outcome
from emulators.cloud_tasks.sender import Deliver, Sender

NAME = "projects/p/locations/us-central1/queues/q"
NO_RESPONSE = Outcome(http_status=None)


async def send(
    tmp_path: Path, deliver: Deliver, deadline: timedelta = timedelta(minutes=10)
) -> Outcome:
    clock = VirtualClock(tmp_path / "clock")
    now = clock.now()
    queue = Queue(new_queue(QUEUE(name=NAME)), now)
    message = new_task(NAME, TASK(http_request={"url": "http://worker"}), now)
    message.dispatch_deadline.FromTimedelta(deadline)
    queue.add(message, now)
    dispatch = queue.take(now, now)
    assert dispatch is not None
    sender = Sender(deliver=deliver, mint=lambda email, audience: "", clock=clock)
    return await sender.send(dispatch)


async def test_a_worker_that_overruns_the_deadline_is_cut_off(tmp_path: Path) -> None:
    cut_off = asyncio.Event()

    async def overrun(request: TaskRequest) -> TaskResponse:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cut_off.set()
            raise
        return TaskResponse(200)

    outcome = await send(tmp_path, overrun, deadline=timedelta(seconds=0.01))
    assert outcome == Outcome(http_status=None, deadline_exceeded=True)
    assert cut_off.is_set()


@pytest.mark.parametrize("error", [NoResponse(), ConnectionRefusedError(), TimeoutError()])
async def test_a_worker_that_cannot_be_reached_has_not_answered(
    tmp_path: Path, error: Exception
) -> None:
    async def unreachable(request: TaskRequest) -> TaskResponse:
        raise error

    assert await send(tmp_path, unreachable) == NO_RESPONSE


@pytest.mark.parametrize(
    ("text", "seconds"), [("7", 7), ("", 0), ("-1", 0), ("Fri, 20 Nov 2026 12:00:00 GMT", 0)]
)
async def test_a_retry_after_in_seconds_is_heard_and_any_other_ignored(
    tmp_path: Path, text: str, seconds: int
) -> None:
    async def busy(request: TaskRequest) -> TaskResponse:
        return TaskResponse(429, {"retry-after": text})

    outcome = await send(tmp_path, busy)
    assert outcome == Outcome(http_status=429, retry_after=timedelta(seconds=seconds))
