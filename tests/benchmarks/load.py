"""Work that is always in flight, never more of it than said."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """What one stretch of load came to."""

    done: int
    seconds: float
    latencies: list[float]

    @property
    def rate(self) -> float:
        """Done per second."""
        return self.done / self.seconds


async def all_of(work: Iterable[Callable[[], Awaitable[object]]], *, in_flight: int) -> Run:
    """Does everything, `in_flight` at a time; the first failure ends it."""
    pending = iter(work)
    latencies: list[float] = []

    async def worker() -> None:
        for each in pending:
            began = time.perf_counter()
            await each()
            latencies.append(time.perf_counter() - began)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(in_flight):
            group.create_task(worker())
    return Run(len(latencies), time.perf_counter() - began, latencies)


async def for_seconds(
    each: Callable[[], Awaitable[object]], *, seconds: float, in_flight: int
) -> Run:
    """The same work again and again."""
    until = time.perf_counter() + seconds

    def forever() -> Iterable[Callable[[], Awaitable[object]]]:
        while time.perf_counter() < until:
            yield each

    return await all_of(forever(), in_flight=in_flight)
