"""One case and its people: what every life is made of."""

import asyncio
from typing import Any

from tests.chaos.cast.company import Company, End, Unexpected
from tests.chaos.cast.diary import Said
from tests.chaos.cast.forms import spec
from tests.chaos.cast.person import Person
from tests.chaos.plan import CasePlan

Json = dict[str, Any]


class Life:
    """Everything an author and a governor can do, each as careful as `Person`. What a case must
    have come to is left in `ends`, for the checker."""

    def __init__(self, plan: CasePlan, company: Company, ends: list[End]) -> None:
        self.plan = plan
        self.company = company
        self._ends = ends

    async def run(self) -> None:
        """Lives through the plan's fate, which is a method."""
        await asyncio.sleep(self.plan.after_seconds)
        await getattr(self, self.plan.fate)()

    async def submit(self, name: str = "", **changed: Any) -> Json:
        """The accepted case of a new agent, by default the plan's."""
        name = name or self.plan.name
        body = spec(name, industry=self.plan.industry, **changed)
        return await self.accepted("/v1/agents", body)

    async def accepted(self, path: str, body: Json) -> Json:
        """The case a spec led to; waits while the pipeline is paused."""
        key = self.company.author.new_uuid()
        while True:
            said = await self.company.author.post(path, body, key=key)
            if said.status == 202:
                return {**said.answer, "name": body["name"]}
            if said.status != 409 or "paused" not in said.answer["detail"]:
                raise Unexpected(said)
            await self.company.resume()

    async def card(self, case: Json, *, seen: tuple[str, ...] = ()) -> Json:
        """The case's card on the phone, other than those `seen` before."""
        return await self.company.card(case["agent_id"], seen=seen)

    async def approve(self, case: Json, *, seen: tuple[str, ...] = ()) -> Json:
        """The card that was approved by hand."""
        card = await self.card(case, seen=seen)
        self.expect(await self.decide("approve", card), 200)
        return card

    async def cancel(self, case: Json) -> Said:
        return await self.company.author.post(f"/v1/workflows/{case['case_id']}/cancel")

    async def veto(self, card: Json, *, by: Person | None = None) -> Said:
        why = {"reason_category": "safety", "explanation": "Not like this."}
        return await self.decide("veto", card, by=by, **why)

    async def decide(
        self, action: str, card: Json, *, by: Person | None = None, **body: Any
    ) -> Said:
        """What the phone was answered."""
        path = f"/v1/mobile/approvals/{card['id']}/{action}"
        return await (by or self.company.governor).decide(path, {**self.decision(card), **body})

    async def decide_at_its_owner(
        self, verb: str, card: Json, *, by: Person | None = None, **body: Any
    ) -> Said:
        """What the core call was answered, for decisions no phone can take."""
        path = f"/v1/approvals/{card['id']}/decisions"
        sent = {**self.decision(card), "decision": verb, **body}
        return await (by or self.company.governor).decide(path, sent)

    def decision(self, card: Json) -> Json:
        return {
            "decision_hash": card["decision_hash"],
            "client_decision_id": self.company.governor.new_uuid(),
        }

    async def suspend(self, case: Json) -> None:
        path = f"/v1/agents/{case['agent_id']}/suspend"
        self.expect(await self.company.governor.post(path, {"reason": "it looks odd"}), 202)

    async def until_case(self, case: Json, *statuses: str) -> str:
        return await self._until_shows(f"/v1/workflows/{case['case_id']}", "status", statuses)

    async def until_agent(self, case: Json, *statuses: str) -> str:
        return await self._until_shows(f"/v1/agents/{case['agent_id']}", "status", statuses)

    async def until_version(self, case: Json, version: str) -> str:
        return await self._until_shows(f"/v1/agents/{case['agent_id']}", "version", (version,))

    def expect(self, said: Said, *statuses: int) -> None:
        """Raises Unexpected."""
        if said.status not in statuses:
            raise Unexpected(said)

    def ends(self, case: Json, *allowed: Json) -> None:
        """What the case and its agent must be in the end: `case`, `agent`, `version`, each as far
        as it is named, as one of the `allowed` has it."""
        self._ends.append(
            End(
                tenant=self.company.name,
                fate=self.plan.fate,
                case_id=case["case_id"],
                agent_id=case["agent_id"],
                allowed=allowed,
            )
        )

    async def _until_shows(self, path: str, field: str, values: tuple[str, ...]) -> str:
        async def shown() -> Json | None:
            found: Json = await self.company.author.get(path)
            return found if found.get(field) in values else None

        return str((await self.company.glance_until(shown))[field])
