"""One tenant with an agent that serves; calls of its runs, with the keys of runs and approvals."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import aiohttp
import httpx
from joserfc.jwk import OKPKey

from events.invocations import invocation_id
from shared.agents.reading import AGENTS
from shared.capabilities.grants import Assent, Deed, Right
from shared.capabilities.minting import assent_to, mint, mint_base, name_deed
from shared.kit import clock
from shared.kit.canonical import content_hash
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from shared.storage.secrets import public_keys, signing_key
from tests.bearers import authorization
from tests.shared.cloud import Cloud

PLAN = "a" * 64
AGENT, RUN = "agt_01JD3B1M1B0000000000000001", "run_01JD3B1M1B0000000000000001"
COUNTER, LEDGER = "assent/counter.add", "assent/ledger.append"


def agent_state(**changed: Any) -> dict[str, Any]:
    """The fields that `agents` stores of an agent that serves, as far as others read them."""
    return {
        "agent_id": AGENT,
        "name": "counting",
        "version": "1.0.0",
        "status": "active",
        "mode": "production",
        "health": "healthy",
        "spec_hash": "b" * 64,
        "industry": "healthcare",
        "budget": {"per_run_usd_micros": 1_000_000, "per_day_usd_micros": 9_000_000},
        "requested_by": "devin",
        **changed,
    }


@dataclass(frozen=True)
class Call:
    """One call of a run, and the token's times. `right` and `deed` change what the token says."""

    operation: str = COUNTER
    arguments: dict[str, Any] | None = None
    step: str = "count"
    iteration: int | None = None
    run_id: str = RUN
    pin: str = ""

    @property
    def said(self) -> dict[str, Any]:
        given: dict[str, dict[str, Any]] = {
            COUNTER: {"counter": "visits", "amount": 3},
            LEDGER: {"ledger": "log", "line": "x"},
        }
        return self.arguments if self.arguments is not None else given[self.operation]

    @property
    def id(self) -> str:
        return invocation_id(self.run_id, self.step, self.iteration, self.operation, self.said)

    def body(self, **more: Any) -> dict[str, Any]:
        return {
            "invocation_id": self.id,
            "operation": self.operation,
            "arguments": self.said,
            **more,
        }


@dataclass(frozen=True)
class World:
    """Acts as `runs` does, and reads as a person does."""

    tools: httpx.AsyncClient
    targets: str
    http: aiohttp.ClientSession
    key: OKPKey
    tenant: str
    cloud: Cloud

    @property
    def store(self) -> TenantStore:
        return TenantStore(self.tenant)

    def at(self, tenant: str) -> "World":
        return replace(self, tenant=tenant)

    async def agent(self, **changed: Any) -> None:
        """The agent's document, as `agents` would write it."""
        batch = Batch()
        state = json.dumps(agent_state(**changed))
        batch.put(AGENTS, AGENT, {"state": state, "sequence": 1, "last_event": None})
        await self.store.commit(batch)

    def right(self, **said: Any) -> Right:
        return Right(
            **{
                "tenant_id": self.tenant,
                "run_id": RUN,
                "plan_hash": PLAN,
                "agent_id": AGENT,
                "agent_version": "1.0.0",
                **said,
            }
        )

    def deed(self, call: Call, **said: Any) -> Deed:
        expires = clock.now() + timedelta(seconds=120)
        return Deed(
            **{
                "step": call.step,
                "iteration": call.iteration,
                "operation": call.operation,
                "invocation_id": call.id,
                "arguments_sha256": content_hash(call.said),
                "pin": call.pin,
                "expires_at": expires,
                **said,
            }
        )

    async def token(self, call: Call, **said: Any) -> str:
        """A token for the call that needs no assent; `said` changes whose right it carries."""
        key = await signing_key("runs-signing-key")
        right = self.right(run_id=call.run_id, **said)
        return mint(right, self.deed(call), key, now=clock.now())

    async def assented(
        self, call: Call, *, by: str = "gala", content: str = "", names: bool = True
    ) -> str:
        """A token that somebody assented to, for the call unless it `names` none yet."""
        runs, approvals = [
            await signing_key(f"{each}-signing-key") for each in ("runs", "approvals")
        ]
        content = content or content_hash({"plan_hash": PLAN, "calls": [call.said]})
        keys = await public_keys("approvals-public-keys")
        base = mint_base(self.right(), content, runs, approvals=keys)
        assent = Assent(content_hash=content, approval_id="apr_1", assented_by=by)
        own = await public_keys("runs-public-keys")
        given = assent_to(base, assent, approvals, tenant_id=self.tenant, runs=own)
        if not names:
            return given
        return name_deed(given, self.deed(call), runs, now=clock.now())

    async def post(self, body: Any, token: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return await self.tools.post("/v1/invocations", json=body, headers=headers)

    async def invoke(self, call: Call, token: str | None = None, **more: Any) -> Any:
        """The answer of a call."""
        answer = await self.post(call.body(**more), token or await self.token(call))
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def shown(self, call: Call, principal: str = "gala") -> httpx.Response:
        """The invocation, as a person sees it."""
        scopes, roles = ("governance:read",), ("governor",)
        headers = authorization(self.key, principal, self.tenant, scopes, roles)
        return await self.tools.get(f"/v1/invocations/{call.id}", headers=headers)

    async def fail(self, **faults: int) -> None:
        """Lets the next calls of the server of counters and ledgers fail so."""
        async with self.http.post(f"{self.targets}/faults", json=faults) as answer:
            assert answer.status == 200

    async def counter(self, name: str = "visits") -> Any:
        return await self._target(f"counters/{name}")

    async def lines(self, name: str = "log") -> list[str]:
        found: list[str] = (await self._target(f"ledgers/{name}"))["lines"]
        return found

    async def _target(self, path: str) -> Any:
        async with self.http.get(f"{self.targets}/tenants/{self.tenant}/{path}") as answer:
            assert answer.status == 200
            return await answer.json()
