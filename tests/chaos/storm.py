"""Faults, one after the other, until it is over."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

import httpx

from tests.chaos.plan import Gust


class Storm:
    """What was made to fail, as the plan has it. `blown` counts by target and kind."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self.blown: Counter[str] = Counter()

    async def blow(self, gusts: Iterator[Gust], seconds: float) -> None:
        """For so long, or until it is cancelled."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                for gust in gusts:
                    await asyncio.sleep(gust.after_seconds)
                    await self._arm(gust)
                    self.blown[f"{gust.target} {gust.kind}"] += 1
        await self.over()

    async def over(self) -> None:
        """Forgets what has not happened yet. Tasks keep theirs, and meet them later."""
        (await self._http.delete("/_platform/faults")).raise_for_status()

    async def _arm(self, gust: Gust) -> None:
        if gust.kind == "kill_now":
            name = gust.target.removeprefix("function:")
            answer = await self._http.post(f"/_platform/functions/{name}/kill")
        else:
            fault = {"target": gust.target, "kind": gust.kind, "count": gust.count}
            answer = await self._http.post(
                "/_platform/faults", json={**fault, "seconds": gust.seconds}
            )
        answer.raise_for_status()
