"""Child processes of the platform: each in its own process group, its output in a log file."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from emulators.failures import PlatformError, ProcessDied
from emulators.ports import HOST

_DIE_WITH_PARENT = Path(__file__).with_name("die_with_parent.py")
_LOG_END_BYTES = 6_000
_LOG_END_LINES = 30


class Child(Protocol):
    """What a process of asyncio has, too."""

    @property
    def pid(self) -> int: ...

    @property
    def returncode(self) -> int | None: ...

    async def wait(self) -> int: ...


class Process:
    """A running child. Signals go to its group, and so to its own children."""

    def __init__(self, name: str, child: Child, log: Path) -> None:
        self.name = name
        self.log = log
        self.pid = child.pid
        self._child = child
        self._ended = asyncio.create_task(child.wait(), name=f"wait:{name}")

    @property
    def running(self) -> bool:
        return self._child.returncode is None

    @property
    def returncode(self) -> int | None:
        return self._child.returncode

    async def wait(self) -> None:
        """Returns when the child has ended."""
        await asyncio.shield(self._ended)

    async def stop(self, *, grace: float, how: signal.Signals = signal.SIGTERM) -> None:
        """Ends the whole group: by `how` first, by SIGKILL after `grace` seconds."""
        _signal_group(self.pid, how)
        with suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await self.wait()
        await self.kill()

    async def kill(self) -> None:
        """Ends the whole group at once."""
        _signal_group(self.pid, signal.SIGKILL)
        await self.wait()

    def died(self) -> ProcessDied:
        """The error that names this child and quotes the end of its log."""
        return ProcessDied(self.name, self.returncode, end_of(self.log))


async def start_process(
    name: str,
    command: list[str],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user: int | None = None,
    at_parents_death: signal.Signals = signal.SIGKILL,
    passed: Sequence[int] = (),
) -> Process:
    """Starts `command` in its own process group and session, so that Ctrl-C in a terminal reaches
    only the platform; it has the open files `passed`. The caller must keep the starting thread
    alive: it is the parent that the kernel watches."""
    log.parent.mkdir(parents=True, exist_ok=True)
    launcher = [sys.executable, "-I", "-S", str(_DIE_WITH_PARENT), str(os.getpid())]
    try:
        with log.open("ab") as output:
            child = await asyncio.create_subprocess_exec(
                *launcher,
                str(int(at_parents_death)),
                str(-1 if user is None else user),
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=None if env is None else dict(env),
                cwd=cwd,
                start_new_session=True,
                pass_fds=passed,
            )
    except OSError as error:
        raise PlatformError(f"{name} could not be started: {error}") from error
    return Process(name, child, log)


async def until_ready(
    process: Process, ready: Callable[[], Awaitable[bool]], *, within: float
) -> None:
    """Returns once `ready` is true. Raises ProcessDied when the child ends first, PlatformError
    when it takes longer than `within` seconds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while not await ready():
        if not process.running:
            raise process.died()
        if loop.time() > deadline:
            end = end_of(process.log)
            raise PlatformError(f"{process.name} did not start in {within:g} s. Its log:\n{end}")
        await asyncio.sleep(0.02)


async def accepts_connections(port: int) -> bool:
    """Whether a program listens on the loopback port."""
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    writer.close()
    return True


def end_of(log: Path) -> str:
    """The last lines of a log file."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _LOG_END_BYTES))
            text = file.read().decode(errors="replace")
    except FileNotFoundError:
        return "(no log)"
    return "\n".join(text.splitlines()[-_LOG_END_LINES:]) or "(empty)"


def _signal_group(group: int, how: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, how)
