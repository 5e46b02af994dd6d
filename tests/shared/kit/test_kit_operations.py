"""Billable operations are counted for the request they belong to and for no other."""

import asyncio
from collections import Counter
from contextvars import Context

from shared.kit.operations import count, start_counting


def test_outside_a_request_counting_does_nothing() -> None:
    Context().run(count, "firestore-reads")


async def test_concurrent_requests_do_not_count_for_each_other() -> None:
    both_started = asyncio.Barrier(2)

    async def request(reads: int) -> Counter[str]:
        counts = start_counting()
        await both_started.wait()
        for _ in range(reads):
            count("firestore-reads")
            await asyncio.sleep(0)
        return counts

    few, many = await asyncio.gather(request(2), request(5))
    assert (few, many) == ({"firestore-reads": 2}, {"firestore-reads": 5})


async def test_what_a_request_starts_beside_itself_counts_for_it() -> None:
    async def request() -> Counter[str]:
        counts = start_counting()
        await asyncio.gather(*(_publish(number) for number in (1, 2, 3)))
        return counts

    async def _publish(number: int) -> None:
        await asyncio.sleep(0)
        count("pubsub-messages", number)

    assert await asyncio.create_task(request()) == {"pubsub-messages": 6}


async def test_a_new_count_starts_from_nothing() -> None:
    async def two_requests() -> tuple[Counter[str], Counter[str]]:
        first = start_counting()
        count("cloud-tasks")
        second = start_counting()
        count("secret-accesses")
        return first, second

    first, second = await asyncio.create_task(two_requests())
    assert (first, second) == ({"cloud-tasks": 1}, {"secret-accesses": 1})
