"""In a process, one search of a tenant at a time, and one text of a tenant that is compared: its
questions wait for each other, and those of others do not wait for them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from shared.kit.errors import TooManyRequests
from shared.kit.per_loop import PerLoop

# One is answered and three wait: a process takes eight calls at once.
MOST_AT_ONCE = 4
WAITS_SECONDS = 4.0
# To compare a long text takes seconds, for which no search waits.
Deed = Literal["search", "compare"]


class _Turn:
    """Whose turn it is among the questions of one tenant, and how many there are."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.asking = 0


_turns: PerLoop[dict[tuple[str, Deed], _Turn]] = PerLoop(dict)


@asynccontextmanager
async def turn_of(tenant_id: str, to: Deed = "search") -> AsyncIterator[None]:
    """Within it, nobody else of the tenant does the same in this process. Raises TooManyRequests
    where three others wait already, or the turn does not come within four seconds."""
    turns, key = _turns.here(), (tenant_id, to)
    turn = turns.setdefault(key, _Turn())
    if turn.asking >= MOST_AT_ONCE:
        raise _refusal()
    turn.asking += 1
    try:
        try:
            async with asyncio.timeout(WAITS_SECONDS):
                await turn.lock.acquire()
        except TimeoutError:
            raise _refusal() from None
        try:
            yield
        finally:
            turn.lock.release()
    finally:
        turn.asking -= 1
        if not turn.asking:
            del turns[key]


def _refusal() -> TooManyRequests:
    told = "other questions of the tenant are being answered: ask again in a second"
    return TooManyRequests(told, retry_after=1)
