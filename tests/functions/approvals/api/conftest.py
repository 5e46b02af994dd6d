"""The core API of approvals as one ASGI app, and programs that call it."""

import json
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from joserfc.jwk import OKPKey

from functions.approvals.api import ROUTER, RUN
from shared.kit.signing import public_key_set
from shared.runtime import auth
from shared.runtime.app import create_api
from shared.runtime.settings import runtime_settings
from tests.bearers import ISSUER, authorization
from tests.shared.cloud import Cloud

SCOPES = ("approvals:read", "approvals:write")


@dataclass(frozen=True)
class Program:
    """Calls with a token of its own for each."""

    client: httpx.AsyncClient
    key: OKPKey
    tenant: str
    principal: str = "amira"
    scopes: Sequence[str] = SCOPES
    roles: Sequence[str] = ()

    def of(self, principal: str, *roles: str) -> "Program":
        return replace(self, principal=principal, roles=roles)

    def at(self, tenant: str) -> "Program":
        return replace(self, tenant=tenant)

    def with_scopes(self, *scopes: str) -> "Program":
        return replace(self, scopes=scopes)

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.client.get(path, params=query, headers=self._headers())

    async def put(self, path: str, body: Any) -> httpx.Response:
        return await self.client.put(path, json=body, headers=self._headers())

    async def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.client.post(path, content=content, headers={**self._headers(), **named})

    def _headers(self) -> dict[str, str]:
        signed = authorization(self.key, self.principal, self.tenant, self.scopes, self.roles)
        return {**signed, "Content-Type": "application/json"}


@pytest.fixture(scope="module")
async def issuing_key(
    cloud: Cloud, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[OKPKey]:
    key = OKPKey.generate_key("Ed25519", {"kid": "test"})
    keys = tmp_path_factory.mktemp("issuer") / "jwks.json"
    keys.write_text(json.dumps(public_key_set(key)))
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {
            "ASSENT_ISSUER": ISSUER,
            "ASSENT_AUDIENCE": "assent",
            "ASSENT_JWKS_URL": keys.as_uri(),
        }.items():
            environment.setenv(name, value)
        _forget_issuer()
        yield key
        _forget_issuer()


def _forget_issuer() -> None:
    # Both are remembered per process, where a real process has one issuer only.
    runtime_settings.cache_clear()
    auth._verifiers.forget()


@pytest.fixture
async def program(cloud: Cloud, mailbox: object, issuing_key: OKPKey) -> AsyncIterator[Program]:
    """A program that may ask and read, in a tenant of its own."""
    cloud.mend()
    app = create_api(function="approvals", router=ROUTER, run=RUN)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://approvals") as client:
        yield Program(client, issuing_key, f"clinic-{uuid.uuid4().hex[:12]}")
