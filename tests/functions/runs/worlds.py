"""One tenant with an agent that serves and plans of it; people who start runs, decide and stop;
deliveries by hand."""

import contextlib
import json
import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import httpx
from joserfc.jwk import OKPKey

from events.operations import OPERATIONS
from events.plan_content import AgentPart, Call, CapsulePart, PlanContent, PlanStep
from events.plans import PLANS, PlanState, PlanStatus, Prediction, SignedPlan, StepPrediction
from functions.approvals.reactions import HANDLERS as IN_APPROVALS
from functions.runs.aggregates import RUNS
from functions.runs.reactions import HANDLERS as IN_RUNS
from functions.runs.rules.run import Run, event_id
from shared.agents.reading import AGENTS
from shared.kit.clock import OFFSET
from shared.kit.contents import Content
from shared.kit.instants import parse_instant, to_milliseconds
from shared.kit.models import part_of
from shared.kit.signing import sign
from shared.messaging.changes import Timer
from shared.messaging.contents import keep
from shared.messaging.envelope import Envelope
from shared.messaging.log import EVENT_LOG, logged_event
from shared.messaging.timers import timer_event
from shared.policy.published import COLLECTION, PUBLISHED, Published, forget
from shared.policy.sources import Source
from shared.storage.batches import Batch, LostRace
from shared.storage.firestore import TenantStore
from shared.storage.secrets import signing_key
from tests.bearers import authorization
from tests.functions.deliveries import Deliveries
from tests.functions.tools.worlds import AGENT, agent_state
from tests.shared.cloud import Cloud

COUNTER, LEDGER = "assent/counter.add", "assent/ledger.append"
SPEC = Content.of({"rights": {"alone": [], "with_approval": [], "never": []}})
SCOPES = (
    *("runs:read", "runs:write", "approvals:read", "approvals:write"),
    *("governance:read", "governance:write"),
)


def call(operation: str, arguments: dict[str, Any]) -> Call:
    """A call as the compiler would write it."""
    definition = OPERATIONS[operation]
    return Call(
        operation=operation,
        arguments=arguments,
        effect=definition.effect,
        undo=definition.undo,
        idempotent=definition.idempotent,
        pin=definition.pin,
        price_usd_micros=definition.price_usd_micros,
    )


def add(id: str, amount: Any = 1, **step: Any) -> PlanStep:
    """A step that adds to the counter `visits`."""
    return PlanStep(id=id, does=call(COUNTER, {"counter": "visits", "amount": amount}), **step)


def append(id: str, line: str = "done", **step: Any) -> PlanStep:
    """A step that appends to the ledger `log`."""
    return PlanStep(id=id, does=call(LEDGER, {"ledger": "log", "line": line}), **step)


