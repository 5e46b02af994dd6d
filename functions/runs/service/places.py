"""Places for bursts, so that one tenant's many runs leave the processor to the others' few.

A tenant alone has as many bursts under way as reach this process. While others act here too, each
tenant has SHARE of them: the rest of its bursts stop before their next call, and wait."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

from shared.kit.per_loop import PerLoop

# The bursts of each tenant, while there are other tenants.
SHARE = 1
# A tenant whose burst has ended counts as there for so long: most come again.
LINGERS_SECONDS = 2.0


class Place:
    """The place of one burst in its process."""

    def __init__(self, places: "Places", tenant_id: str, *, is_held: bool) -> None:
        self.is_held = is_held
        self._places = places
        self._tenant_id = tenant_id

    async def keeps(self, seconds: float) -> bool:
        """Whether the burst may go on: at once, unless its tenant has more than its share now; then
        it leaves its place to others, and has one again within so many seconds or not at all."""
        if self.is_held and self._places.must_give_way(self._tenant_id):
            self.leave()
            self.is_held = await self._places.enter(self._tenant_id, seconds)
        return self.is_held

    def leave(self) -> None:
        """Frees the place."""
        if self.is_held:
            self.is_held = False
            self._places.leave(self._tenant_id)


class _Waiting(NamedTuple):
    tenant_id: str
    entered: "asyncio.Future[None]"


class Places:
    """The bursts that are under way in one process, and those that wait for a place."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._under_way: Counter[str] = Counter()
        self._left_at: dict[str, float] = {}
        self._waiting: list[_Waiting] = []

    @asynccontextmanager
    async def taken(self, tenant_id: str, seconds: float) -> AsyncIterator[Place]:
        """A place for a burst of the tenant, which is held if there was one within so many
        seconds."""
        place = Place(self, tenant_id, is_held=await self.enter(tenant_id, seconds))
        try:
            yield place
        finally:
            place.leave()

    async def enter(self, tenant_id: str, seconds: float) -> bool:
        """Whether there was a place for the tenant within so many seconds: those that wait longest
        get one first."""
        if self._is_free_for(tenant_id, self._under_way[tenant_id]):
            self._under_way[tenant_id] += 1
            return True
        waiting = _Waiting(tenant_id, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        try:
            await asyncio.wait([waiting.entered], timeout=max(0.0, seconds))
        except BaseException:
            if waiting.entered.done():
                self.leave(tenant_id)
            raise
        finally:
            if waiting in self._waiting:
                self._waiting.remove(waiting)
        return waiting.entered.done()

    def leave(self, tenant_id: str) -> None:
        """Frees a place of the tenant, and gives those that are free now to whoever waits."""
        now = self._left_at[tenant_id] = self._clock()
        self._left_at = {
            each: at for each, at in self._left_at.items() if now - at <= LINGERS_SECONDS
        }
        self._under_way -= Counter({tenant_id: 1})
        for each in list(self._waiting):
            if self._is_free_for(each.tenant_id, self._under_way[each.tenant_id]):
                self._under_way[each.tenant_id] += 1
                self._waiting.remove(each)
                each.entered.set_result(None)

    def must_give_way(self, tenant_id: str) -> bool:
        """Whether the tenant has more than its share under way."""
        return not self._is_free_for(tenant_id, self._under_way[tenant_id] - 1)

    def _is_free_for(self, tenant_id: str, under_way: int) -> bool:
        if under_way < SHARE:
            return True
        since = self._clock() - LINGERS_SECONDS
        there = {each for each, left_at in self._left_at.items() if left_at >= since}
        there |= {*self._under_way, *(each.tenant_id for each in self._waiting)}
        return there <= {tenant_id}


PLACES = PerLoop(Places)
