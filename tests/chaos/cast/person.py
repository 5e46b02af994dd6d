"""Careful callers: who hears nothing, or "later", makes the same call again with the same id."""

import asyncio
import random
import uuid
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import httpx

from tests.chaos.cast.diary import Diary, Said

LATER = frozenset({429, 500, 502, 503, 504})
PHONE, TABLET = "phone", "tablet"
SCOPES = (
    *("agents:read", "agents:write", "approvals:read", "approvals:write"),
    *("governance:read", "governance:write", "veto:execute"),
)
_TEN_YEARS = 10 * 365 * 86400
_SHORT_PATIENCE_SECONDS = 0.4
_PATIENCE_SECONDS = 45.0
_HASTE = 0.1
_SECOND_THOUGHTS = 0.25
_LONGEST_PAUSE_SECONDS = 4.0


class Person:
    """One principal of one tenant with two devices, each on a bad line."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        diary: Diary,
        *,
        tenant: str,
        principal: str,
        role: str,
        scopes: tuple[str, ...] = SCOPES,
    ) -> None:
        self._http = http
        self._diary = diary
        self._dice = random.Random(f"{tenant} {principal}")
        self._token: asyncio.Task[str] | None = None
        self.tenant = tenant
        self.principal = principal
        self._role = role
        self._scopes = scopes

    def new_uuid(self) -> str:
        """From the same sequence in every run with the same seed."""
        return str(uuid.UUID(int=self._dice.getrandbits(128), version=4))

    async def get(self, path: str, **query: Any) -> Any:
        """What is there, or a problem."""
        request = {"params": query}
        return (await self._until_answered(PHONE, "GET", path, "", request)).answer

    async def post(
        self, path: str, body: Mapping[str, Any] | None = None, *, key: str | None = None
    ) -> Said:
        """The answer to a command, which is the same command however often it is sent. Now and then
        both devices send it."""
        key = key or self.new_uuid()
        request = {"json": body, "headers": {"Idempotency-Key": key}}
        twice = self._dice.random() < _SECOND_THOUGHTS
        return await self._from(twice, path, key, request)

    async def decide(self, path: str, body: Mapping[str, Any]) -> Said:
        """The answer the phone got to a decision, which is sent from both devices."""
        return await self._from(True, path, body["client_decision_id"], {"json": body})

    async def synchronise(self, queue: list[dict[str, Any]]) -> Said:
        """The answer the phone got to a queue of decisions, which both devices sent."""
        request = {"json": {"decisions": queue}}
        return await self._from(True, "/v1/mobile/sync", "", request)

    async def _from(self, both: bool, path: str, key: str, request: dict[str, Any]) -> Said:
        devices = (PHONE, TABLET) if both else (PHONE,)
        calls = (self._until_answered(device, "POST", path, key, request) for device in devices)
        said = await asyncio.gather(*calls)
        for each in said:
            self._diary.heard(each)
        return said[0]

    async def _until_answered(
        self, device: str, method: str, path: str, key: str, request: dict[str, Any]
    ) -> Said:
        if device == TABLET:
            await asyncio.sleep(self._dice.uniform(0, 0.5))
        headers = {"Authorization": f"Bearer {await self._signed_in()}"}
        sent = {**request, "headers": {**headers, **request.get("headers", {})}}
        pause = 0.3
        while True:
            # Now and then somebody gives up early and sends again what may still be under way.
            hasty = method == "POST" and self._dice.random() < _HASTE
            timeout = _SHORT_PATIENCE_SECONDS if hasty else _PATIENCE_SECONDS
            try:
                answer = await self._http.request(method, path, timeout=timeout, **sent)
            except httpx.TransportError as silence:
                self._diary.later[type(silence).__name__] += 1
            else:
                content = answer.json() if answer.content else {}
                if answer.status_code not in LATER:
                    who = (self.tenant, self.principal, device)
                    told = (answer.status_code, content)
                    return Said(*who, method, path, key, request.get("json"), *told)
                self._put_off(answer)
            await asyncio.sleep(self._dice.uniform(pause / 2, pause * 1.5))
            pause = min(_LONGEST_PAUSE_SECONDS, pause * 1.5)

    def _put_off(self, answer: httpx.Response) -> None:
        self._diary.later[str(answer.status_code)] += 1
        if answer.status_code == 500:
            request = answer.request
            self._diary.internal.append(f"{request.method} {request.url.path}: {answer.text}")

    async def _signed_in(self) -> str:
        if self._token is None:
            self._token = asyncio.create_task(self._sign_in())
        return await asyncio.shield(self._token)

    async def _sign_in(self) -> str:
        wanted = {
            "principal": self.principal,
            "tenant": self.tenant,
            "scopes": self._scopes,
            "roles": [self._role],
            "expires_in": _TEN_YEARS,
        }
        while True:
            with suppress(httpx.TransportError):
                answer = await self._http.post("/_platform/token", json=wanted)
                if answer.status_code not in LATER:
                    break
            await asyncio.sleep(1.0)
        token: str = answer.raise_for_status().json()["access_token"]
        return token
