"""Both ends of a connection that a wire passes on."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import grpc

from tests.shared import http2
from tests.shared.http2 import (
    DATA,
    HEADERS,
    PREFACE,
    RST_STREAM,
    SETTINGS,
    WINDOW_UPDATE,
    Frame,
    Frames,
)

if TYPE_CHECKING:
    from tests.shared.wire import Rule, Wire


@dataclass
class _Call:
    """One call, as long as it lasts. What is held of a side is not passed on."""

    method: str
    number: int
    before: "Sequence[Rule]" = ()
    # Of the client's side: all, or the message alone, until it is time.
    is_kept: bool = False
    is_late: bool = False
    late: list[bytes] = field(default_factory=list)
    # Of the service's side, where something happens after its answer.
    after: list[Frame] | None = None
    is_answered: bool = False


class _End(asyncio.Protocol):
    """One end; what it passes on goes out at its peer."""

    def __init__(self, frames: Frames) -> None:
        self.transport: Any = None
        self.peer: _End | None = None
        self._frames = frames

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        assert self.peer is not None
        before, frames = self._frames.take(data)
        passed = [before] if before else []
        for frame in frames:
            if frame.stream:
                if self.passes(frame):
                    passed.append(frame.raw)
            elif frame.kind == SETTINGS:
                passed.append(http2.without_table(frame))
            else:
                passed.append(frame.raw)
        if passed:
            self.peer.write(b"".join(passed))

    def passes(self, frame: Frame) -> bool:
        """Whether the frame of a call is passed on now."""
        raise NotImplementedError

    def write(self, data: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(data)

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


class ClientEnd(_End):
    """What a client connects to; it opens the other end."""

    def __init__(self, wire: "Wire") -> None:
        super().__init__(Frames(skipped=len(PREFACE)))
        self.calls: dict[int, _Call] = {}
        self._wire = wire
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wire.ends.add(self)
        transport.pause_reading()
        self.begin(self._connect())

    def connection_lost(self, exc: Exception | None) -> None:
        self._wire.ends.discard(self)
        for task in self._tasks:
            task.cancel()
        super().connection_lost(exc)

    def begin(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connect(self) -> None:
        host, port = self._wire.upstream.split(":")
        loop = asyncio.get_running_loop()
        try:
            _, self.peer = await loop.create_connection(lambda: _ServiceEnd(self), host, int(port))
        except OSError:
            self.transport.abort()
            return
        self.transport.resume_reading()

    def passes(self, frame: Frame) -> bool:
        call = self.calls.get(frame.stream)
        if call is None:
            return frame.kind != HEADERS or self._begins(frame)
        if frame.kind == RST_STREAM:
            del self.calls[frame.stream]
            return not call.is_kept
        if call.is_kept:
            if frame.kind == DATA and frame.payload:
                self.write(http2.room(0, len(frame.payload)))
            if frame.ends and not self._wire.hangs(call.method):
                self.begin(self._before(frame.stream, call))
            return False
        if call.is_late and frame.kind == DATA:
            call.late.append(frame.raw)
            return False
        return True

    def _begins(self, headers: Frame) -> bool:
        method = http2.method_of(headers)
        call = _Call(method, self._wire.note(method))
        self.calls[headers.stream] = call
        call.before = self._wire.met(method, "before", call.number)
        if not call.before and not self._wire.hangs(method):
            return True
        call.is_late = all(isinstance(rule.act, float) for rule in call.before)
        call.is_kept = not call.is_late or self._wire.hangs(method)
        if call.is_late and not call.is_kept:
            # Nobody may begin a stream behind a later one, so its headers are in time.
            self.begin(self._before(headers.stream, call))
        return not call.is_kept

    async def _before(self, stream: int, call: _Call) -> None:
        """What happens to a call that does not reach the service, or reaches it later."""
        await self.meet(stream, call.before)
        if call.is_late and self.peer is not None and self.calls.get(stream) is call:
            self.peer.write(b"".join(call.late))
            call.is_late = False

    async def meet(self, stream: int, rules: "Sequence[Rule]") -> None:
        """Does what the rules say, until one of them has ended the call."""
        for rule in rules:
            if isinstance(rule.act, float):
                await asyncio.sleep(rule.act)
            elif isinstance(rule.act, grpc.StatusCode):
                if self.calls.pop(stream, None) is not None:
                    self.write(http2.refusal(stream, rule.act, "the wire is cut"))
                return
            elif self._wire.take(rule):
                rule.act()
                return

    def note_after(self, call: _Call) -> "Sequence[Rule]":
        """What happens once the service has answered the call."""
        return self._wire.met(call.method, "after", call.number)


class _ServiceEnd(_End):
    """What is connected to the service."""

    def __init__(self, client: ClientEnd) -> None:
        super().__init__(Frames())
        self.client: ClientEnd = client
        self.peer = client

    def passes(self, frame: Frame) -> bool:
        call = self.client.calls.get(frame.stream)
        if call is None or frame.kind == WINDOW_UPDATE:
            return True
        if call.after is None and frame.kind == HEADERS and self.client.note_after(call):
            call.after = []
        if call.after is None:
            if frame.ends:
                del self.client.calls[frame.stream]
            return True
        if call.is_answered:
            return False
        call.after.append(frame)
        if frame.kind == DATA and frame.payload:
            size = len(frame.payload)
            self.write(http2.room(0, size) + http2.room(frame.stream, size))
        if frame.ends:
            call.is_answered = True
            self._answered(frame.stream, call, call.after)
        return False

    def _answered(self, stream: int, call: _Call, frames: Sequence[Frame]) -> None:
        if any(frame.kind == DATA for frame in frames):
            self.client.begin(self.client.meet(stream, self.client.note_after(call)))
            return
        # The service refused the call itself.
        del self.client.calls[stream]
        self.client.write(b"".join(frame.raw for frame in frames))
