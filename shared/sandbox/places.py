"""How many programs are in sandboxes at once, and who waits for a place."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from shared.kit.errors import Unavailable
from shared.kit.per_loop import PerLoop

T = TypeVar("T")
MOST_AT_ONCE = 2
WAITS_SECONDS = 4.0

_threads = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="sandbox")
_places = PerLoop(lambda: asyncio.Semaphore(MOST_AT_ONCE))


async def in_sandbox(work: Callable[[], T]) -> T:
    """What the work gives, which blocks while a sandbox is at it; two at once in a process. Raises
    Unavailable where no place is free within four seconds, and what the work raises."""
    places = _places.here()
    try:
        async with asyncio.timeout(WAITS_SECONDS):
            await places.acquire()
    except TimeoutError as error:
        raise Unavailable("all sandboxes are taken now") from error
    try:
        return await asyncio.get_running_loop().run_in_executor(_threads, work)
    finally:
        places.release()
