"""Waiting for what is under way before the platform ends."""

import asyncio

from emulators.activity import Activity
from emulators.cloud_tasks import CloudTasksEmulator
from emulators.gateway.listener import Handler
from emulators.gateway.messages import Answer, Call
from emulators.gateway.problems import problem
from emulators.pubsub.push import Push
from emulators.scheduler import Scheduler
from shared.kit.errors import Unavailable

# What Cloud Run gives an instance between SIGTERM and SIGKILL.
GRACE_SECONDS = 10.0
_GLANCE_SECONDS = 0.01


class Door:
    """Where callers come in; once it is shut they are told to come again later."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._shut = False

    def shut(self) -> None:
        self._shut = True

    async def answer(self, call: Call) -> Answer:
        """The handler's answer, or 503."""
        if self._shut:
            return problem(Unavailable("the platform is stopping"))
        return await self._handler(call)


async def drain(
    *, door: Door, push: Push, tasks: CloudTasksEmulator, scheduler: Scheduler, activity: Activity
) -> None:
    """Lets nothing more begin, and waits until everything under way has ended, as long as Cloud Run
    would: what has not ended by then is cut, and is repeated by whoever it belongs to."""
    door.shut()
    push.rest()
    tasks.halt()
    scheduler.rest()
    loop = asyncio.get_running_loop()
    deadline = loop.time() + GRACE_SECONDS
    while activity.in_flight() or tasks.in_flight:
        if loop.time() >= deadline:
            return
        await asyncio.sleep(_GLANCE_SECONDS)
