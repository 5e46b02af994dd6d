"""One tenant with an agent and capsules, through the function's API."""

import json
from dataclasses import dataclass, replace
from typing import Any

import httpx
from joserfc.jwk import OKPKey

from shared.messaging.log import EVENT_LOG
from shared.storage.firestore import TenantStore
from tests.bearers import authorization
from tests.shared.cloud import Cloud

SCOPES = ("capsules:read", "capsules:write")
COUNT_AND_LIST = """\
capsule: count-stock
version: 1.0.0
agent: stock-keeper
inputs:
  shelf: {type: string, minLength: 1, maxLength: 40}
  amount: integer
steps:
  - id: count
    use: assent/counter.add
    with: {counter: "shelf-${{ inputs.shelf }}", amount: "${{ inputs.amount }}"}
  - id: list
    use: assent/ledger.append
    with: {ledger: stock, line: "Shelf ${{ inputs.shelf }}: ${{ steps.count.output.value }}"}
    approval: required
outputs: {total: "${{ steps.count.output.value }}"}
"""
INPUTS = {"shelf": "a7", "amount": 3}


@dataclass(frozen=True)
class World:
    """Calls with a token of its own each."""

    client: httpx.AsyncClient
    key: OKPKey
    tenant: str
    cloud: Cloud
    principal: str = "devin"
    roles: tuple[str, ...] = ("developer",)
    scopes: tuple[str, ...] = SCOPES
    workspace: str | None = None

    @property
    def store(self) -> TenantStore:
        return TenantStore(self.tenant)

    def within(self, workspace: str) -> "World":
        """The same with a token for that workspace."""
        return replace(self, workspace=workspace)

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.client.get(path, params=query, headers=self._headers())

    async def post(
        self, path: str, body: Any = None, *, key: str = "", media_type: str = "application/json"
    ) -> httpx.Response:
        content = body.encode() if isinstance(body, str) else b""
        if body is not None and not isinstance(body, str):
            content = json.dumps(body).encode()
        headers = self._headers() | ({"Content-Type": media_type} if content else {})
        headers |= {"Idempotency-Key": key} if key else {}
        return await self.client.post(path, content=content, headers=headers)

    async def write(self, source: str = COUNT_AND_LIST) -> httpx.Response:
        """A version of a capsule, in YAML."""
        return await self.post("/v1/capsules", source, media_type="application/yaml")

    async def publish(self, source: str = COUNT_AND_LIST) -> Any:
        """A version, written and published: the answer."""
        written = await self.write(source)
        assert written.status_code == 201, written.text
        named = written.json()
        path = f"/v1/capsules/{named['name']}/versions/{named['version']}/publish"
        answer = await self.post(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def compile(self, name: str = "count-stock", **inputs: Any) -> httpx.Response:
        """A plan of version 1.0.0 with the usual inputs and these."""
        body = {"capsule": name, "version": "1.0.0", "inputs": {**INPUTS, **inputs}}
        return await self.post("/v1/plans", body)

    async def plan(self, **inputs: Any) -> Any:
        """A plan that compiles: the answer."""
        answer = await self.compile(**inputs)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def rehearse(self, plan_hash: str, mode: str = "full") -> Any:
        answer = await self.post(f"/v1/plans/{plan_hash}/ghostrun", {"mode": mode})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def events(self) -> list[str]:
        """The types of the tenant's events, in their order."""
        page = await self.store.find(EVENT_LOG, limit=100)
        found = sorted(page.items, key=lambda each: (each.data["time"], each.id))
        return [each.data["type"] for each in found]

    def _headers(self) -> dict[str, str]:
        who = self.principal, self.tenant, self.scopes, self.roles, self.workspace
        return authorization(self.key, *who)
