"""One run: a storm while cases are born and decided, another while time passes, then calm."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

import httpx

from tests.chaos.cast.by_hand import ByHand
from tests.chaos.cast.by_precedent import ByPrecedent
from tests.chaos.cast.company import Company
from tests.chaos.cast.life import Life
from tests.chaos.cast.moments import Moments
from tests.chaos.clockwork import SWEPT_AFTER, Clockwork
from tests.chaos.operating import Operator
from tests.chaos.plan import CasePlan, cases_of, gusts, stops_of
from tests.chaos.tale import Extent, Tale
from tests.chaos.weather.stage import Stage
from tests.chaos.weather.storm import Storm

DAY = timedelta(days=1)
GRACE = timedelta(seconds=61)
# Longer than any deadline, window, probation and trial.
LONG_AFTER = timedelta(days=9)
BEFORE_THE_EDGE = timedelta(seconds=4)
# Of sweeps, after each of which somebody may get on.
ROUNDS = 5
_GLANCE_SECONDS = 0.2


class Run:
    """Lives through the plan of a seed on a platform that is up."""

    def __init__(self, http: httpx.AsyncClient, stage: Stage, seed: int, extent: Extent) -> None:
        plans = cases_of(seed, extent.cases)
        names = [f"chaos-{seed}-{number}" for number in sorted({plan.tenant for plan in plans})]
        self.tale = Tale([*names, *(f"{name}-stranger" for name in names)])
        self._seed = seed
        self._extent = extent
        self._moments = Moments()
        self._clock = Clockwork(stage, self._moments)
        self._storm = Storm(stage)
        self._operator = Operator(stage, self.tale, stops_of(seed, extent.stops))
        self._companies = [Company(http, self.tale.diary, self._moments, name) for name in names]
        self._plans = plans
        self._lives: list[asyncio.Task[None]] = []

    async def live(self) -> Tale:
        """Returns once everything is calm and every deadline long past."""
        await self._clock.read()
        phones = [asyncio.create_task(company.watch()) for company in self._companies]
        try:
            for part in (self._births, self._edge, self._aftermath):
                began = time.monotonic()
                await part()
                self.tale.seconds[part.__name__.strip("_")] = time.monotonic() - began
        finally:
            for task in (*phones, *self._lives):
                task.cancel()
            await asyncio.gather(*phones, *self._lives, return_exceptions=True)
        self.tale.faults = self._storm.blown
        return self.tale

    async def _births(self) -> None:
        """Every case is submitted and decided, as far as that does not wait for a moment."""
        self._lives = [
            asyncio.create_task(self._life(plan).run(), name=plan.name) for plan in self._plans
        ]
        async with self._stormy("births"):
            await self._rested("births")
            await self._operator.pass_by("births", 1.0)
        await self._calm()

    async def _edge(self) -> None:
        """Vetoes at the last moment, while windows close around them and timers misbehave."""
        first, last = await self._closings()
        await self._clock.move_to(first - BEFORE_THE_EDGE)
        steps = self._extent.steps
        step = (last + GRACE - first + BEFORE_THE_EDGE) / steps
        async with self._stormy("edge"):
            for number in range(1, steps + 1):
                await asyncio.gather(
                    self._clock.move_to(first - BEFORE_THE_EDGE + step * number),
                    self._operator.pass_by("edge", number / steps),
                )
            await self._clock.advance(DAY)
        await self._calm()

    async def _aftermath(self) -> None:
        """Nobody is left to act; then nothing is left to happen."""
        self._moments.over.set()
        await self._calm()
        self.tale.troubles += [
            f"{life.get_name()} waits for ever: {_place(life)}"
            for life in self._lives
            if not life.done()
        ]
        self.tale.troubles += [
            f"{life.get_name()} failed: {error!r}"
            for life in self._lives
            if life.done() and (error := life.exception()) is not None
        ]
        await self._clock.advance(LONG_AFTER)
        await self._calm()

    @asynccontextmanager
    async def _stormy(self, label: str) -> AsyncIterator[None]:
        wind = gusts(self._seed, label=label, pause_seconds=self._extent.pause_seconds)
        storm = asyncio.create_task(self._storm.blow(wind, self._extent.storm_seconds))
        try:
            yield
        finally:
            storm.cancel()
            with suppress(asyncio.CancelledError):
                await storm
            await self._storm.over()

    async def _calm(self) -> None:
        """Whatever failed is repeated, whatever was left is swept, whatever was held goes on, and
        everybody comes to rest."""
        for _ in range(ROUNDS):
            await self._clock.advance(SWEPT_AFTER)
            await asyncio.gather(*(company.resume() for company in self._companies))
            if await self._rested():
                break
        self._moments.quiet = True
        await self._operator.settle(self._extent.patience_seconds)
        if await self._operator.send_dead_letters_again():
            await self._clock.advance(SWEPT_AFTER)
            await self._operator.settle(self._extent.patience_seconds)
        self._moments.quiet = False

    def _life(self, plan: CasePlan) -> Life:
        kind = ByPrecedent if plan.is_by_precedent else ByHand
        return kind(plan, self._companies[plan.tenant], self.tale.ends)

    async def _rested(self, part: str = "") -> bool:
        """Waits until everybody has done what can be done now; False where nobody got on for a
        while, perhaps for want of a sweep. Meanwhile the operator may pass by."""
        seen, since = -1, time.monotonic()
        while True:
            await asyncio.sleep(_GLANCE_SECONDS)  # Whoever waited for a moment now come goes on.
            at_rest = sum(life.done() for life in self._lives) + self._moments.resting
            done = min(len(self._lives), len(self.tale.diary.accepted)) + at_rest
            was_stopped = await self._operator.pass_by(part, done / len(self._lives) / 2)
            if at_rest == len(self._lives):
                return True
            if self.tale.diary.moved != seen or was_stopped:
                seen, since = self.tale.diary.moved, time.monotonic()
            elif time.monotonic() - since > self._extent.patience_seconds / ROUNDS:
                return False

    async def _closings(self) -> tuple[datetime, datetime]:
        """When the first and the last open veto window close; an hour from now without any."""
        now = await self._clock.read()
        closings = [
            datetime.fromisoformat(card["veto"]["closes_at"])
            for company in self._companies
            for card in company.cards.values()
            if card["status"] == "auto_approved" and card["veto"]
        ]
        later = [moment for moment in closings if moment > now] or [now + timedelta(hours=1)]
        return min(later), max(later)


def _place(life: asyncio.Task[None]) -> str:
    """Where a task waits, from its own coroutine inwards."""
    names: list[str] = []
    here: Any = life.get_coro()
    while hasattr(here, "cr_frame") and here.cr_frame is not None:
        names.append(f"{here.cr_code.co_name}:{here.cr_frame.f_lineno}")
        here = here.cr_await
    return ", ".join(names)
