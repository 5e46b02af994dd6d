"""A process that has imported what functions share, and forks them: they start in a fraction of the
time. What it runs is `template_program`."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from emulators.directory import PlatformDirectory
from emulators.functions.environment import program_environment
from emulators.options import Options
from emulators.processes import Process, start_process

NAME = "The template of functions"
_PROGRAM = Path(__file__).with_name("template_program.py")


async def open_template(
    options: Options, directory: PlatformDirectory, exits: AsyncExitStack
) -> "Template | None":
    """The template of a platform, which `exits` closes. None where functions run in this process or
    import for themselves, and on systems other than Linux, which do not tell them that it died."""
    if options.in_process or not options.fork or sys.platform != "linux":
        return None
    template = await Template.open(options.root, directory.log("template"))
    exits.push_async_callback(template.close)
    return template


class _Forked:
    """A function that the template forked."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._has_ended = asyncio.Event()

    def end(self, code: int) -> None:
        self.returncode = code
        self._has_ended.set()

    async def wait(self) -> int:
        await self._has_ended.wait()
        assert self.returncode is not None
        return self.returncode


class Template:
    """The template of one checkout."""

    def __init__(
        self, process: Process, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._process = process
        self._reader = reader
        self._writer = writer
        self._asked = deque[asyncio.Future[_Forked | None]]()
        self._running: dict[int, _Forked] = {}
        self._is_open = True
        self._listening = asyncio.create_task(self._listen(), name="template")

    @classmethod
    async def open(cls, root: Path, log: Path) -> "Template":
        """Returns at once; it imports meanwhile. Raises PlatformError."""
        ours, its = socket.socketpair()
        with its:
            process = await start_process(
                NAME,
                [sys.executable, "-P", str(_PROGRAM), str(its.fileno())],
                log=log,
                env=program_environment(root),
                cwd=root,
                passed=(its.fileno(),),
            )
        return cls(process, *await asyncio.open_connection(sock=ours))

    async def start(
        self, name: str, arguments: Sequence[str], *, log: Path, env: Mapping[str, str], cwd: Path
    ) -> Process | None:
        """`python -m functions_framework ARGUMENTS` as a process of its own. None where this
        template cannot: it died, or the code on disk has changed since it was imported."""
        if not self._is_open:
            return None
        answer = asyncio.get_running_loop().create_future()
        self._asked.append(answer)
        self._writer.write(_order(arguments, log, env, cwd))
        forked = await answer
        return None if forked is None else Process(name, forked, log)

    async def close(self) -> None:
        """Ends it, and whatever it started and nobody stopped."""
        await self._process.kill()
        await self._listening
        self._writer.close()

    async def _listen(self) -> None:
        with suppress(ConnectionError):
            async for line in self._reader:
                self._hear(json.loads(line))
        self._is_open = False
        for answer in self._asked:
            if not answer.done():
                answer.set_result(None)
        for forked in self._running.values():
            forked.end(-signal.SIGTERM)

    def _hear(self, news: dict[str, int | None]) -> None:
        if (ended := news.get("ended")) is not None:
            code = news["code"]
            assert code is not None
            self._running.pop(ended).end(code)
            return
        pid, answer = news["started"], self._asked.popleft()
        forked = None if pid is None else _Forked(pid)
        if forked is not None:
            self._running[forked.pid] = forked
        if not answer.done():
            answer.set_result(forked)
        elif forked is not None:  # Who asked for it was cancelled meanwhile.
            with suppress(ProcessLookupError):
                os.killpg(forked.pid, signal.SIGKILL)


def _order(arguments: Sequence[str], log: Path, env: Mapping[str, str], cwd: Path) -> bytes:
    log.parent.mkdir(parents=True, exist_ok=True)
    order = {
        "arguments": list(arguments),
        "environment": dict(env),
        "log": str(log.absolute()),
        "folder": str(cwd.absolute()),
    }
    return json.dumps(order).encode() + b"\n"
