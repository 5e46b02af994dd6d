"""One tenant of the runs' storm: its people, its agent, its capsules, and the list of its runs that
everybody looks at."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from tests.chaos.cast.company import Unexpected
from tests.chaos.cast.diary import Diary, Said
from tests.chaos.cast.forms import spec
from tests.chaos.cast.person import SCOPES, Person
from tests.chaos.governed.shapes import AGENT, SHAPES, VERSION

Json = dict[str, Any]
_GLANCE_SECONDS = 0.5
_MORE = ("capsules:read", "capsules:write", "runs:read", "runs:write", "audit:read", "audit:write")


@dataclass(frozen=True)
class RunEnd:
    """What a run must have come to, as one of the `statuses`: a whole one that was not undone has
    added `total` and appended `lines` under the name `who`, on behalf of so many `twins`."""

    tenant: str
    fate: str
    run_id: str
    who: str
    statuses: tuple[str, ...]
    total: int
    lines: int
    twins: int = 1
    undone: bool = False


class Firm:
    """A tenant nobody else uses."""

    def __init__(self, http: httpx.AsyncClient, diary: Diary, name: str) -> None:
        def person(principal: str, role: str) -> Person:
            scopes = (*SCOPES, *_MORE)
            return Person(http, diary, tenant=name, principal=principal, role=role, scopes=scopes)

        self.name = name
        self.author = person("ada", "operator")
        self.writer = person("author", "author")
        self.governor = person("gala", "governor")
        self.second = person("sina", "governor")
        self.auditor = person("otto", "governor")
        self.runs: dict[str, Json] = {}
        self.agent_id = ""
        self._diary = diary
        self._looked = asyncio.Condition()
        self._http = http

    async def found(self) -> None:
        """Submits its agent; `open` goes on once the governor has the card."""
        said = await self.writer.post("/v1/agents", _keeper())
        self.expect(said, 202)
        self.agent_id = said.answer["agent_id"]

    async def open(self) -> None:
        """Lets the agent act, and publishes the capsules."""
        page = await self.governor.get("/v1/mobile/approvals", status="pending", limit=100)
        (card,) = page["items"]
        self.expect(await self.decide("approve", card), 200)
        for shape in SHAPES:
            self.expect(await self.author.post("/v1/capsules", shape.source), 201)
            path = f"/v1/capsules/{shape.name}/versions/{VERSION}/publish"
            self.expect(await self.author.post(path), 200)

    async def watch(self) -> None:
        """Looks at the list of runs for as long as it is let."""
        while True:
            await asyncio.sleep(_GLANCE_SECONDS)
            page = await self.author.get("/v1/runs", limit=100)
            seen = {each["run_id"]: each for each in page.get("items", ())}
            for id, run in seen.items():
                if self.runs.get(id) != run:
                    self._diary.moved += 1
            async with self._looked:
                self.runs |= seen
                self._looked.notify_all()

    async def until(self, run_id: str, holds: Callable[[Json], bool]) -> Json:
        """The run, as soon as somebody sees that it is so."""

        def found() -> bool:
            return run_id in self.runs and holds(self.runs[run_id])

        async with self._looked:
            await self._looked.wait_for(found)
        return self.runs[run_id]

    async def card(self, approval_id: str) -> Json:
        """The card, as soon as the phone has it."""
        while True:
            card: Json = await self.governor.get(f"/v1/mobile/approvals/{approval_id}")
            if "decision_hash" in card:
                return card
            await asyncio.sleep(_GLANCE_SECONDS)

    async def decide(
        self, action: str, card: Json, *, by: Person | None = None, **body: Any
    ) -> Said:
        """What the phone was answered."""
        who = by or self.governor
        decision = {
            "decision_hash": card["decision_hash"],
            "client_decision_id": who.new_uuid(),
            **body,
        }
        return await who.decide(f"/v1/mobile/approvals/{card['id']}/{action}", decision)

    def expect(self, said: Said, *statuses: int) -> None:
        """Raises Unexpected."""
        if said.status not in statuses:
            raise Unexpected(said)


def _keeper() -> Json:
    """An agent that counts, keeps texts and reads alone, and writes and tells with an approval."""
    return spec(
        AGENT,
        systems=[
            {
                "name": "assent",
                "connector": "assent",
                "operations": [
                    {"name": "counter.add", "effect": "change", "undo": "counter.add"},
                    {"name": "ledger.append", "effect": "change"},
                    {"name": "transform.apply", "effect": "read"},
                    {"name": "artifacts.write", "effect": "draft"},
                    {"name": "people.notify", "effect": "send"},
                ],
            }
        ],
        skills=["keep-records", "notify"],
        data_access=[{"source": "assent", "mode": "write", "classification": "internal"}],
        rights={
            "alone": [
                *("assent/transform.apply", "assent/artifacts.write"),
                {"operation": "assent/counter.add", "per_day": 100_000},
            ],
            "with_approval": ["assent/ledger.append", "assent/people.notify"],
            "never": [],
        },
    )
