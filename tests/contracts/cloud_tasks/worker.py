"""What the tasks of these tests call, and how they are made."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from emulators.clock import VirtualClock
from emulators.cloud_tasks import TaskRequest, TaskResponse

LOCATION = "projects/assent-local/locations/us-central1"
# Google's clients take dicts for messages and give datetimes for Timestamps: their types deny it.
Client = Any
AnyQueue = Any
CreateQueue = Callable[..., Awaitable[AnyQueue]]


class Worker:
    """Remembers every request and answers as told; 200 once nothing else is left to answer."""

    def __init__(self) -> None:
        self.received: list[TaskRequest] = []
        self.answers: list[TaskResponse | Exception] = []
        self.busy = 0
        self.busiest = 0
        self.open = asyncio.Event()
        self.open.set()

    async def __call__(self, request: TaskRequest) -> TaskResponse:
        self.received.append(request)
        self.busy += 1
        self.busiest = max(self.busy, self.busiest)
        try:
            await asyncio.sleep(0.001)  # Long enough for others to be seen at work.
            await self.open.wait()
        finally:
            self.busy -= 1
        answer = self.answers.pop(0) if self.answers else TaskResponse(200)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def tasks(self) -> list[str]:
        """The ids of the tasks received, in order."""
        return [request.task.rpartition("/")[2] for request in self.received]


async def create(
    client: Client, queue: AnyQueue, task_id: str, at: datetime | None = None, **request: object
) -> Any:
    task: dict[str, Any] = {
        "name": f"{queue.name}/tasks/{task_id}",
        "http_request": {"url": "http://worker/timers", **request},
    }
    if at is not None:
        task["schedule_time"] = at
    return await client.create_task(request={"parent": queue.name, "task": task})


async def create_at_one_time(
    client: Client, clock: VirtualClock, queue: AnyQueue, count: int
) -> None:
    at = clock.now() + timedelta(hours=1)
    for number in range(count):
        await create(client, queue, f"t{number}", at)
    clock.move_to(at)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what it looks at tells nobody of its changes
            await asyncio.sleep(0.005)
