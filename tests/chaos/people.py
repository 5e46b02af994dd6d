"""Careful callers: who hears nothing, or "later", makes the same call again with the same id."""

import asyncio
import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

LATER = frozenset({429, 500, 502, 503, 504})
SCOPES = (
    *("agents:read", "agents:write", "approvals:read", "approvals:write"),
    *("governance:read", "governance:write", "veto:execute"),
)
_TEN_YEARS = 10 * 365 * 86400
_SHORT_PATIENCE_SECONDS = 0.4
_PATIENCE_SECONDS = 45.0


@dataclass(frozen=True)
class Said:
    """The last answer to one call, which is never "later"."""

    tenant: str
    principal: str
    method: str
    path: str
    body: Any
    status: int
    answer: Any

    @property
    def code(self) -> str:
        """What a refusal calls itself."""
        return str(self.answer.get("code", ""))


@dataclass
class Diary:
    """Everything that was said to anybody, for the checker. `internal` are the answers 500, which
    no fault excuses."""

    said: list[Said] = field(default_factory=list)
    internal: list[str] = field(default_factory=list)
    repeated: int = 0


class Person:
    """One principal of one tenant, on a bad line."""

    def __init__(
        self, http: httpx.AsyncClient, diary: Diary, *, tenant: str, principal: str, role: str
    ) -> None:
        self._http = http
        self._diary = diary
        self._dice = random.Random(f"{tenant} {principal}")
        self._token: asyncio.Task[str] | None = None
        self.tenant = tenant
        self.principal = principal
        self._role = role

    def new_uuid(self) -> str:
        """The same in every run with the same seed."""
        return str(uuid.UUID(int=self._dice.getrandbits(128), version=4))

    async def get(self, path: str, **query: Any) -> Any:
        """What is there, or a problem."""
        return (await self._until_answered("GET", path, {"params": query})).answer

    async def post(
        self, path: str, body: Mapping[str, Any] | None = None, *, key: str | None = None
    ) -> Said:
        """The answer to a command, which is the same command however often it is sent."""
        headers = {"Idempotency-Key": key or self.new_uuid()}
        said = await self._until_answered("POST", path, {"json": body, "headers": headers})
        self._diary.said.append(said)
        return said

    async def _until_answered(self, method: str, path: str, request: dict[str, Any]) -> Said:
        headers = {"Authorization": f"Bearer {await self._signed_in()}"}
        sent = {**request, "headers": {**headers, **request.get("headers", {})}}
        while True:
            # Now and then somebody gives up early and sends again what may still be under way.
            hasty = method == "POST" and self._dice.random() < 0.1
            timeout = _SHORT_PATIENCE_SECONDS if hasty else _PATIENCE_SECONDS
            try:
                answer = await self._http.request(method, path, timeout=timeout, **sent)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code not in LATER:
                body = request.get("json")
                content = answer.json() if answer.content else {}
                status = answer.status_code
                return Said(self.tenant, self.principal, method, path, body, status, content)
            if answer is not None and answer.status_code == 500:
                self._diary.internal.append(f"{method} {path}: {answer.text}")
            self._diary.repeated += 1
            await asyncio.sleep(self._dice.uniform(0.1, 0.6))

    async def _signed_in(self) -> str:
        if self._token is None:
            self._token = asyncio.create_task(self._sign_in())
        return await asyncio.shield(self._token)

    async def _sign_in(self) -> str:
        wanted = {
            "principal": self.principal,
            "tenant": self.tenant,
            "scopes": SCOPES,
            "roles": [self._role],
            "expires_in": _TEN_YEARS,
        }
        answer = await self._http.post("/_platform/token", json=wanted, timeout=_PATIENCE_SECONDS)
        token: str = answer.raise_for_status().json()["access_token"]
        return token
