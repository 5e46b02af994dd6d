"""A byte pipe in front of the Firestore emulator, so that Firestore can fail when asked to."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import grpc.aio

from emulators.faults import Fault
from emulators.grpc_relay import UNLIMITED, relay_stream, start_server
from emulators.ports import HOST

_GOODBYE_SECONDS = 5.0


class FirestoreFront:
    """Pipes every connection to the emulator. While `unavailable` is armed, open connections are
    dropped (calls in flight fail too, as in a real outage) and new ones reach a server that answers
    UNAVAILABLE, until as many calls as were asked for were refused there. A `delay` holds
    the next bytes of any connection."""

    def __init__(self, emulator_port: int) -> None:
        self._emulator_port = emulator_port
        self._pipes: set[_Pipe] = set()
        self._outage = _Outage(emulator_port)
        self._delays: list[float] = []
        self._server: asyncio.Server | None = None
        self.address = ""

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Pipe(self), HOST, 0)
        self.address = f"{HOST}:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self._drop()
        await self._outage.close()

    async def arm(self, fault: Fault, count: int) -> None:
        """Makes the next `count` calls (for a delay: packets) suffer the fault."""
        if fault.kind == "delay":
            self._delays.extend([fault.seconds] * count)
        else:
            await self._outage.begin(count)
            self._drop()

    def clear(self) -> None:
        self._delays.clear()
        self._outage.end()

    def port(self) -> int:
        """Where a new connection goes now."""
        return self._outage.port if self._outage.left else self._emulator_port

    def take_delay(self) -> float:
        return self._delays.pop() if self._delays else 0.0

    def opened(self, pipe: "_Pipe") -> None:
        self._pipes.add(pipe)

    def closed(self, pipe: "_Pipe") -> None:
        self._pipes.discard(pipe)

    def _drop(self) -> None:
        for pipe in list(self._pipes):
            pipe.drop()


class _Outage(grpc.GenericRpcHandler):
    """A gRPC server on which the next `left` calls, of whatever method, are UNAVAILABLE."""

    def __init__(self, emulator_port: int) -> None:
        self.left = 0
        self.port = 0
        self._emulator = f"{HOST}:{emulator_port}"
        self._server: grpc.aio.Server | None = None
        self._leaving: set[asyncio.Task[None]] = set()

    async def begin(self, count: int) -> None:
        self.left += count
        if self._server is None:
            self._server, self.port = await start_server(self)

    def end(self) -> None:
        """Says goodbye to every connection: calls under way are answered, later ones are made over
        a new connection without their caller noticing."""
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
            if not self.left:  # It slipped in between the last refusal and the goodbye.
                async with grpc.aio.insecure_channel(self._emulator, UNLIMITED) as channel:
                    async for answer in relay_stream(channel, method, requests, context):
                        yield answer
                return
            self.left -= 1
            if not self.left:
                self.end()
            await context.abort(grpc.StatusCode.UNAVAILABLE, "Firestore is unavailable (injected)")

        return grpc.stream_stream_rpc_method_handler(refuse)


class _Pipe(asyncio.Protocol):
    """The client's end of one connection."""

    def __init__(self, front: FirestoreFront) -> None:
        self._front = front
        self._client: Any = None
        self._far: _FarEnd | None = None
        self._connecting: asyncio.Task[None] | None = None

    def connection_made(self, transport: Any) -> None:
        self._client = transport
        self._client.pause_reading()
        self._front.opened(self)
        self._connecting = asyncio.get_running_loop().create_task(self._connect())

    def data_received(self, data: bytes) -> None:
        delay = self._front.take_delay()
        assert self._far is not None
        if delay:
            self._client.pause_reading()
            asyncio.get_running_loop().call_later(delay, self._late, data)
        else:
            self._far.transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.drop()

    def pause_writing(self) -> None:
        if self._far is not None:
            self._far.transport.pause_reading()

    def resume_writing(self) -> None:
        if self._far is not None:
            self._far.transport.resume_reading()

    def drop(self) -> None:
        """Breaks both ends."""
        self._front.closed(self)
        if self._connecting is not None:
            self._connecting.cancel()
        for transport in (self._client, self._far.transport if self._far else None):
            if transport is not None and not transport.is_closing():
                transport.abort()

    def _late(self, data: bytes) -> None:
        if self._far is not None and not self._client.is_closing():
            self._far.transport.write(data)
            self._client.resume_reading()

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            _, self._far = await loop.create_connection(
                lambda: _FarEnd(self, self._client), HOST, self._front.port()
            )
        except OSError:
            self._client.abort()
            return
        self._client.resume_reading()


class _FarEnd(asyncio.Protocol):
    """The emulator's end of one connection."""

    def __init__(self, pipe: _Pipe, client: Any) -> None:
        self._pipe = pipe
        self._client = client
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._client.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._pipe.drop()

    def pause_writing(self) -> None:
        self._client.pause_reading()

    def resume_writing(self) -> None:
        self._client.resume_reading()
