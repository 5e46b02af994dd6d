"""One tenant: its people, the governor's phone, and the moments they wait for."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from tests.chaos.people import Diary, Person, Said
from tests.journeys.world import precedent

GLANCE_SECONDS = 0.3


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


@dataclass
class Moments:
    """Moments of the run that lives wait for: just before the first veto window closes, and when
    all have closed. `resting` counts who waits; while it is `quiet`, nobody looks at a phone."""

    edge: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    resting: int = 0
    quiet: bool = False

    async def until(self, moment: asyncio.Event) -> None:
        self.resting += 1
        await moment.wait()
        self.resting -= 1


class Company:
    """A tenant nobody else uses."""

    def __init__(self, http: httpx.AsyncClient, diary: Diary, moments: Moments, name: str) -> None:
        def person(principal: str, role: str) -> Person:
            return Person(http, diary, tenant=name, principal=principal, role=role)

        self.name = name
        self._moments = moments
        self.author = person("author", "author")
        self.governor = person("governor", "governor")
        self.second = person("second-governor", "governor")
        self.stranger = Person(
            http, diary, tenant=f"{name}-stranger", principal="stranger", role="governor"
        )
        self._http = http
        self.cards: dict[str, dict[str, Any]] = {}
        self._founded: dict[str, asyncio.Task[None]] = {}

    async def watch(self) -> None:
        """The phone, looking at its lists for ever."""
        while True:
            for bucket in ("pending", "veto_open"):
                page = await self.governor.get("/v1/mobile/approvals", status=bucket, limit=100)
                self.cards |= {card["id"]: card for card in page["items"]}
            await asyncio.sleep(GLANCE_SECONDS)

    async def card(self, agent_id: str, *, seen: tuple[str, ...] = ()) -> dict[str, Any]:
        """The first card about the agent that the phone shows, other than those `seen`."""

        def found() -> dict[str, Any] | None:
            cards = (c for c in self.cards.values() if c["subject"]["id"] == agent_id)
            return next((card for card in cards if card["id"] not in seen), None)

        return await _until(found)

    async def opened(self, agent_id: str) -> dict[str, Any]:
        """The agent's card as soon as its owner lists it, ahead of the phone."""
        while True:
            for bucket in ("veto_open", "pending"):
                page = await self.governor.get("/v1/approvals", status=bucket, limit=100)
                for card in page["items"]:
                    if card["subject"]["id"] == agent_id:
                        return dict(card)
            await asyncio.sleep(GLANCE_SECONDS / 3)

    async def later(self, hours: int) -> str:
        """The platform's time, so many hours from now."""
        answer = await self._http.get("/_platform/clock")
        now = datetime.fromisoformat(answer.raise_for_status().json()["now"])
        return (now + timedelta(hours=hours)).isoformat()

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


async def _until(found: Callable[[], dict[str, Any] | None]) -> dict[str, Any]:
    while True:
        if (card := found()) is not None:
            return card
        await asyncio.sleep(GLANCE_SECONDS / 3)
