"""The usage function on real emulators and a real database."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from joserfc.jwk import OKPKey

from functions.usage.api import ROUTER, RUN
from shared.policy import published
from shared.runtime.app import create_api
from tests.bearers import authorization
from tests.functions.agents.conftest import issuing_key
from tests.functions.approvals.conftest import cloud
from tests.shared.cloud import Cloud, Mailbox

__all__ = ["cloud", "issuing_key"]
SCOPES = ("usage:read", "usage:write")


@dataclass(frozen=True)
class World:
    """Calls as people and programs do."""

    api: httpx.AsyncClient
    key: OKPKey
    tenant: str

    def elsewhere(self) -> "World":
        """The same function for another tenant."""
        return replace(self, tenant=f"shop-{uuid.uuid4().hex[:12]}")

    async def send(
        self, method: str, path: str, body: Any = None, *, by: str = "ada", **claims: Any
    ) -> httpx.Response:
        roles, scopes = claims.pop("roles", ("developer",)), claims.pop("scopes", SCOPES)
        headers = authorization(self.key, by, self.tenant, scopes, roles, **claims)
        headers["Idempotency-Key"] = uuid.uuid4().hex
        more = {} if body is None else {"json": body}
        return await self.api.request(method, path, headers=headers, **more)

    async def sent(self, method: str, path: str, body: Any = None, **claims: Any) -> Any:
        answer = await self.send(method, path, body, **claims)
        assert answer.is_success, answer.text
        return answer.json()


@pytest.fixture(scope="module")
async def topic(cloud: Cloud) -> Mailbox:
    """What the function publishes, of every tenant."""
    return await cloud.mailbox("usage")


@pytest.fixture
async def world(
    cloud: Cloud, topic: Mailbox, database: str, issuing_key: OKPKey
) -> AsyncIterator[World]:
    """A tenant nobody else has."""
    cloud.mend()
    published.forget()
    transport = httpx.ASGITransport(app=create_api(function="usage", router=ROUTER, run=RUN))
    async with httpx.AsyncClient(transport=transport, base_url="http://usage") as client:
        yield World(client, issuing_key, f"shop-{uuid.uuid4().hex[:12]}")
