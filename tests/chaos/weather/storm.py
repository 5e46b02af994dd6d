"""Faults, one after the other, until it is over."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress

from tests.chaos.plan import Gust
from tests.chaos.weather.stage import Stage

Elsewhere = Callable[[str, int], Awaitable[None]]


class Storm:
    """What was made to fail, as the plan has it. `blown` counts by target and kind."""

    def __init__(self, stage: Stage, elsewhere: Elsewhere | None = None) -> None:
        """`elsewhere` arms the faults of what the platform does not run itself."""
        self._stage = stage
        self._elsewhere = elsewhere
        self.blown: Counter[str] = Counter()

    async def blow(self, gusts: Iterator[Gust], seconds: float) -> None:
        """For so long, or until it is cancelled."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                for gust in gusts:
                    await asyncio.sleep(gust.after_seconds)
                    await self._arm(gust)
                    self.blown[f"{_family(gust.target)} {gust.kind}"] += gust.count

    async def over(self) -> None:
        """Forgets what has not happened yet. Tasks keep theirs, and meet them later."""
        await self._stage.control("DELETE", "faults")

    async def _arm(self, gust: Gust) -> None:
        if gust.target == "targets":
            assert self._elsewhere is not None
            await self._elsewhere(gust.kind, gust.count)
            return
        if gust.kind == "kill_now":
            name = gust.target.removeprefix("function:")
            await self._stage.control("POST", f"functions/{name}/kill", {})
            return
        fault = {"target": gust.target, "kind": gust.kind, "count": gust.count}
        await self._stage.control("POST", "faults", {**fault, "seconds": gust.seconds})


def _family(target: str) -> str:
    return target.partition(":")[0]
