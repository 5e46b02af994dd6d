"""Cases whose industry no precedent covers: the governor decides each."""

import asyncio

from tests.chaos.cast.company import Unexpected
from tests.chaos.cast.forms import spec
from tests.chaos.cast.life import Life

LIVE = {"case": "live", "agent": "active"}
NEVER_BORN = {"agent": "deprecated"}
_CLEARER = "Draft patient-education articles for the clinic's editor."
_ALONE = "clinic-cms/articles.delete"


class ByHand(Life):
    """Every fate is a method."""

    async def approved(self) -> None:
        case = await self.submit()
        await self.approve(case)
        self.ends(case, LIVE)

    async def rejected(self) -> None:
        case = await self.submit()
        self.expect(await self.veto(await self.card(case)), 200)
        self.ends(case, {"case": "rejected", **NEVER_BORN})

    async def changed(self) -> None:
        """Returned by the governor, revised, approved."""
        case = await self.submit()
        card = await self.card(case)
        asked = await self.decide("request-changes", card, note="Name the editor.")
        self.expect(asked, 200)
        await self.until_case(case, "returned")
        revised = spec(case["name"], industry=self.plan.industry, purpose=_CLEARER)
        await self.accepted(f"/v1/workflows/{case['case_id']}/revisions", revised)
        await self.approve(case, seen=(card["id"],))
        self.ends(case, LIVE)

    async def cancelled(self) -> None:
        """At once: the withdrawal may overtake the request."""
        case = await self.submit()
        self.expect(await self.cancel(case), 202)
        self.ends(case, {"case": "cancelled", **NEVER_BORN})

    async def contested(self) -> None:
        """Two governors decide differently at once."""
        case = await self.submit()
        card = await self.card(case)
        yes, no = await asyncio.gather(
            self.decide("approve", card), self.veto(card, by=self.company.second)
        )
        if sorted((yes.status, no.status)) != [200, 409]:
            raise Unexpected(no)
        self.ends(case, LIVE if yes.status == 200 else {"case": "rejected", **NEVER_BORN})

    async def cancelled_while_approved(self) -> None:
        case = await self.submit()
        card = await self.card(case)
        cancelled, approved = await asyncio.gather(self.cancel(case), self.decide("approve", card))
        self.expect(cancelled, 202, 409)
        self.expect(approved, 200, 409)
        # The approval decides: it was approved, or cancelled.
        self.ends(case, LIVE if approved.status == 200 else {"case": "cancelled", **NEVER_BORN})

    async def forgotten(self) -> None:
        case = await self.submit()
        self.ends(case, {"case": "rejected", **NEVER_BORN})

    async def deferred(self) -> None:
        """Set aside for two hours, then forgotten."""
        case = await self.submit()
        card = await self.card(case)
        deferral = await self.decide_at_its_owner("defer", card, until=self.company.later(2))
        self.expect(deferral, 200)
        self.ends(case, {"case": "rejected", **NEVER_BORN})

    async def queued(self) -> None:
        """Approved offline, twice in one queue, and synchronised by both devices until it is
        through."""
        case = await self.submit()
        card = await self.card(case)
        queue = [{"approval_id": card["id"], "action": "approve", **self.decision(card)}] * 2
        while True:
            said = await self.company.governor.synchronise(queue)
            self.expect(said, 200)
            statuses = {result["status"] for result in said.answer["results"]}
            if statuses == {200}:
                break
            if not statuses <= {200, 503}:
                raise Unexpected(said)
        self.ends(case, LIVE)

    async def suspended(self) -> None:
        """Stands still, comes back on probation, passes it."""
        case = await self.submit()
        await self.approve(case)
        await self.until_agent(case, "active")
        await self.suspend(case)
        path = f"/v1/agents/{case['agent_id']}/reactivate"
        self.expect(await self.company.governor.post(path, {"reason": "seen"}), 202)
        self.ends(case, LIVE)

    async def depended_on(self) -> None:
        """Suspended while a dependent is being born."""
        base = await self.submit()
        await self.approve(base)
        await self.until_agent(base, "active")
        name = f"{self.plan.name}-top"
        interfaces = {**spec(name)["interfaces"], "depends_on": [base["name"]]}
        top = await self.submit(name, interfaces=interfaces)
        await asyncio.gather(self.approve(top), self.suspend(base))
        self.ends(base, {"case": "live", "agent": "suspended"})
        self.ends(
            top,
            {"case": "live", "agent": "suspended"},
            {"case": "rolled_back", "agent": "certified"},
        )

    async def on_trial(self) -> None:
        case = await self.submit(mode="trial")
        await self.approve(case)
        self.ends(case, {"case": "live", "agent": "go_live_pending"})

    async def escalated(self) -> None:
        """A human passes the ethics review, then the case."""
        usual = spec(self.plan.name)
        rights = {**usual["rights"], "never": []}
        rights["alone"] = [*rights["alone"], _ALONE]
        (cms,) = usual["systems"]
        delete = {"name": "articles.delete", "effect": "delete"}
        systems = [{**cms, "operations": [*cms["operations"], delete]}]
        skills = [*usual["skills"], "clean-up"]
        case = await self.submit(rights=rights, systems=systems, skills=skills)
        if case["status"] != "escalated":
            raise AssertionError(f"{_ALONE} is no longer escalated, but {case['status']}")
        ethics = await self.approve(case)
        await self.approve(case, seen=(ethics["id"],))
        self.ends(case, LIVE)

    async def overturned(self) -> None:
        """Assented to by breaking the glass; the review takes it back."""
        case = await self.submit()
        card = await self.card(case)
        broken = await self.decide_at_its_owner("break_glass", card, grounds="outage", note="now")
        self.expect(broken, 200)
        verdict = {"verdict": "overturned", "note": "No outage."}
        path = f"/v1/approvals/{card['id']}/review"
        self.expect(await self.company.second.post(path, verdict), 200)
        self.ends(case, {"case": "rolled_back"})

    async def snooped_on(self) -> None:
        """Somebody of another tenant asks for what is not theirs."""
        case = await self.submit()
        card = await self.approve(case)
        for path in (f"/v1/agents/{case['agent_id']}", f"/v1/approvals/{card['id']}"):
            found = await self.company.stranger.get(path)
            if found.get("code") != "not_found":
                raise AssertionError(f"{path} was shown to a stranger: {found}")
        self.ends(case, LIVE)
