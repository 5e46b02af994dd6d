"""The HTTP client that the protocol's library gets for one exchange with a server.

Importing this loads the library; callers import it where they call."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from functions.tools.http.shown_credential import Shown
from shared.runtime.guarded import guarded_client

CALL = "tools/call"
# A discovery, a handshake, ten pages of tools or a call, and the end of a session: whoever makes
# us send more lets us attack others.
MOST_REQUESTS = 20


class Stopped(httpx2.StreamError):
    """The exchange goes on no further; its text says why."""


class Exchange:
    """What was sent and answered while the library reads a server, or makes one call. The address
    is the pinned one and no other; the credential is added last, to these requests only."""

    def __init__(
        self,
        url: str,
        shown: Shown,
        *,
        most_bytes: int,
        may_be_loopback: bool,
        timeout: httpx2.Timeout,
    ) -> None:
        self.url, self._most_bytes = url, most_bytes
        self._may_be_loopback, self._timeout = may_be_loopback, timeout
        self.renew(shown, {})

    def renew(self, shown: Shown, call_headers: Mapping[str, str]) -> None:
        """Nothing was sent or answered yet. A session may be used again only once the call before
        has its answer: what it still sent would be counted here."""
        self.shown, self._call_headers = shown, call_headers
        self.call_was_sent = False
        self.call_status: int | None = None
        self.last_status: int | None = None
        self.stopped: str | None = None
        self._bytes_left, self._requests = self._most_bytes, 0

    @asynccontextmanager
    async def client(self) -> AsyncIterator[httpx2.AsyncClient]:
        """The client, until the exchange ends."""
        guarded = guarded_client(may_be_loopback=self._may_be_loopback, timeout=self._timeout)
        async with guarded as client:
            client.event_hooks = {"request": [self._prepare], "response": [self._bound]}
            yield client

    async def _prepare(self, request: httpx2.Request) -> None:
        """The library follows redirects within an origin, and opens a stream for messages that
        nobody asked for: neither is wanted."""
        self._requests += 1
        if request.method == "GET":
            raise Stopped("nothing is read that was not asked for")
        if str(request.url) != self.url:
            raise self._stop("answers with a redirect, which is not followed")
        if self._requests > MOST_REQUESTS:
            raise self._stop(f"asks for more than {MOST_REQUESTS} requests")
        if _method(request) == CALL:
            request.headers.update(self._call_headers)
            request.extensions["trace"] = self._note
            request.extensions["assent_call"] = True
        request.headers.update(self.shown.headers)

    async def _bound(self, response: httpx2.Response) -> None:
        self.last_status = response.status_code
        if response.request.extensions.get("assent_call"):
            self.call_status = response.status_code
        if 300 <= response.status_code < 400:
            raise self._stop("answers with a redirect, which is not followed")
        if response.headers.get("content-encoding", "identity").strip().lower() != "identity":
            raise self._stop("compresses its answer, which was not asked for")
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = _Bounded(response.stream, self)

    def take(self, part: bytes) -> bytes:
        """A part of an answer. Raises Stopped where there is too much of them."""
        self._bytes_left -= len(part)
        if self._bytes_left < 0:
            raise self._stop(f"answers more than {self._most_bytes} bytes")
        return part

    def _stop(self, reason: str) -> Stopped:
        self.stopped = reason
        return Stopped(reason)

    async def _note(self, event: str, _: Mapping[str, Any]) -> None:
        if not event.startswith("connection."):
            self.call_was_sent = True


class _Bounded(httpx2.AsyncByteStream):
    """An answer, as far as the exchange takes it."""

    def __init__(self, stream: httpx2.AsyncByteStream, exchange: Exchange) -> None:
        self._stream, self._exchange = stream, exchange

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._stream:
            yield self._exchange.take(part)

    async def aclose(self) -> None:
        await self._stream.aclose()


def _method(request: httpx2.Request) -> str | None:
    """The method of the protocol that the request calls."""
    if not request.content:
        return None
    message = json.loads(request.content)
    return message.get("method") if isinstance(message, dict) else None
