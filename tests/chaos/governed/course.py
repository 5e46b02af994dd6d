"""A batch of governed runs: founded in calm weather, lived through in a storm, while the clock
moves on; then calm, until nothing is left to happen."""

import asyncio
import time
from contextlib import suppress
from datetime import timedelta

import httpx

from tests.chaos.cast.moments import Moments
from tests.chaos.clockwork import SWEPT_AFTER, Clockwork
from tests.chaos.governed.errand import Errand
from tests.chaos.governed.firm import Firm, RunEnd
from tests.chaos.governed.plan import errands_of, run_gusts
from tests.chaos.governed.targets import Targets
from tests.chaos.operating import Operator
from tests.chaos.plan import stops_of
from tests.chaos.tale import Extent, Tale
from tests.chaos.weather.stage import Stage
from tests.chaos.weather.storm import Storm

# Waits, retries and lost runs come due while others act.
STEP = timedelta(seconds=20)
_GLANCE_SECONDS = 1.0
# Longer than any approval waits.
FOR_AN_ANSWER = timedelta(days=3)
LONG_AFTER = timedelta(days=9)
_MOST_ROUNDS = 120
# Who got nowhere for so long waits for a deadline. A slow machine must not let deadlines pass while
# somebody's answer is under way.
_AT_REST_SECONDS = 12.0


class Course:
    """Lives through the plan of a seed on a platform that is up."""

    def __init__(self, http: httpx.AsyncClient, stage: Stage, seed: str, extent: Extent) -> None:
        self.plans = errands_of(seed, extent.cases)
        names = [f"runs-{seed}-{each}" for each in sorted({plan.tenant for plan in self.plans})]
        self.tale = Tale(names)
        self.run_ends: list[RunEnd] = []
        self._seed = seed
        self._extent = extent
        self._clock = Clockwork(stage, Moments())
        targets = Targets(stage, http)
        self._storm = Storm(stage, targets.fail)
        stops = stops_of(sum(seed.encode()), extent.stops)
        self._operator = Operator(stage, self.tale, stops)
        self.firms = [Firm(http, self.tale.diary, name) for name in names]
        self._errands = [
            Errand(plan, self.firms[plan.tenant], targets, self.run_ends) for plan in self.plans
        ]
        self._lives: list[asyncio.Task[None]] = []

    async def live(self) -> Tale:
        """Returns once everything is calm and every deadline long past."""
        await self._clock.read()
        await self._timed("founding", self._found)
        watchers = [asyncio.create_task(firm.watch()) for firm in self.firms]
        try:
            await self._timed("storm", self._blown_about)
            await self._timed("calm", self._calm)
        finally:
            for task in (*watchers, *self._lives):
                task.cancel()
            await asyncio.gather(*watchers, *self._lives, return_exceptions=True)
        await self._timed("aftermath", self._aftermath)
        self.tale.faults = self._storm.blown
        return self.tale

    async def _timed(self, name: str, part: object) -> None:
        began = time.monotonic()
        await part()  # type: ignore[operator]
        self.tale.seconds[name] = time.monotonic() - began

    async def _found(self) -> None:
        await asyncio.gather(*(firm.found() for firm in self.firms))
        await self._operator.settle(self._extent.patience_seconds)
        await asyncio.gather(*(firm.open() for firm in self.firms))
        await self._operator.settle(self._extent.patience_seconds)

    async def _blown_about(self) -> None:
        wind = run_gusts(self._seed, self._extent.pause_seconds)
        self._lives = [
            asyncio.create_task(errand.run(), name=errand.plan.who) for errand in self._errands
        ]
        storm = asyncio.create_task(self._storm.blow(wind, self._extent.storm_seconds))
        began = time.monotonic()
        try:
            while not storm.done() and self._left():
                await asyncio.sleep(_GLANCE_SECONDS)
                done = (time.monotonic() - began) / self._extent.storm_seconds
                await self._operator.pass_by("births", done)
                await self._operator.pass_by("edge", done)
                await self._clock.advance(STEP)
        finally:
            storm.cancel()
            with suppress(asyncio.CancelledError):
                await storm
            await self._operator.pass_by("births", 1.0)
            await self._operator.pass_by("edge", 1.0)
            await self._storm.over()

    async def _calm(self) -> None:
        """Everybody comes to rest, and whatever nobody decided expires."""
        seen, since = -1, time.monotonic()
        for _ in range(_MOST_ROUNDS):
            if not self._left():
                break
            is_at_rest = time.monotonic() - since > _AT_REST_SECONDS
            await self._clock.advance(FOR_AN_ANSWER if is_at_rest else SWEPT_AFTER)
            await self._operator.send_dead_letters_again()
            await asyncio.sleep(_GLANCE_SECONDS * 2)
            if self.tale.diary.moved != seen:
                seen, since = self.tale.diary.moved, time.monotonic()
            elif time.monotonic() - since > self._extent.patience_seconds:
                break
        for errand, life in zip(self._errands, self._lives, strict=True):
            who = f"{errand.firm.name} {errand.plan.who} {errand.plan.shape.name}"
            if not life.done():
                self.tale.troubles.append(f"{who} waits for ever")
            elif (error := life.exception()) is not None:
                self.tale.troubles.append(f"{who} failed: {error!r}")

    async def _aftermath(self) -> None:
        await self._operator.settle(self._extent.patience_seconds)
        await self._clock.advance(LONG_AFTER)
        await self._operator.settle(self._extent.patience_seconds)
        if await self._operator.send_dead_letters_again():
            await self._clock.advance(SWEPT_AFTER)
            await self._operator.settle(self._extent.patience_seconds)

    def _left(self) -> int:
        return sum(not life.done() for life in self._lives)
