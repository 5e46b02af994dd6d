"""A phone: the API as one person sees it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import OKPKey
from starlette.types import ASGIApp

from mobile_api.api import ROUTER, RUN
from shared.runtime.app import create_api

ISSUER = "https://issuer.test"
AUDIENCE = "assent"
SCOPES = ("governance:read", "governance:write", "veto:execute", "identity:write")


@cache
def app_under_test() -> ASGIApp:
    return create_api(function="mobile-api", router=ROUTER, run=RUN)


@dataclass(frozen=True)
class Phone:
    """Calls with a token of its own for each."""

    client: httpx.AsyncClient
    key: OKPKey
    tenant: str
    expires_at: int
    principal: str = "gala"
    scopes: Sequence[str] = SCOPES
    # When its owner signed in with a browser, and whether by passkey.
    signed_in_at: int | None = None
    by_passkey: bool = False

    def with_scopes(self, *scopes: str) -> "Phone":
        return replace(self, scopes=scopes)

    def of(self, principal: str) -> "Phone":
        return replace(self, principal=principal)

    def at(self, tenant: str) -> "Phone":
        return replace(self, tenant=tenant)

    def signed_in(self, seconds_ago: int = 0, *, by_passkey: bool = False) -> "Phone":
        at = int(time.time()) - seconds_ago
        return replace(self, signed_in_at=at, by_passkey=by_passkey)

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
            **({"auth_time": self.signed_in_at} if self.signed_in_at is not None else {}),
            **({"amr": ["pop"]} if self.by_passkey else {}),
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
