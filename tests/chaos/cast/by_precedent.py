"""Cases that a precedent assents to, for as long as it may; then the governor does."""

import asyncio
from datetime import datetime

from tests.chaos.cast.by_hand import LIVE, NEVER_BORN
from tests.chaos.cast.company import Unexpected
from tests.chaos.cast.forms import spec
from tests.chaos.cast.life import Json, Life

UNDONE = {"case": "rolled_back", "agent": "certified"}


class ByPrecedent(Life):
    """Every fate is a method."""

    async def run(self) -> None:
        await asyncio.sleep(self.plan.after_seconds)
        await self.company.assents_in_advance(self.plan.industry)
        await getattr(self, self.plan.fate)()

    async def confirmed(self) -> None:
        case = await self.submit()
        if await self._assented(case):
            self.ends(case, LIVE)

    async def vetoed(self) -> None:
        case = await self.submit()
        if card := await self._assented(case):
            self.expect(await self.veto(card), 200)
            self.ends(case, UNDONE)

    async def vetoed_at_once(self) -> None:
        """Before the phone knows of it, perhaps before it is deployed."""
        case = await self.submit()
        said = await self.veto(await self.company.opened(case["agent_id"]))
        self.expect(said, 200)
        rejected = said.answer["status"] == "rejected"
        self.ends(case, {"case": "rejected", **NEVER_BORN} if rejected else UNDONE)

    async def vetoed_by_two(self) -> None:
        case = await self.submit()
        if card := await self._assented(case):
            vetoes = [self.veto(card), self.veto(card, by=self.company.second)]
            first, second = await asyncio.gather(*vetoes)
            if sorted((first.status, second.status)) != [200, 409]:
                raise Unexpected(second)
            self.ends(case, UNDONE)

    async def vetoed_at_the_edge(self) -> None:
        """While its window closes: in time or too late, but never both."""
        case = await self.submit()
        if card := await self._assented(case):
            closing = datetime.fromisoformat(card["veto"]["closes_at"])
            await self.company.moments.until(closing - self.plan.before_closing)
            said = await self.veto(card)
            self.expect(said, 200, 410)
            self.ends(case, UNDONE if said.status == 200 else LIVE)

    async def vetoed_too_late(self) -> None:
        case = await self.submit()
        if card := await self._assented(case):
            await self.company.moments.until_over()
            self.expect(await self.veto(card), 410)
            self.ends(case, LIVE)

    async def cancelled_while_assented(self) -> None:
        """The withdrawal overtakes the request, or a precedent assents first."""
        case = await self.submit()
        self.expect(await self.cancel(case), 202, 409)
        self.ends(case, LIVE, {"case": "cancelled", **NEVER_BORN})

    async def upgrade_vetoed(self) -> None:
        """The second version is taken back: the first serves again."""
        first, second, _ = await self._two_versions()
        if second["assent"]["status"] == "auto_approved":
            self.expect(await self.veto(second["assent"]), 200)
            version_one = {"agent": "active", "version": "1.0.0"}
            self.ends(second, {"case": "rolled_back", **version_one})
        self.ends(first, {"case": "live"})

    async def buried_vetoed(self) -> None:
        """The first version is vetoed under the second."""
        first, second, card = await self._two_versions()
        await self.until_version(second, "1.1.0")
        if card["status"] == "auto_approved":
            self.expect(await self.veto(card), 200)
            self.ends(
                first,
                {"case": "rollback_failed", "agent": "suspended", "version": "1.1.0"},
            )
        self.ends(second, {"case": "live"})

    async def _two_versions(self) -> tuple[Json, Json, Json]:
        """The case of a first version that is live, that of an assented change with the card of its
        `assent`, and the first one's card."""
        first = await self.submit()
        card = await self._card_assented(first)
        await self.until_version(first, "1.0.0")
        narrower = spec(first["name"], industry=self.plan.industry)
        rights = narrower["rights"]
        narrower["rights"] = {**rights, "never": [*rights["never"], "clinic-cms/archive.*"]}
        second = await self.accepted(f"/v1/agents/{first['agent_id']}/changes", narrower)
        assent = await self._card_assented(second, seen=(card["id"],))
        return first, {**second, "assent": assent}, card

    async def _assented(self, case: Json) -> Json | None:
        """The card of a precedent's assent; None where a governor had to give it."""
        card = await self._card_assented(case)
        if card["status"] == "auto_approved":
            return card
        self.ends(case, LIVE)
        return None

    async def _card_assented(self, case: Json, *, seen: tuple[str, ...] = ()) -> Json:
        card = await self.card(case, seen=seen)
        if card["status"] != "auto_approved":
            self.expect(await self.decide("approve", card), 200)
        return card
