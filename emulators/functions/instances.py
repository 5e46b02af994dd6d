"""Several instances of one deployable, as Cloud Run runs them under load."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from emulators.gateway.messages import Answer, Backend, Call


@dataclass(kw_only=True, eq=False)
class Instances:
    """Hands each call to one of several backends, in proportion to their shares. Equal shares are a
    round robin. An instance starts with its first call; what is done to the deployable is done to
    each instance."""

    backends: Sequence[Backend]
    shares: Sequence[float] = ()

    def __post_init__(self) -> None:
        self._shares = self.shares or (1.0,) * len(self.backends)
        self._taken = [0] * len(self.backends)

    @property
    def state(self) -> str:
        """`warm` where any instance is, `starting` where one starts."""
        states = {each.state for each in self.backends}
        return next((state for state in ("warm", "starting") if state in states), "cold")

    async def send(self, call: Call) -> Answer:
        """The answer of the instance whose turn it is. Raises Unreachable."""
        return await self._next().send(call)

    async def warm_up(self) -> None:
        await asyncio.gather(*(each.warm_up() for each in self.backends))

    async def kill(self) -> None:
        await asyncio.gather(*(each.kill() for each in self.backends))

    async def stop(self) -> None:
        await asyncio.gather(*(each.stop() for each in self.backends))

    async def stop_if_idle(self, seconds: float) -> None:
        await asyncio.gather(*(each.stop_if_idle(seconds) for each in self.backends))

    def _next(self) -> Backend:
        # Whole numbers: equal shares stay a round robin after any number of calls.
        chosen = min(
            range(len(self._taken)), key=lambda each: (self._taken[each] + 1) / self._shares[each]
        )
        self._taken[chosen] += 1
        return self.backends[chosen]
