"""One tenant with routes to the scripted model, and a program that calls it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
from joserfc.jwk import OKPKey

from emulators.ports import HOST
from functions.models.aggregates import CALLS
from functions.models.rules.call import ModelCall
from functions.tools.aggregates import CREDENTIALS
from functions.tools.rules.credential import CredentialBook, put
from functions.tools.rules.credential_bodies import CredentialBody
from shared.budgets.aggregates import BUDGETS, LIMITS
from shared.budgets.budget import Budget
from shared.budgets.limits import TENANT, BudgetLimit
from shared.connectors import read_credentials
from shared.kit import clock
from shared.kit.secret_names import credential_secret
from shared.policy import published
from shared.policy.published import COLLECTION, PUBLISHED, Published
from shared.policy.sources import Source
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from shared.storage.secret_writing import add_value
from tests.bearers import authorization
from tests.shared.cloud import Cloud

SCOPES = ("models:read", "models:write", "governance:read", "governance:write")
PRICES = {
    "tokens_in_usd_micros": 1_000_000,
    "tokens_out_usd_micros": 4_000_000,
    "tokens_cached_read_usd_micros": 100_000,
    "as_of": "2026-11-20",
    "page": "https://models.example/prices",
}
ROUTE = {"provider": "openai", "model": "scripted", "prices": PRICES, "most_tokens_out": 1_000}


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Returns once that holds, within half a minute."""
    async with asyncio.timeout(30):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.03)


@dataclass(frozen=True)
class World:
    """Acts through the function's API."""

    client: httpx.AsyncClient
    url: str
    model: str
    key: OKPKey
    tenant: str
    cloud: Cloud

    @property
    def store(self) -> TenantStore:
        return TenantStore(self.tenant)

    def token(self, principal: str = "program", scopes: tuple[str, ...] = SCOPES) -> str:
        roles = ("governor",) if principal == "gala" else ()
        said = authorization(self.key, principal, self.tenant, scopes, roles)
        return said["Authorization"].removeprefix("Bearer ")

    async def send(
        self, method: str, path: str, body: Any = None, principal: str = "program", **more: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token(principal)}", **more}
        return await self.client.request(method, path, json=body, headers=headers)

    async def route(self, name: str, **changed: Any) -> dict[str, Any]:
        answer = await self.send("PUT", f"/v1/model-routes/{name}", {**ROUTE, **changed}, "gala")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def script(self, goal: str, *answers: dict[str, Any]) -> None:
        async with httpx.AsyncClient(verify=False, trust_env=False) as http:
            body = {"goal": goal, "answers": list(answers)}
            (await http.post(f"{self.model}/scripts", json=body)).raise_for_status()

    async def asked(self, goal: str) -> list[dict[str, Any]]:
        async with httpx.AsyncClient(verify=False, trust_env=False) as http:
            found = await http.get(f"{self.model}/asked", params={"goal": goal})
        return list(found.json())

    async def was_asked(self, goal: str) -> bool:
        return bool(await self.asked(goal))

    async def is_settled(self) -> bool:
        return all(each.status != "reserved" for each in await self.calls())

    async def was_left(self, goal: str) -> bool:
        """Whether a stream of the model was left before its end."""
        async with httpx.AsyncClient(verify=False, trust_env=False) as http:
            found = await http.get(f"{self.model}/gone", params={"goal": goal})
        return bool(found.json()["gone"] == 1)

    async def chat(self, goal: str, **more: Any) -> httpx.Response:
        said = [{"role": "user", "content": goal}]
        body = {"model": "small", "messages": said, "max_tokens": 50, **more}
        return await self.send("POST", "/v1/chat/completions", body)

    async def limit(self, limit_usd_micros: int, scope: str = TENANT) -> None:
        state = BudgetLimit(scope=scope, limit_usd_micros=limit_usd_micros, set_by="gala")
        batch = Batch()
        batch.put(LIMITS.collection, scope, LIMITS.fields(state, 0, None))
        await self.store.commit(batch)

    async def budget(self) -> Budget | None:
        found = [each async for each in self.store.find_all(BUDGETS.collection)]
        states = [BUDGETS.state_in(each.data) for each in found]
        return next((each for each in states if each.scope == TENANT), None)

    async def policy(self, text: str) -> None:
        """The only policies that the tenant has published."""
        state = Published(version=1, sources=(Source("tenant/mine", text),))
        batch = Batch()
        batch.put(COLLECTION.name, PUBLISHED, {"state": state.model_dump_json()})
        await self.store.commit(batch)
        published.forget()

    async def credential(self, name: str, value: str, **changed: Any) -> None:
        """Stores a credential as `tools` does, in the place of another one."""
        body = {"kind": "bearer", "used_by": "models", "hosts": [HOST], "secret": value, **changed}
        taken = CredentialBody.model_validate(body)
        known = (await read_credentials(self.store, [name])).get(name)
        secret = credential_secret(self.tenant, name, of_models=taken.used_by == "models")
        version = await add_value(secret, value)
        at = clock.now()
        steps = put(known, CredentialBook(), name, name, taken, version, "gala", at)
        batch = Batch()
        batch.put(CREDENTIALS.collection, name, CREDENTIALS.fields(steps[0].state, 0, None))
        await self.store.commit(batch)

    async def calls(self) -> list[ModelCall]:
        found = self.store.find_all(CALLS.collection)
        return [CALLS.state_in(each.data) async for each in found]
