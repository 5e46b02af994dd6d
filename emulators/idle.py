"""Whether anything is in flight or due."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from emulators.activity import Activity
from emulators.cloud_tasks import CloudTasksEmulator
from emulators.event_log import EventLog
from emulators.pubsub.ledger import Ledger
from shared.kit.errors import Unavailable

_GLANCE_SECONDS = 0.01
_LOG_GLANCE_SECONDS = 0.1


@dataclass(kw_only=True, eq=False)
class Idle:
    """Knows what is pending: requests in flight, deliveries and redeliveries of Pub/Sub, due tasks,
    committed but unpublished events. `elsewhere` says what a server beside the functions still has
    to do for them."""

    activity: Activity
    ledger: Ledger
    tasks: CloudTasksEmulator
    log: EventLog
    elsewhere: Callable[[], Awaitable[dict[str, int]]] | None = None

    def moving(self) -> dict[str, int]:
        """What is in flight or due without a further request; empty when there is nothing."""
        counts = {
            **self.activity.in_flight(),
            "deliveries": self.ledger.owed(),
            "tasks": self.tasks.in_flight,
        }
        return {kind: count for kind, count in counts.items() if count}

    def pending(self) -> dict[str, int]:
        """What is in flight, and the timers that are due now."""
        return {**self.moving(), **({"tasks_due": 1} if self.tasks.is_due() else {})}

    async def settle(self, within: float) -> dict[str, int]:
        """Waits until nothing is in flight, at most `within` seconds; returns what still is.
        Ignores due timers, and unpublished entries of the log, which a sweep publishes."""
        return await until_empty(self.moving, within)

    async def wait(self, within: float) -> dict[str, int]:
        """Waits until nothing is pending, here and elsewhere, and nothing in the event log is
        unpublished, at most `within` seconds; returns what still is."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within
        while True:
            pending = await until_empty(self.pending, max(0.0, deadline - loop.time()))
            if not pending:
                pending = await self._unseen() or self.pending()
            if not pending or loop.time() >= deadline:
                return pending
            await asyncio.sleep(_LOG_GLANCE_SECONDS)

    async def _unseen(self) -> dict[str, int]:
        found = await self.elsewhere() if self.elsewhere is not None else {}
        return found or await self._unpublished()

    async def _unpublished(self) -> dict[str, int]:
        try:
            return {"unpublished": 1} if await self.log.anything_unpublished() else {}
        except Unavailable:
            return {"event_log_unreadable": 1}


async def until_empty(pending: Callable[[], dict[str, int]], within: float) -> dict[str, int]:
    """Waits until nothing is `pending`, at most `within` seconds; returns what still is."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while left := pending():
        if loop.time() >= deadline:
            return left
        await asyncio.sleep(_GLANCE_SECONDS)
    return {}
