"""Optimistic concurrency: the loser of a race reads and decides again."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from shared.kit.errors import Unavailable
from shared.storage.batches import LostRace

ATTEMPTS = 14
FIRST_PAUSE_SECONDS = 0.004
LONGEST_PAUSE_SECONDS = 0.4

T = TypeVar("T")


async def decide_again(use_case: Callable[[], Awaitable[T]]) -> T:
    """Runs `use_case` until it commits, each time from a fresh read, with full-jitter exponential
    pauses. Raises Unavailable after 14 lost races; any other error passes at once."""
    for attempt in range(ATTEMPTS):
        try:
            return await use_case()
        except LostRace:
            longest = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**attempt)
            await asyncio.sleep(random.uniform(0, longest))  # noqa: S311 - jitter, no secret
    raise Unavailable("too many others are changing the same thing; try again")
