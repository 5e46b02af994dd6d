"""Lines in which calls of one model wait, first for a place and then for the turn: fair by tenant.
Each is for one event loop."""

import asyncio
from collections import Counter
from collections.abc import Callable
from itertools import count

from functions.models.rules.turns import Waiting, has_place, next_place, next_turn, remembered


class _Line:
    """Who waits, and the numbers in which they came."""

    def __init__(self) -> None:
        self.numbers = count()
        self._called: dict[Waiting, asyncio.Future[None]] = {}

    @property
    def waiting(self) -> list[Waiting]:
        # Of a call that was given up, the future is cancelled before its task runs again.
        return [each for each, called in self._called.items() if not called.done()]

    async def wait(self, tenant_id: str, give_back: Callable[[], None]) -> None:
        """Returns once it is called. Whoever was given up after that gives back what it got."""
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
    """Who has a place now, by tenant."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()
        self._line = _Line()

    async def take(self, tenant_id: str) -> None:
        """Takes a place once the tenant may."""
        if has_place(tenant_id, self._taken):
            self._taken[tenant_id] += 1
        else:
            await self._line.wait(tenant_id, lambda: self.leave(tenant_id))

    def leave(self, tenant_id: str) -> None:
        """Gives a place back, and those that are free now to whoever waits."""
        self._taken -= Counter({tenant_id: 1})
        while (each := next_place(self._line.waiting, self._taken)) is not None:
            self._taken[each.tenant_id] += 1
            self._line.call(each)


class Turn:
    """Whose turn it is: that of one call at a time."""

    def __init__(self) -> None:
        self._line = _Line()
        self._asking: str | None = None
        self._last: dict[str, int] = {}

    async def take(self, tenant_id: str) -> None:
        """Takes the turn once it is this call's."""
        if self._asking is None:
            self._asking = tenant_id
        else:
            await self._line.wait(tenant_id, self.leave)

    def leave(self) -> None:
        """Gives the turn to whoever is next."""
        assert self._asking is not None
        self._last[self._asking] = next(self._line.numbers)
        each = next_turn(self._line.waiting, self._last)
        self._asking = None if each is None else each.tenant_id
        if each is not None:
            self._line.call(each)
        self._last = remembered(self._last, self._line.waiting)
