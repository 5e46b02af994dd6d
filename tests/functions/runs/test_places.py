"""Places for bursts: a tenant alone has all, and leaves the others their share."""

import asyncio
from contextlib import AsyncExitStack

from functions.runs.service.places import LINGERS_SECONDS, SHARE, Place, Places

WAITS = 5.0


class Time:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


async def _bursts(places: Places, stack: AsyncExitStack, tenant: str, many: int) -> list[Place]:
    return [await stack.enter_async_context(places.taken(tenant, 0)) for _ in range(many)]


async def test_a_tenant_alone_has_as_many_as_it_likes() -> None:
    async with AsyncExitStack() as stack:
        held = await _bursts(Places(Time()), stack, "one", 50)
        assert all([each.is_held and await each.keeps(0) for each in held])


async def test_a_tenant_that_comes_has_a_place_at_once_and_the_other_keeps_its_share() -> None:
    places = Places(Time())
    async with AsyncExitStack() as stack:
        flood = await _bursts(places, stack, "one", 20)
        (guest,) = await _bursts(places, stack, "other", 1)
        assert guest.is_held
        kept = [await each.keeps(0) for each in flood]
        assert kept.count(True) == SHARE
        assert await guest.keeps(0)
        assert not (await _bursts(places, stack, "one", 1))[0].is_held


async def test_whoever_gave_way_goes_on_when_its_turn_comes_in_order() -> None:
    places, order = Places(Time()), list[int]()

    async def burst(number: int, place: Place) -> None:
        assert await place.keeps(WAITS)
        order.append(number)
        await asyncio.sleep(0)
        place.leave()

    async with AsyncExitStack() as stack:
        flood = await _bursts(places, stack, "one", 4)
        await _bursts(places, stack, "other", 1)
        await asyncio.gather(*(burst(number, each) for number, each in enumerate(flood)))
    assert sorted(order) == [0, 1, 2, 3]


async def test_a_tenant_counts_as_there_for_a_moment_after_its_burst() -> None:
    now = Time()
    places = Places(now)
    async with AsyncExitStack() as stack:
        async with places.taken("other", 0):
            pass
        assert [each.is_held for each in await _bursts(places, stack, "one", 2)] == [True, False]
        now.now = LINGERS_SECONDS + 0.1
        assert [each.is_held for each in await _bursts(places, stack, "one", 2)] == [True, True]


async def test_a_request_that_is_given_up_keeps_no_place() -> None:
    places = Places(Time())
    async with AsyncExitStack() as stack:
        (first,) = await _bursts(places, stack, "one", 1)
        await _bursts(places, stack, "other", 1)
        waiting = asyncio.create_task(places.enter("one", WAITS))
        await asyncio.sleep(0)
        first.leave()
        # It has its place, and is cancelled before it knows.
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert (await _bursts(places, stack, "one", 1))[0].is_held
        gone = asyncio.create_task(places.enter("one", WAITS))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        assert not await places.enter("one", 0)
