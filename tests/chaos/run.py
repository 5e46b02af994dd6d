"""One run: a storm while cases are born and decided, another while time passes, then calm."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from tests.chaos.by_hand import ByHand
from tests.chaos.by_precedent import ByPrecedent
from tests.chaos.company import Company, End, Moments
from tests.chaos.life import Life
from tests.chaos.people import Diary
from tests.chaos.plan import CasePlan, cases_of, gusts
from tests.chaos.storm import Storm

DAY_SECONDS = 24 * 3600
GRACE_SECONDS = 60
# Longer than any deadline, window, probation and trial.
LONG_AFTER_SECONDS = 9 * DAY_SECONDS
# An entry of the log is swept when it is this old, by a sweep of every minute.
SWEPT_AFTER_SECONDS = 120
SWEEPS = 3
EDGE_SECONDS = 4.0
# The reason of a dead letter that no attempt got through to its function.
OUTLASTED = "answered 50"
REQUEST_SECONDS = 300.0


@dataclass(frozen=True)
class Weather:
    """How long each storm lasts at most, and how thick it is."""

    storm_seconds: float
    pause_seconds: float
    calm_seconds: float = 60.0


@dataclass
class Tale:
    """What a run did, for the checker and for whoever reads it."""

    tenants: list[str]
    diary: Diary = field(default_factory=Diary)
    ends: list[End] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    faults: dict[str, int] = field(default_factory=dict)
    redelivered: list[str] = field(default_factory=list)


async def live_through(
    url: str, *, seed: int, cases: int, weather: Weather, redeliver: Callable[[], list[str]]
) -> Tale:
    """Runs the plan of `seed` on the platform at `url` and returns once everything is calm and
    every deadline long past. `redeliver` sends every dead letter again and returns them."""
    async with _client(url) as http:
        return await _Run(http, seed, cases, weather, redeliver).run()


class _Run:
    def __init__(
        self,
        http: httpx.AsyncClient,
        seed: int,
        cases: int,
        weather: Weather,
        redeliver: Callable[[], list[str]],
    ) -> None:
        self._http = http
        self._redeliver = redeliver
        self._seed = seed
        self._weather = weather
        self._plans = cases_of(seed, cases, within_seconds=weather.storm_seconds / 2)
        tenants = sorted({plan.tenant for plan in self._plans})
        names = [f"chaos-{seed}-{number}" for number in tenants]
        self._tale = Tale([*names, *(f"{name}-stranger" for name in names)])
        self._moments = Moments()
        self._companies = [Company(http, self._tale.diary, self._moments, name) for name in names]
        self._storm = Storm(http)
        self._lives: list[asyncio.Task[None]] = []

    async def run(self) -> Tale:
        phones = [asyncio.create_task(company.watch()) for company in self._companies]
        try:
            await self._births()
            await self._edge()
            await self._aftermath()
        finally:
            for task in (*phones, *self._lives):
                task.cancel()
            await asyncio.gather(*phones, *self._lives, return_exceptions=True)
        self._tale.faults = dict(self._storm.blown)
        return self._tale

    async def _births(self) -> None:
        """Every case is submitted and decided, as far as that does not wait for a moment."""
        self._lives = [
            asyncio.create_task(self._life(plan).run(), name=plan.name) for plan in self._plans
        ]
        async with self._stormy("births"):
            await self._rested(self._weather.storm_seconds)
        await self._calm()

    async def _edge(self) -> None:
        """Vetoes at the last moment, while windows close around them and timers misbehave."""
        closing = await self._first_closing()
        if closing is not None:
            await self._advance(max(0.0, closing - EDGE_SECONDS))
        async with self._stormy("edge"):
            self._moments.edge.set()
            await self._advance(EDGE_SECONDS + GRACE_SECONDS + 1)
            await self._advance(DAY_SECONDS)
        await self._calm()

    async def _aftermath(self) -> None:
        """Nobody is left to act; then nothing is left to happen."""
        self._moments.over.set()
        await self._calm()
        self._tale.troubles += [
            f"{life.get_name()} waits for ever: {_place(life)}"
            for life in self._lives
            if not life.done()
        ]
        self._tale.troubles += [
            f"{life.get_name()} failed: {error!r}"
            for life in self._lives
            if life.done() and (error := life.exception()) is not None
        ]
        await self._advance(LONG_AFTER_SECONDS)
        await self._calm()

    @asynccontextmanager
    async def _stormy(self, label: str) -> AsyncIterator[None]:
        wind = gusts(self._seed, label=label, pause_seconds=self._weather.pause_seconds)
        storm = asyncio.create_task(self._storm.blow(wind, self._weather.storm_seconds))
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
        for _ in range(SWEEPS):
            await self._advance(SWEPT_AFTER_SECONDS)
            await asyncio.gather(*(company.resume() for company in self._companies))
            if await self._rested(self._weather.calm_seconds / SWEEPS):
                break
        self._moments.quiet = True
        await self._idle()
        await self._send_dead_letters_again()
        await self._advance(SWEPT_AFTER_SECONDS)
        await self._idle()
        self._moments.quiet = False

    async def _send_dead_letters_again(self) -> None:
        """A storm that outlasts every attempt leaves them; nothing else may."""
        letters = await asyncio.to_thread(self._redeliver)
        self._tale.redelivered += letters
        self._tale.troubles += [
            f"an unexplained dead letter: {letter}" for letter in letters if OUTLASTED not in letter
        ]

    def _life(self, plan: CasePlan) -> Life:
        kind = ByPrecedent if plan.is_by_precedent else ByHand
        return kind(plan, self._companies[plan.tenant], self._moments, self._tale.ends)

    async def _rested(self, within: float) -> bool:
        """Waits until everybody has done what can be done now, at most for so long."""
        deadline = asyncio.get_running_loop().time() + within
        while asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.1)  # Whoever waited for a moment that has come goes on.
            if sum(not life.done() for life in self._lives) == self._moments.resting:
                return True
        return False

    async def _first_closing(self) -> float | None:
        """In how many seconds the first open veto window closes."""
        now = datetime.fromisoformat((await self._get("/_platform/clock"))["now"])
        closings = [
            datetime.fromisoformat(card["veto"]["closes_at"])
            for company in self._companies
            for card in company.cards.values()
            if card["status"] == "auto_approved" and card["veto"]
        ]
        later = [moment for moment in closings if moment > now]
        return (min(later) - now).total_seconds() if later else None

    async def _idle(self) -> None:
        answer = await self._http.get(
            "/_platform/idle", params={"timeout": self._weather.calm_seconds}
        )
        if answer.status_code != 200:
            self._tale.troubles.append(f"never idle: {answer.json()['detail']}")

    async def _advance(self, seconds: float) -> None:
        answer = await self._http.post("/_platform/clock/advance", json={"seconds": seconds})
        answer.raise_for_status()

    async def _get(self, path: str) -> Any:
        return (await self._http.get(path)).raise_for_status().json()


@asynccontextmanager
async def _client(url: str) -> AsyncIterator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=50)
    async with httpx.AsyncClient(
        base_url=url, limits=limits, timeout=REQUEST_SECONDS, trust_env=False
    ) as http:
        yield http


def _place(life: asyncio.Task[None]) -> str:
    """Where a task waits, from its own coroutine inwards."""
    names: list[str] = []
    here: Any = life.get_coro()
    while hasattr(here, "cr_frame") and here.cr_frame is not None:
        names.append(f"{here.cr_code.co_name}:{here.cr_frame.f_lineno}")
        here = here.cr_await
    return ", ".join(names)