@dataclass(frozen=True)
class World:
    """Acts through the functions' APIs and handlers."""

    runs: httpx.AsyncClient
    approvals: httpx.AsyncClient
    tools: httpx.AsyncClient
    targets: str
    http: aiohttp.ClientSession
    key: OKPKey
    tenant: str
    cloud: Cloud
    clock: Path
    principal: str = "ada"
    roles: tuple[str, ...] = ("operator",)
    workspace: str | None = None
    deliveries: Deliveries = field(default_factory=Deliveries)

    @property
    def store(self) -> TenantStore:
        return TenantStore(self.tenant)

    def within(self, workspace: str | None) -> "World":
        """The same person with a token for that workspace."""
        return replace(self, workspace=workspace)

    def of(self, principal: str, *roles: str) -> "World":
        return replace(self, principal=principal, roles=roles)

    async def agent(self, spec: Content = SPEC, **changed: Any) -> None:
        """The agent's document, as `agents` would write it."""
        state = {**agent_state(**{"spec_hash": spec.hash, **changed})}
        await self._put(AGENTS, state["agent_id"], json.dumps(state), spec)

    async def plan(
        self,
        *steps: PlanStep,
        calls: int = 1,
        workspace_id: str | None = None,
        status: PlanStatus = "rehearsed",
        estimate: int = 0,
        cost: int = 0,
        spec: Content = SPEC,
        agent_id: str = AGENT,
        **fields: Any,
    ) -> str:
        """The hash of a rehearsed plan, as `capsules` would store it."""
        content = PlanContent(
            capsule=CapsulePart(name="visits", version="1.0.0", checksum="c" * 64),
            agent=AgentPart(
                agent_id=agent_id,
                name="counting",
                version="1.0.0",
                spec_hash=spec.hash,
                mode="production",
            ),
            steps=steps,
            **{
                "inputs": {},
                "outputs": {},
                "budget_usd_micros": 500_000,
                "policies": "",
                **fields,
            },
        )
        prediction = _prediction(steps, calls, cost)
        stored = Content.of(content.model_dump(mode="json"))
        at = to_milliseconds(datetime.now(UTC))
        state = PlanState(
            plan_hash=stored.hash,
            status=status,
            capsule="visits",
            version="1.0.0",
            agent_id=agent_id,
            agent_version="1.0.0",
            needs_assent=content.needs_assent,
            estimate_usd_micros=estimate,
            prediction_hash=prediction.hash,
            compiled_by="ada",
            compiled_at=at,
            workspace_id=workspace_id,
        )
        signed = part_of(SignedPlan, state, tenant_id=self.tenant)
        signature = sign(signed.model_dump(mode="json"), await signing_key("capsules-signing-key"))
        whole = state.but(signature=signature)
        await self._put(PLANS, stored.hash, whole.model_dump_json(), stored, prediction)
        return stored.hash

    async def _put(self, collection: str, id: str, state: str, *contents: Content) -> None:
        for each in contents:
            batch = Batch()
            keep(batch, each, datetime.now(UTC), "ada")
            with contextlib.suppress(LostRace):
                await self.store.commit(batch)
        batch = Batch()
        batch.put(collection, id, {"state": state, "sequence": 1, "last_event": None})
        await self.store.commit(batch)

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.runs.get(path, params=query, headers=self._headers())

    async def post(self, path: str, body: Any = None, *, key: str = "") -> httpx.Response:
        content = b"" if body is None else json.dumps(body).encode()
        headers = self._headers() | ({"Content-Type": "application/json"} if content else {})
        headers |= {"Idempotency-Key": key} if key else {}
        return await self.runs.post(path, content=content, headers=headers)

    async def put(self, path: str, body: Any) -> httpx.Response:
        headers = self._headers() | {"Content-Type": "application/json"}
        return await self.runs.put(path, content=json.dumps(body).encode(), headers=headers)

    async def publish(self, name: str, text: str) -> None:
        """Makes the policy the only one of the tenant's own, from now on."""
        held = Published(version=1, sources=(Source(f"tenant/{name}", text),))
        batch = Batch()
        batch.put(COLLECTION.name, PUBLISHED, {"state": held.model_dump_json()})
        await self.store.commit(batch)
        forget()

    async def start(self, plan_hash: str, *, key: str = "", settles: bool = True) -> Any:
        """The answer to the start of a run."""
        answer = await self.post("/v1/runs", {"plan_hash": plan_hash}, key=key)
        assert answer.status_code == 202, answer.text
        if settles:
            await self.settle()
        return answer.json()

    async def shown(self, run_id: str) -> Any:
        answer = await self.runs.get(f"/v1/runs/{run_id}", headers=self._headers())
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def listed(self, **query: Any) -> list[Any]:
        answer = await self.runs.get("/v1/runs", params=query, headers=self._headers())
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    async def pages(self, run_id: str, limit: int = 100) -> list[list[Any]]:
        """What all steps gave, page by page."""
        found: list[list[Any]] = []
        query: dict[str, Any] = {"limit": limit}
        while True:
            answer = await self.get(f"/v1/runs/{run_id}/steps", **query)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            assert len(page["items"]) <= limit
            found.append(page["items"])
            if page["next_cursor"] is None:
                return found
            query["cursor"] = page["next_cursor"]

    async def steps(self, run_id: str, limit: int = 100) -> list[Any]:
        """What all steps gave."""
        return [each for page in await self.pages(run_id, limit) for each in page]

    async def act(self, run_id: str, verb: str, *, status: int = 202) -> Any:
        """A command to a run, and what follows."""
        answer = await self.post(f"/v1/runs/{run_id}/{verb}")
        assert answer.status_code == status, answer.text
        await self.settle()
        return answer.json()

    async def state(self, run_id: str) -> Run:
        document = await self.store.get(RUNS.collection, run_id)
        assert document is not None
        return RUNS.state_in(document.data)

    async def approval(self, run_id: str) -> Any:
        """What the run waits for, as its governor sees it."""
        approval_id = (await self.shown(run_id))["approval_id"]
        governor = self.of("gala", "governor")
        answer = await self.approvals.get(
            f"/v1/approvals/{approval_id}", headers=governor._headers()
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def asked(self, kind: str) -> list[Any]:
        """The approvals of that kind which wait for a governor."""
        answer = await self.approvals.get(
            "/v1/approvals",
            params={"status": "pending"},
            headers=self.of("gala", "governor")._headers(),
        )
        assert answer.status_code == 200, answer.text
        return [each for each in answer.json()["items"] if each["kind"] == kind]

    async def decide(self, run_id: str, verb: str = "approve", *, settles: bool = True) -> None:
        """The governor decides about what the run waits for."""
        await self.answer(await self.approval(run_id), verb, settles=settles)

    async def answer(
        self, asked: Any, verb: str = "approve", *, settles: bool = True, **fields: Any
    ) -> None:
        """The governor decides about that card."""
        answer = await self.decided(asked, verb, **fields)
        assert answer.status_code == 200, answer.text
        if settles:
            await self.settle()

    async def decided(self, asked: Any, verb: str = "approve", **fields: Any) -> httpx.Response:
        """What the governor is told who decides about that card."""
        body = {
            "decision": verb,
            "decision_hash": asked["decision_hash"],
            "client_decision_id": str(uuid.uuid4()),
            "note": "as discussed",
            **fields,
        }
        return await self.approvals.post(
            f"/v1/approvals/{asked['id']}/decisions",
            content=json.dumps(body).encode(),
            headers={
                **self.of("gala", "governor")._headers(),
                "Content-Type": "application/json",
            },
        )

    async def overturn(self, asked: Any, *, settles: bool = True) -> None:
        """Another governor overturns the broken glass."""
        answer = await self.approvals.post(
            f"/v1/approvals/{asked['id']}/review",
            content=json.dumps({"verdict": "overturned", "note": "not like this"}).encode(),
            headers={
                **self.of("gus", "governor")._headers(),
                "Content-Type": "application/json",
            },
        )
        assert answer.status_code == 200, answer.text
        if settles:
            await self.settle()

    async def tell(self, invocation_id: str, *, happened: bool) -> None:
        """The governor says what became of a doubtful call."""
        output = {"output": {"position": 1}} if happened else {}
        answer = await self.tools.post(
            f"/v1/invocations/{invocation_id}/settle",
            content=json.dumps(
                {"happened": happened, "note": "as the server says", **output}
            ).encode(),
            headers={
                **self.of("gala", "governor")._headers(),
                "Content-Type": "application/json",
            },
        )
        assert answer.status_code == 200, answer.text

    async def fire(self, run_id: str, after: timedelta = timedelta(0)) -> None:
        """The timer that the run waits for fires, so long after it was due."""
        document = await self.store.get(RUNS.collection, run_id)
        assert document is not None
        due = datetime.fromisoformat(document.data["next_timer_at"])
        timer = Timer(document.data["next_timer_type"], f"run/{run_id}", due)
        await self.fire_timer(timer, after)

    async def fire_timer(self, timer: Timer, after: timedelta) -> None:
        """The timer fires, so long after it was due, and everything follows."""
        at = timer.at + after
        event = timer_event("runs", self.tenant, timer, at)
        # Every function is there at that instant, and then back.
        self._show((at - datetime.now(UTC)).total_seconds())
        try:
            await IN_RUNS[event.type](event)
        finally:
            self._show(0.0)
        await self.settle()

    def _show(self, offset: float) -> None:
        with self.clock.open("r+b") as file:
            file.write(OFFSET.pack(offset))

    async def settle(self) -> None:
        """Delivers the events of the log to the functions until nothing follows: some of them
        twice."""
        await self.deliveries.settle(self.log, deliver)

    async def log(self) -> list[Envelope]:
        """Every event of this tenant, in the order of commit."""
        entries = [entry async for entry in self.store.find_all(EVENT_LOG)]
        in_order = sorted(
            entries, key=lambda each: (each.data["committed_at"], each.data["position"])
        )
        return [logged_event(each.data, datetime.now(UTC)) for each in in_order]

    async def events(self, noun: str = "run") -> list[str]:
        """What happened to a kind of thing, in past tenses."""
        words = (event.type.split(".") for event in await self.log())
        return [each[2] for each in words if each[1] == noun]

    async def receipts(self) -> list[Any]:
        """All receipts that runs reported, in order."""
        found = [json.loads(each.data) for each in await self.log() if ".run." in each.type]
        return [receipt for each in found for receipt in each.get("receipts", ())]

    async def fail(self, **faults: int) -> None:
        """Lets the next calls of the server of counters and ledgers fail so."""
        async with self.http.post(f"{self.targets}/faults", json=faults) as answer:
            assert answer.status == 200

    async def counter(self) -> Any:
        return await self._target("counters/visits")

    async def lines(self) -> list[str]:
        found: list[str] = (await self._target("ledgers/log"))["lines"]
        return found

    async def _target(self, path: str) -> Any:
        async with self.http.get(f"{self.targets}/tenants/{self.tenant}/{path}") as answer:
            assert answer.status == 200
            return await answer.json()

    def _headers(self) -> dict[str, str]:
        return authorization(
            self.key, self.principal, self.tenant, SCOPES, self.roles, self.workspace
        )


async def deliver(event: Envelope) -> None:
    """Hands the event to the functions; the second one of a run with its start, as its message
    does."""
    if event.sequence == 2 and event.subject.startswith("run/"):
        began = parse_instant(json.loads(event.data)["started_at"])
        event = event.but(carries=(event_id(event.subject_id, began, 1),))
    for handlers in (IN_APPROVALS, IN_RUNS):
        if event.type in handlers:
            await handlers[event.type](event)


def _prediction(steps: tuple[PlanStep, ...], calls: int, cost: int) -> Content:
    """A rehearsal in which each step makes so many calls, for so much."""
    told = tuple(StepPrediction(step=each.id, calls=calls, cost_usd_micros=cost) for each in steps)
    whole = Prediction(
        mode="full",
        steps=told,
        cost_usd_micros=cost * len(told),
        risk="medium",
        approvals=0,
        passes=True,
    )
    return Content.of(whole.model_dump(mode="json"))
