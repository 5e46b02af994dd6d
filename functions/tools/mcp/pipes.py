"""The protocol over the standard input and output of a process, a message on each line.

The library's own transport keeps a line in memory however long it grows.

Importing this loads the library; callers import it where they call."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import ClassVar

import anyio
import mcp_types as types
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage

Read = MemoryObjectReceiveStream[SessionMessage | Exception]
Write = MemoryObjectSendStream[SessionMessage]


class Pipes:
    """The two pipes of a process; `broken` is called once nobody can speak to it any more."""

    LONGEST_LINE: ClassVar[int] = 512 * 1024

    def __init__(self, process: asyncio.subprocess.Process, broken: Callable[[], None]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.input, self.output, self.broken = process.stdin, process.stdout, broken

    async def receive(self, read: MemoryObjectSendStream[SessionMessage | Exception]) -> None:
        """Hands on what the process says, until it says what is too long, or nothing more."""
        async with read:
            try:
                while line := await self.output.readuntil(b"\n"):
                    try:
                        message = types.jsonrpc_message_adapter.validate_json(line, by_name=False)
                    except ValueError:
                        # Some servers print other lines too.
                        continue
                    await read.send(SessionMessage(message))
            except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
                return
            finally:
                self.broken()

    async def send(self, write: MemoryObjectReceiveStream[SessionMessage]) -> None:
        """Tells the process what it is to be told."""
        async with write:
            try:
                async for said in write:
                    text = said.message.model_dump_json(by_alias=True, exclude_unset=True)
                    self.input.write(f"{text}\n".encode())
                    await self.input.drain()
            except OSError:
                self.broken()


@asynccontextmanager
async def speaking(pipes: Pipes) -> AsyncIterator[tuple[Read, Write]]:
    """Both directions, until the block ends."""
    read_end, read = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    write, write_end = anyio.create_memory_object_stream[SessionMessage](0)
    async with read, write, anyio.create_task_group() as group:
        group.start_soon(pipes.receive, read_end)
        group.start_soon(pipes.send, write_end)
        try:
            yield read, write
        finally:
            group.cancel_scope.cancel()
            pipes.input.close()
