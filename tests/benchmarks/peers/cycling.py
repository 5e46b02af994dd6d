"""How each peer's cycle is measured, in the peer's own interpreter, by the standard library."""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable

WARM_UP, ALONE, MANY, IN_FLIGHT = 32, 50, 320, 32

# Does one cycle, and returns the seconds from the approval to the end.
Cycle = Callable[[], Awaitable[float]]


async def measure(cycle: Cycle) -> None:
    """Prints cycles a second, one at a time and 32 in flight, and how long an approval takes."""
    await _many(cycle, WARM_UP, IN_FLIGHT)
    decided, seconds = await _many(cycle, ALONE, 1)
    processor = time.process_time()
    _, crowded = await _many(cycle, MANY, IN_FLIGHT)
    found = {
        "alone": ALONE / seconds,
        "crowd": MANY / crowded,
        "decided_p50": sorted(decided)[len(decided) // 2] * 1000,
        "processor": (time.process_time() - processor) / MANY * 1000,
    }
    print("\n" + json.dumps(found), file=sys.stdout, flush=True)


async def _many(cycle: Cycle, number: int, in_flight: int) -> tuple[list[float], float]:
    left, decided = iter(range(number)), []

    async def worker() -> None:
        for _ in left:
            seconds = await cycle()
            decided.append(seconds)

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(in_flight)))
    return decided, time.perf_counter() - began
