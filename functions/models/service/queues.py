"""Queues in which calls of one model wait, first for a place and then for the turn. They are fair
by tenant, and each belongs to one event loop."""

import asyncio
from collections import Counter
from collections.abc import Callable
from itertools import count

from functions.models.rules.turns import Waiting, has_place, next_place, next_turn, remembered


class _Queue:
    """The calls that wait, each with a number: a later call has a higher one."""

    def __init__(self) -> None:
        self.numbers = count()
        self._called: dict[Waiting, asyncio.Future[None]] = {}

    @property
    def waiting(self) -> list[Waiting]:
        # A call that was given up has a cancelled future before its task runs again.
        return [each for each, called in self._called.items() if not called.done()]

    async def wait(self, tenant_id: str, give_back: Callable[[], None]) -> None:
        """Returns once `call` names it. A call that was given up after that gives back what it
        got."""
        each = Waiting(tenant_id, next(self.numbers))
        called = self._called[each] = asyncio.get_running_loop().create_future()
        try:
            await called
        except BaseException:
            if called.done() and not called.cancelled():
                give_back()
            raise
        finally:
            del self._called[each]

    def call(self, each: Waiting) -> None:
        self._called[each].set_result(None)


class Places:
    """The places of one model that calls hold now, counted by tenant."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()
        self._queue = _Queue()

    async def take(self, tenant_id: str) -> None:
        """Returns once the tenant may have a place, and takes it."""
        if has_place(tenant_id, self._taken):
            self._taken[tenant_id] += 1
        else:
            await self._queue.wait(tenant_id, lambda: self.leave(tenant_id))

    def leave(self, tenant_id: str) -> None:
        """Gives a place back, and gives each free place to a call that waits."""
        self._taken -= Counter({tenant_id: 1})
        while (each := next_place(self._queue.waiting, self._taken)) is not None:
            self._taken[each.tenant_id] += 1
            self._queue.call(each)


class Turn:
    """The turn of one model, which one call has at a time."""

    def __init__(self) -> None:
        self._queue = _Queue()
        self._asking: str | None = None
        self._last: dict[str, int] = {}

    async def take(self, tenant_id: str) -> None:
        """Returns once this call has the turn."""
        if self._asking is None:
            self._asking = tenant_id
        else:
            await self._queue.wait(tenant_id, self.leave)

    def leave(self) -> None:
        """Gives the turn to the next call."""
        assert self._asking is not None
        self._last[self._asking] = next(self._queue.numbers)
        each = next_turn(self._queue.waiting, self._last)
        self._asking = None if each is None else each.tenant_id
        if each is not None:
            self._queue.call(each)
        self._last = remembered(self._last, self._queue.waiting)
