"""One run and its people, who watch it until it has ended: they assent, say what became of doubtful
calls, and let it go on."""

import asyncio
import random
from typing import Any

from tests.chaos.cast.company import Unexpected
from tests.chaos.cast.diary import Said
from tests.chaos.governed.firm import Firm, Json, RunEnd
from tests.chaos.governed.plan import ErrandPlan
from tests.chaos.governed.shapes import ITEMS, VERSION
from tests.chaos.governed.targets import Targets

ENDED = ("completed", "failed", "cancelled")
_MOST_RETRIES = 8
_WHY: Json = {"reason_category": "safety", "explanation": "Not like this."}


class Errand:
    """Every fate is a method."""

    def __init__(self, plan: ErrandPlan, firm: Firm, targets: Targets, ends: list[RunEnd]) -> None:
        self.plan = plan
        self.firm = firm
        self._targets = targets
        self._ends = ends
        self._dice = random.Random(f"{firm.name} {plan.number}")
        # What the governor does with what the run asks for.
        self._verb = "approve"

    async def run(self) -> None:
        """Lives through the plan's fate."""
        await asyncio.sleep(self.plan.after_seconds)
        await getattr(self, self.plan.fate)()

    async def through(self) -> None:
        run = await self._start()
        await self._see_through(run)
        self._ended(run, "completed")

    async def twins(self) -> None:
        """Two runs of one plan at once, each with effects of its own."""
        plan_hash = await self._plan()
        runs = await asyncio.gather(self._begin(plan_hash), self._begin(plan_hash))
        await asyncio.gather(*map(self._see_through, runs))
        for run in runs:
            self._ended(run, "completed", twins=2)

    async def paused(self) -> None:
        run = await self._start()
        await self._command(run, "pause", 202, 409)
        await self._see_through(run)
        self._ended(run, "completed")

    async def paused_often(self) -> None:
        """Whatever it waits for, it waits for again."""
        run = await self._start()

        async def pausing() -> None:
            for _ in range(3):
                await asyncio.sleep(self._dice.uniform(0.0, 3.0))
                await self._command(run, "pause", 202, 409)

        await asyncio.gather(pausing(), self._see_through(run))
        await self._see_through(run)
        self._ended(run, "completed")

    async def cancelled(self) -> None:
        run = await self._start()
        await self._command(run, "cancel", 202, 409)
        await self._see_through(run)
        self._ended(run, "cancelled", "completed")

    async def cancelled_later(self) -> None:
        run = await self._start()

        async def cancelling() -> None:
            await asyncio.sleep(self._dice.uniform(0.0, 6.0))
            await self._command(run, "cancel", 202, 409)

        await asyncio.gather(cancelling(), self._see_through(run))
        self._ended(run, "cancelled", "completed")

    async def undone(self) -> None:
        run = await self._start()
        await self._see_through(run)
        await self._undo(run)
        self._ended(run, "completed", undone=True)

    async def undone_in_the_middle(self) -> None:
        """Paused or cancelled wherever it is, and undone from there."""
        run = await self._start()
        await asyncio.sleep(self._dice.uniform(0.0, 3.0))
        await self._command(run, "cancel", 202, 409)
        await self._see_through(run)
        await self._undo(run)
        self._ended(run, "completed", "cancelled", undone=True)

    async def vetoed(self) -> None:
        await self._refused("veto")

    async def forgotten(self) -> None:
        """Nobody decides: its approval expires."""
        await self._refused("")

    async def contested(self) -> None:
        """Two governors decide differently at once."""
        self._verb = "contest"
        run = await self._start()
        await self._see_through(run)
        self._ended(run, "completed", "cancelled")

    async def cancelled_while_approved(self) -> None:
        self._verb = "cancel"
        run = await self._start()
        await self._see_through(run)
        self._ended(run, "completed", "cancelled")

    async def overturned(self) -> None:
        """Assented to by breaking the glass, which the review takes back, perhaps while it acts."""
        self._verb = "overturn"
        run = await self._start()
        await self._see_through(run)
        self._ended(run, "completed", "cancelled")

    async def stopped_with_its_agent(self) -> None:
        """Its tenant's agent is suspended for a moment, and with it all of the tenant's runs."""
        run = await self._start()
        path = f"/v1/agents/{self.firm.agent_id}"
        said = await self.firm.governor.post(f"{path}/suspend", {"reason": "it looks odd"})
        self.firm.expect(said, 202, 409)
        await asyncio.sleep(self._dice.uniform(0.2, 2.0))
        # Another errand of the tenant may have been faster.
        said = await self.firm.governor.post(f"{path}/reactivate", {"reason": "seen"})
        self.firm.expect(said, 202, 409)
        await self._see_through(run)
        self._ended(run, "completed")

    async def _refused(self, verb: str) -> None:
        self._verb = verb
        run = await self._start()
        await self._see_through(run)
        self._ended(run, "cancelled" if self.plan.shape.asks else "completed")

    async def _start(self) -> Json:
        return await self._begin(await self._plan())

    async def _plan(self) -> str:
        author = self.firm.author
        inputs = {"who": self.plan.who, "items": ITEMS}
        body = {"capsule": self.plan.shape.name, "version": VERSION, "inputs": inputs}
        while True:
            said = await author.post("/v1/plans", body)
            self.firm.expect(said, 201, 409, 422)
            if said.status == 201:
                break
            self._expect_no_agent(said)
            await asyncio.sleep(1.0)
        plan_hash = str(said.answer["plan_hash"])
        while True:
            said = await author.post(f"/v1/plans/{plan_hash}/ghostrun", {"mode": "full"})
            self.firm.expect(said, 200)
            if said.answer["passes"]:
                return plan_hash
            await asyncio.sleep(1.0)

    async def _begin(self, plan_hash: str) -> Json:
        """The run that one command starts. What was refused to one device may be taken from the
        other, so it stays the same command."""
        key = self.firm.author.new_uuid()
        while True:
            said = await self.firm.author.post("/v1/runs", {"plan_hash": plan_hash}, key=key)
            self.firm.expect(said, 202, 409)
            if said.status == 202:
                run: Json = said.answer
                return run
            self._expect_no_agent(said)
            await asyncio.sleep(1.0)

    def _expect_no_agent(self, said: Said) -> None:
        """Another errand has suspended the agent for a moment."""
        if "suspended" not in str(said.answer):
            raise Unexpected(said)

    async def _see_through(self, run: Json) -> None:
        """Returns once the run has ended, and nothing that people can do is left to do."""
        run_id, retries = run["run_id"], 0
        decided: set[str] = set()

        def needs_somebody(seen: Json) -> bool:
            status = seen["status"]
            if status == "awaiting_approval":
                return seen["approval_id"] not in decided
            return status in ENDED or status == "paused"

        while True:
            seen = await self.firm.until(run_id, needs_somebody)
            if seen["status"] == "awaiting_approval":
                decided.add(seen["approval_id"])
                await self._decide(seen)
            elif seen["status"] == "paused":
                await self._let_go_on(seen)
            elif seen["status"] == "failed" and retries < _MOST_RETRIES:
                retries += 1
                await self._go(run_id, "retry")
            else:
                return

    async def _let_go_on(self, seen: Json) -> None:
        waiting = seen["waiting"] or {}
        if waiting.get("kind") == "doubt":
            await self._settle(seen, waiting)
        await self._go(seen["run_id"], "resume")

    async def _go(self, run_id: str, verb: str) -> None:
        """Lets it go on, and looks at what came of it."""
        said = await self.firm.author.post(f"/v1/runs/{run_id}/{verb}")
        self.firm.expect(said, 202, 409)
        await asyncio.sleep(self._dice.uniform(0.3, 1.0))
        self.firm.runs.pop(run_id, None)

    async def _settle(self, seen: Json, waiting: Json) -> None:
        """Says what became of a doubtful call, as the target itself tells."""
        step, run_id = waiting["step"], seen["run_id"]
        page = await self.firm.author.get(f"/v1/runs/{run_id}/steps", limit=100)
        done = [
            each for each in page["items"] if each["step"] == step and each["iteration"] is not None
        ]
        # The iterations of a step are made one after the other.
        lines = await self._targets.lines(self.firm.name, self.plan.who)
        own = [at for at, line in enumerate(lines) if line.startswith(f"{step}:")]
        found = own[len(done)] + 1 if len(own) > len(done) else None
        word: Json = {"happened": found is not None, "note": "The ledger says so."}
        if found is not None:
            word["output"] = {"position": found}
        path = f"/v1/invocations/{waiting['invocation_id']}/settle"
        self.firm.expect(await self.firm.governor.post(path, word), 200, 409)

    async def _decide(self, seen: Json) -> None:
        if not self._verb:
            return
        card = await self.firm.card(seen["approval_id"])
        if self._verb == "contest":
            await self._contest(card)
        elif self._verb == "overturn":
            await self._overturn(card)
        else:
            also = [self._command(seen, "cancel", 202, 409)] if self._verb == "cancel" else []
            verb = "approve" if self._verb == "cancel" else self._verb
            body = _WHY if verb == "veto" else {}
            said, *_ = await asyncio.gather(self.firm.decide(verb, card, **body), *also)
            # Somebody may have cancelled the run meanwhile, and with it what it asks for.
            self.firm.expect(said, 200, 409)

    async def _contest(self, card: Json) -> None:
        yes, no = await asyncio.gather(
            self.firm.decide("approve", card),
            self.firm.decide("veto", card, by=self.firm.second, **_WHY),
        )
        if sorted((yes.status, no.status)) != [200, 409]:
            raise Unexpected(no)

    async def _overturn(self, card: Json) -> None:
        path = f"/v1/approvals/{card['id']}"
        governor, second = self.firm.governor, self.firm.second
        broken: Json = {"decision": "break_glass", "grounds": "outage", "note": "now"}
        broken |= {
            "decision_hash": card["decision_hash"],
            "client_decision_id": governor.new_uuid(),
        }
        said = await governor.decide(f"{path}/decisions", broken)
        self.firm.expect(said, 200, 409)
        if said.status == 200:
            review = {"verdict": "overturned", "note": "No outage."}
            self.firm.expect(await second.post(f"{path}/review", review), 200, 409)

    async def _undo(self, run: Json) -> None:
        """As often as it takes: a call that nobody answered stops it."""
        run_id = run["run_id"]
        for _ in range(_MOST_RETRIES):
            self.firm.expect(await self.firm.author.post(f"/v1/runs/{run_id}/undo"), 202, 409)
            await asyncio.sleep(2.0)
            self.firm.runs.pop(run_id, None)
            seen = await self.firm.until(run_id, lambda _: True)
            if seen["is_undone"]:
                return
        await self.firm.until(run_id, lambda each: bool(each["is_undone"]))

    async def _command(self, run: Json, verb: str, *statuses: int) -> Said:
        said = await self.firm.author.post(f"/v1/runs/{run['run_id']}/{verb}")
        self.firm.expect(said, *statuses)
        return said

    def _ended(self, run: Json, *statuses: str, **how: Any) -> None:
        shape = self.plan.shape
        self._ends.append(
            RunEnd(
                tenant=self.firm.name,
                fate=f"{self.plan.fate} {shape.name}",
                run_id=run["run_id"],
                who=self.plan.who,
                statuses=statuses,
                total=shape.total,
                lines=shape.lines,
                **how,
            )
        )
