"""One tenant: its people, the governor's phone, and its precedents."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from tests.chaos.cast.diary import Diary, Said
from tests.chaos.cast.forms import precedent
from tests.chaos.cast.moments import Moments
from tests.chaos.cast.person import Person

_SHORTEST_GLANCE_SECONDS = 0.3
_LONGEST_GLANCE_SECONDS = 2.5
# A phone that takes long to load a list is looked at more rarely.
_REST_PER_LOOK = 3.0

Json = dict[str, Any]


class Unexpected(Exception):
    """An answer that no fault explains."""

    def __init__(self, said: Said) -> None:
        super().__init__(f"{said.principal} {said.method} {said.path}: {said.status} {said.answer}")


@dataclass(frozen=True)
class End:
    """What a case and its agent must have come to: `case`, `agent` and `version`, as far as each is
    named, as one of `allowed` has it."""

    tenant: str
    fate: str
    case_id: str
    agent_id: str
    allowed: tuple[dict[str, str], ...]


class Company:
    """A tenant nobody else uses."""

    def __init__(self, http: httpx.AsyncClient, diary: Diary, moments: Moments, name: str) -> None:
        def person(principal: str, role: str, tenant: str = name) -> Person:
            return Person(http, diary, tenant=tenant, principal=principal, role=role)

        self.name = name
        self.moments = moments
        self.author = person("author", "author")
        self.governor = person("gala", "governor")
        self.second = person("sina", "governor")
        self.stranger = person("stranger", "governor", f"{name}-stranger")
        self.cards: dict[str, Json] = {}
        self._diary = diary
        self._waiting = 0
        self._looked = asyncio.Condition()
        self._founded: dict[str, asyncio.Task[None]] = {}

    async def watch(self) -> None:
        """The phone, looking at its lists for as long as somebody waits for a card."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_SHORTEST_GLANCE_SECONDS)
            if not self._waiting or self.moments.quiet:
                continue
            began = loop.time()
            for bucket in ("pending", "veto_open"):
                page = await self.governor.get("/v1/mobile/approvals", status=bucket, limit=100)
                self.cards |= {card["id"]: card for card in page["items"]}
            async with self._looked:
                self._looked.notify_all()
            took = loop.time() - began
            await asyncio.sleep(min(_LONGEST_GLANCE_SECONDS, took * _REST_PER_LOOK))

    async def card(self, agent_id: str, *, seen: tuple[str, ...] = ()) -> Json:
        """The first card about the agent that the phone shows, other than those `seen`."""
        self._waiting += 1
        try:
            async with self._looked:
                await self._looked.wait_for(lambda: self._found(agent_id, seen) is not None)
        finally:
            self._waiting -= 1
        card = self._found(agent_id, seen)
        assert card is not None
        self._diary.moved += 1
        return card

    async def opened(self, agent_id: str) -> Json:
        """The agent's card as soon as its owner lists it, ahead of the phone."""

        async def listed() -> Json | None:
            for bucket in ("veto_open", "pending"):
                page = await self.governor.get("/v1/approvals", status=bucket, limit=100)
                for card in page["items"]:
                    if card["subject"]["id"] == agent_id:
                        return dict(card)
            return None

        return await self.glance_until(listed)

    async def glance_until(self, look: Callable[[], Awaitable[Json | None]]) -> Json:
        """What `look` finds, looking less and less often."""
        async for _ in _glances():
            if (found := await look()) is not None:
                break
        assert found is not None
        self._diary.moved += 1
        return found

    def later(self, hours: int) -> str:
        """The platform's time, so many hours from now."""
        return (self.moments.now + timedelta(hours=hours)).isoformat()

    async def assents_in_advance(self, industry: str) -> None:
        """Returns once the industry's precedent is active."""
        if industry not in self._founded:
            self._founded[industry] = asyncio.create_task(self._activate(industry))
        await asyncio.shield(self._founded[industry])

    async def resume(self) -> None:
        """Lets the pipeline run again, if it is paused."""
        said = await self.governor.post("/v1/pipeline/resume", {"reason": "looked at"})
        if said.status not in (200, 409):
            raise Unexpected(said)

    async def _activate(self, industry: str) -> None:
        posted = await self.governor.post("/v1/mobile/seeds", precedent(industry))
        if posted.status != 201:
            raise Unexpected(posted)
        path = f"/v1/mobile/seeds/{posted.answer['seed_id']}/activate"
        activated = await self.governor.post(path)
        if activated.status != 200 or activated.answer["status"] != "active":
            raise Unexpected(activated)

    def _found(self, agent_id: str, seen: tuple[str, ...]) -> Json | None:
        cards = (card for card in self.cards.values() if card["subject"]["id"] == agent_id)
        return next((card for card in cards if card["id"] not in seen), None)


async def _glances() -> AsyncIterator[None]:
    pause = _SHORTEST_GLANCE_SECONDS
    while True:
        yield
        await asyncio.sleep(pause)
        pause = min(_LONGEST_GLANCE_SECONDS, pause * 1.5)
