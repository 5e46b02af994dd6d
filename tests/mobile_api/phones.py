"""A phone: the API as one person sees it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import OKPKey
from starlette.types import ASGIApp

from mobile_api.api import ROUTER
from shared.runtime.app import create_api

ISSUER = "https://issuer.test"
AUDIENCE = "assent"
SCOPES = ("governance:read", "governance:write", "veto:execute")


@cache
def app_under_test() -> ASGIApp:
    return create_api(function="mobile-api", router=ROUTER)


@dataclass(frozen=True)
class Phone:
    """Calls with a token of its own for each."""

    client: httpx.AsyncClient
    key: OKPKey
    tenant: str
    expires_at: int
    principal: str = "gala"
    scopes: Sequence[str] = SCOPES

    def with_scopes(self, *scopes: str) -> "Phone":
        return replace(self, scopes=scopes)

    def of(self, principal: str) -> "Phone":
        return replace(self, principal=principal)

    def at(self, tenant: str) -> "Phone":
        return replace(self, tenant=tenant)

    @property
    def token(self) -> str:
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": self.principal,
            "tenant": self.tenant,
            "scope": " ".join(self.scopes),
            "roles": ["governor"],
            "exp": self.expires_at,
        }
        header = {"alg": "Ed25519", "kid": self.key.kid, "typ": "at+jwt"}
        return jwt.encode(header, claims, self.key, ["Ed25519"])

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(f"/v1/mobile{path}", headers=self._headers(headers))

    async def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes) else None
        return await self.client.post(
            f"/v1/mobile{path}",
            headers=self._headers(headers),
            content=content,
            json=None if content is not None else body,
        )

    async def delete(self, path: str) -> httpx.Response:
        return await self.client.delete(f"/v1/mobile{path}", headers=self._headers({}))

    def _headers(self, others: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in others.items()}
        return {"Authorization": f"Bearer {self.token}", **named}
