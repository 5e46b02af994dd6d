"""A byte pipe in front of the Firestore emulator, in which Firestore can be made to fail."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import grpc.aio

from emulators.faults import Fault
from emulators.grpc_server import UNLIMITED, relay_stream, serve
from emulators.ports import HOST, port_of

_GOODBYE_SECONDS = 5.0


class FirestoreFront:
    """Pipes every connection to the emulator. While `unavailable` is armed, open connections are
    dropped (calls in flight fail too, as in a real outage) and new ones reach a server that answers
    UNAVAILABLE, until it has refused the requested number of calls. A `delay` holds the next bytes
    of any connection."""

    def __init__(self, emulator_port: int) -> None:
        self._emulator_port = emulator_port
        self.pipes: set[_ClientEnd] = set()
        self._outage = _Outage(emulator_port)
        self._delays: list[float] = []
        self._server: asyncio.Server | None = None
        self.address = ""

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _ClientEnd(self), HOST, 0)
        self.address = f"{HOST}:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self._drop()
        await self._outage.close()

    async def arm(self, fault: Fault, count: int) -> None:
        """Lets the next `count` calls (for a delay: packets) suffer the fault."""
        if fault.kind == "delay":
            self._delays.extend([fault.seconds] * count)
        else:
            await self._outage.begin(count)
            self._drop()

    def clear(self) -> None:
        self._delays.clear()
        self._outage.end()

    def port(self) -> int:
        """The target of a new connection."""
        return self._outage.port if self._outage.left else self._emulator_port

    def take_delay(self) -> float:
        return self._delays.pop() if self._delays else 0.0

    def _drop(self) -> None:
        for pipe in list(self.pipes):
            pipe.drop()


class _Outage(grpc.GenericRpcHandler):
    """A gRPC server that answers UNAVAILABLE to the next `left` calls of any method."""

    def __init__(self, emulator_port: int) -> None:
        self.left = 0
        self.port = 0
        self._emulator = f"{HOST}:{emulator_port}"
        self._server: grpc.aio.Server | None = None
        self._leaving: set[asyncio.Task[None]] = set()

    async def begin(self, count: int) -> None:
        self.left += count
        if self._server is None:
            self._server, address = await serve(self)
            self.port = port_of(address)

    def end(self) -> None:
        """Closes every connection gracefully: calls under way are answered, and clients make later
        calls over a new connection."""
        self.left = 0
        server, self._server = self._server, None
        if server is not None:
            leaving = asyncio.create_task(server.stop(grace=_GOODBYE_SECONDS))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)

    async def close(self) -> None:
        self.end()
        await asyncio.gather(*self._leaving)

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        method = handler_call_details.method

        async def refuse(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
            if not self.left:  # It arrived between the last refusal and the close.
                async with grpc.aio.insecure_channel(self._emulator, UNLIMITED) as channel:
                    async for answer in relay_stream(channel, method, requests, context):
                        yield answer
                return
            self.left -= 1
            if not self.left:
                self.end()
            await context.abort(grpc.StatusCode.UNAVAILABLE, "Firestore is unavailable (injected)")

        return grpc.stream_stream_rpc_method_handler(refuse)


class _End(asyncio.Protocol):
    """One end of a piped connection; its peer sends what it receives."""

    def __init__(self, peer: "_End | None" = None) -> None:
        self.transport: Any = None
        self.peer = peer

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        assert self.peer is not None
        self.peer.transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.drop()

    # Pauses this end while its peer cannot send as fast.
    def pause_writing(self) -> None:
        if self.peer is not None:
            self.peer.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.peer is not None:
            self.peer.transport.resume_reading()

    def drop(self) -> None:
        """Aborts both ends."""
        for end in (self, self.peer):
            if end is not None and end.transport is not None and not end.transport.is_closing():
                end.transport.abort()


class _ClientEnd(_End):
    """Opens the other end once a client has connected, and applies the delays."""

    def __init__(self, front: FirestoreFront) -> None:
        super().__init__()
        self._front = front
        self._connecting: asyncio.Task[None] | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        transport.pause_reading()
        self._front.pipes.add(self)
        self._connecting = asyncio.get_running_loop().create_task(self._connect())

    def data_received(self, data: bytes) -> None:
        delay = self._front.take_delay()
        if delay:
            self.transport.pause_reading()
            asyncio.get_running_loop().call_later(delay, self._late, data)
        else:
            super().data_received(data)

    def drop(self) -> None:
        self._front.pipes.discard(self)
        if self._connecting is not None:
            self._connecting.cancel()
        super().drop()

    def _late(self, data: bytes) -> None:
        if not self.transport.is_closing():
            super().data_received(data)
            self.transport.resume_reading()

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            _, self.peer = await loop.create_connection(
                lambda: _End(self), HOST, self._front.port()
            )
        except OSError:
            self.transport.abort()
            return
        self.transport.resume_reading()
