"""A client so light that it never is what a figure measures: HTTP/1.1 over kept connections."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = b"content-length:"


@dataclass(frozen=True)
class Reply:
    """A whole answer."""

    status: int
    head: bytes
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Refused(Exception):
    """An answer that no figure counts."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"{reply.status}: {reply.body.decode()}")


def expected(reply: Reply, status: int) -> Reply:
    """The answer itself. Raises Refused for any other status."""
    if reply.status != status:
        raise Refused(reply)
    return reply


class Connections:
    """Connections to one server, as many as there are requests in flight; a closed one is opened
    again, and a request whose answer had not begun is sent once more."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname is not None
        assert parts.port is not None
        self._host, self._port = parts.hostname, parts.port
        self._free: list[_Connection] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for connection in self._free:
            connection.close()

    async def send(
        self,
        method: str,
        target: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Reply:
        """The answer, whatever it is. Raises OSError where nobody listens."""
        request = written(method, target, f"{self._host}:{self._port}", headers or {}, body)
        while True:
            reused = bool(self._free)
            connection = self._free.pop() if reused else await self._open()
            try:
                reply = await connection.ask(request)
            except ConnectionError:
                if reused:
                    continue
                raise
            self._free.append(connection)
            return reply

    async def _open(self) -> "_Connection":
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(_Connection, self._host, self._port)
        return connection


def written(method: str, target: str, host: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """The bytes of one request."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + _END_OF_HEAD + body


class _Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self._transport: Any = None
        self._received = b""
        self._waiting: asyncio.Future[Reply] | None = None

    async def ask(self, request: bytes) -> Reply:
        if self._transport.is_closing():
            raise ConnectionResetError
        self._received = b""
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        self._transport.close()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        reply = read(self._received)
        if reply is not None and self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(reply)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionResetError())


def read(received: bytes) -> Reply | None:
    """The answer in the bytes so far, once it is whole. Servers of ours always say its length."""
    head, end, rest = received.partition(_END_OF_HEAD)
    if not end:
        return None
    status = int(head[9:12])
    lowered = head.lower()
    at = lowered.find(_LENGTH)
    length = 0
    if at >= 0:
        stop = lowered.find(b"\r\n", at)
        length = int(lowered[at + len(_LENGTH) : stop if stop >= 0 else None])
    if len(rest) < length:
        return None
    return Reply(status, head, rest[:length])
