"""The client whose answers are awaited."""

from __future__ import annotations

import asyncio
import random
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from .calls import Call
from .client import Kept
from .credentials import Credential, Fixed
from .exchange import Outcome, address, is_refused_token, pause, read, sent
from .generated.clients import AsyncResources
from .retrying import Retries

T = TypeVar("T")


class AsyncAssent(AsyncResources):
    """A client of one platform, with the rights of one key, for one event loop. Calls are as those
    of `Assent`, awaited; lists are iterated with `async for`."""

    def __init__(
        self,
        url: str,
        key: str | Credential,
        *,
        timeout: float = 60.0,
        retries: Retries | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.url = address(url)
        self._credential = Fixed(key) if isinstance(key, str) else key
        self._retries = retries or Retries()
        self._kept = Kept()
        self._http = httpx.AsyncClient(base_url=self.url, timeout=timeout, transport=transport)

    async def send(self, call: Call[T]) -> T:
        """The answer of a call, which may be one that this version has no method for."""
        attempt, renewed = 0, False
        while True:
            token = await asyncio.to_thread(self._credential.token)
            etag, known = self._kept.find(call, token)
            outcome = await self._outcome(sent(call, token, etag))
            if isinstance(outcome, httpx.Response) and outcome.status_code == 304:
                return known  # type: ignore[no-any-return]
            if is_refused_token(outcome) and not renewed:
                renewed = True
                if await asyncio.to_thread(self._credential.renew, token):
                    continue
            wait = pause(call, attempt, outcome, self._retries, random.random())  # noqa: S311
            if wait is None:
                break
            await asyncio.sleep(wait)
            attempt += 1
        answer = read(call, outcome)
        self._kept.keep(call, token, outcome, answer)
        return answer

    async def _outcome(self, arguments: dict[str, Any]) -> Outcome:
        try:
            return await self._http.request(**arguments)
        except httpx.TransportError as error:
            return error

    async def close(self) -> None:
        """Closes its connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()
