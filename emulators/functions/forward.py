"""Forwards one request over HTTP to a function's process."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from contextvars import ContextVar
from types import SimpleNamespace

import aiohttp
from yarl import URL

from emulators.gateway.messages import Answer, Call, passed_on

# Below gunicorn's two seconds, so that a connection is rarely used while it is being closed.
_KEEP_ALIVE_SECONDS = 1.5
_REUSED: ContextVar[bool] = ContextVar("connection_reused", default=False)
_EVENTS = "text/event-stream"
_SET_BY_US_ONLY = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


class ClosedWhileIdle(Exception):
    """A kept connection was closed before any byte of an answer: the request never arrived."""


def open_session() -> aiohttp.ClientSession:
    """A client that forwards messages unchanged: no redirects, decoding, cookies or defaults."""
    trace = aiohttp.TraceConfig()
    trace.on_connection_reuseconn.append(_note_reuse)
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEP_ALIVE_SECONDS),
        timeout=aiohttp.ClientTimeout(total=None),
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=_SET_BY_US_ONLY,
        trace_configs=[trace],
    )


async def forward(http: aiohttp.ClientSession, base: str, call: Call) -> Answer:
    """The answer of the server at `base`; of a stream of events its beginning, and the events as
    they come. Raises ClosedWhileIdle when the same call may safely be repeated,
    aiohttp.ClientError otherwise."""
    _REUSED.set(False)
    try:
        async with AsyncExitStack() as stack:
            asking = http.request(
                call.method,
                URL(base + call.target, encoded=True),
                headers=list(call.headers),
                data=call.body or None,
                allow_redirects=False,
            )
            response = await stack.enter_async_context(asking)
            headers = passed_on(response.headers.items())
            if call.method == "HEAD" and "Content-Length" in response.headers:
                headers = (*headers, ("Content-Length", response.headers["Content-Length"]))
            if response.content_type == _EVENTS and call.method != "HEAD":
                # Leaving it before its end closes the connection.
                parts = _parts(response, stack.pop_all())
                return Answer(response.status, headers, b"", parts)
            return Answer(response.status, headers, await response.read())
    except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
        if _REUSED.get():
            raise ClosedWhileIdle from error
        raise


async def _parts(
    response: aiohttp.ClientResponse, open: AsyncExitStack
) -> AsyncGenerator[bytes, None]:
    async with open:
        async for part in response.content.iter_any():
            yield part


async def _note_reuse(
    _session: aiohttp.ClientSession,
    _context: SimpleNamespace,
    _params: aiohttp.TraceConnectionReuseconnParams,
) -> None:
    _REUSED.set(True)
