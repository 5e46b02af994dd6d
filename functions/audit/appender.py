"""Appends entries in groups: those that wait while a call is under way share the next one."""

import asyncio
from collections import deque
from typing import NamedTuple

from functions.audit.rules.evidence import NewEntry
from functions.audit.rules.receipts import new_entries
from functions.audit.store import append_together
from shared.kit.errors import Unavailable
from shared.kit.per_loop import PerLoop
from shared.messaging.envelope import Envelope

MOST_TOGETHER = 50


async def append(event: Envelope) -> None:
    """Appends the event to its tenant's chain, with the receipts that it reports, and returns once
    all of it is committed, at once; what is in the chain already stays in its place. Raises
    Unavailable, and pydantic.ValidationError for a receipt that is none."""
    entries = new_entries(event.attributes(), event.data)
    await _appenders.here().append(event.tenantid, *entries)


class _Waiting(NamedTuple):
    entries: tuple[NewEntry, ...]
    appended: "asyncio.Future[None]"


class Appender:
    """Appends for one process. At most one call is under way for each tenant; what comes meanwhile
    waits for it, so nothing waits where there is little to do. What came together is appended
    together or not at all. A call that the database refuses is repeated for each sender alone, so
    that what one sends fails for itself only; one that the database does not answer fails for all,
    who retry."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[_Waiting]] = {}
        self._at_work: set[asyncio.Task[None]] = set()

    async def append(self, tenant_id: str, *entries: NewEntry) -> None:
        """Returns once the entries are committed. Raises Unavailable, and what the database refuses
        them with."""
        waiting = _Waiting(entries, asyncio.get_running_loop().create_future())
        if tenant_id in self._waiting:
            self._waiting[tenant_id].append(waiting)
        else:
            self._waiting[tenant_id] = deque([waiting])
            # No request's own: whoever waits may give up while others still wait for the call.
            task = asyncio.create_task(self._append_all(tenant_id))
            self._at_work.add(task)
            task.add_done_callback(self._at_work.discard)
        await waiting.appended

    async def _append_all(self, tenant_id: str) -> None:
        queue = self._waiting[tenant_id]
        try:
            while queue:
                await self._append_group(tenant_id, _next_group(queue))
        finally:
            del self._waiting[tenant_id]
            for each in queue:
                each.appended.cancel()

    async def _append_group(self, tenant_id: str, group: list[_Waiting]) -> None:
        try:
            await append_together(tenant_id, [entry for each in group for entry in each.entries])
        except Unavailable as error:
            _fail(group, error)
        except Exception as error:  # noqa: BLE001 - raised for whoever waits
            if len(group) == 1:
                _fail(group, error)
                return
            for each in group:
                await self._append_group(tenant_id, [each])
        except BaseException:
            for each in group:
                each.appended.cancel()
            raise
        else:
            for each in group:
                if not each.appended.done():
                    each.appended.set_result(None)


def _next_group(queue: deque[_Waiting]) -> list[_Waiting]:
    """Those that wait longest, with MOST_TOGETHER entries in all at most, but one of them at
    least."""
    group = [queue.popleft()]
    entries = len(group[0].entries)
    while queue and entries + len(queue[0].entries) <= MOST_TOGETHER:
        group.append(queue.popleft())
        entries += len(group[-1].entries)
    return group


def _fail(group: list[_Waiting], error: Exception) -> None:
    for each in group:
        if not each.appended.done():
            each.appended.set_exception(error)


_appenders = PerLoop(Appender)
