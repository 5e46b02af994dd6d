"""A deployable as a real process of functions-framework."""

import asyncio
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from emulators.failures import PlatformError
from emulators.functions.forward import ClosedWhileIdle, forward
from emulators.functions.template import Template
from emulators.gateway.messages import Answer, Call, Unreachable
from emulators.ports import HOST, free_port
from emulators.processes import Process, accepts_connections, end_of, start_process, until_ready

_STARTUP_SECONDS = 60
# Cloud Run gives ten; our functions need little time once their requests are done.
_GRACE_SECONDS = 3


class _Instance:
    """One running process."""

    def __init__(self, process: Process, port: int) -> None:
        self.process = process
        self.url = f"http://{HOST}:{port}"
        self.in_flight = 0
        self.last_used = time.monotonic()


@dataclass(kw_only=True, eq=False)
class ProcessBackend:
    """Starts the process on the first request, as Cloud Run would, and again after it died: from
    the `template` where there is one."""

    name: str
    root: Path
    env: Mapping[str, str]
    log: Path
    http: aiohttp.ClientSession
    template: Template | None = None

    def __post_init__(self) -> None:
        self._instance: _Instance | None = None
        self._starting: asyncio.Task[_Instance] | None = None

    @property
    def state(self) -> str:
        if self._starting is not None:
            return "starting"
        return "warm" if self._instance is not None and self._instance.process.running else "cold"

    async def send(self, call: Call) -> Answer:
        """The function's answer. Raises Unreachable when the process cannot start or dies."""
        instance = await self._running()
        instance.in_flight += 1
        try:
            return await self._ask(instance, call)
        finally:
            instance.in_flight -= 1
            instance.last_used = time.monotonic()

    async def warm_up(self) -> None:
        await self._running()

    async def kill(self) -> None:
        """Kills (SIGKILL) the process and its workers, also while they start."""
        await self._give_up_starting()
        instance, self._instance = self._instance, None
        if instance is not None:
            await instance.process.kill()

    async def stop(self) -> None:
        await self._give_up_starting()
        instance, self._instance = self._instance, None
        if instance is not None:
            await instance.process.stop(grace=_GRACE_SECONDS)

    async def stop_if_idle(self, seconds: float) -> None:
        """Stops a process that was idle for that long."""
        instance = self._instance
        if instance is None or instance.in_flight:
            return
        if time.monotonic() - instance.last_used >= seconds:
            await self.stop()

    async def _ask(self, instance: _Instance, call: Call) -> Answer:
        try:
            return await forward(self.http, instance.url, call)
        except ClosedWhileIdle:
            # gunicorn closes idle connections after two seconds; the request never arrived.
            if instance.process.running:
                return await self._ask(instance, call)
            raise self._died(instance) from None
        except (aiohttp.ClientError, OSError) as error:
            if not instance.process.running or self._instance is not instance:
                raise self._died(instance) from error
            raise Unreachable(f"{self.name} broke off its answer: {error!r}") from error

    def _died(self, instance: _Instance) -> Unreachable:
        if self._instance is instance:
            self._instance = None
        code = instance.process.returncode
        killed = code == -signal.SIGKILL
        end = "" if killed else f" The end of its log:\n{end_of(self.log)}"
        return Unreachable(f"{self.name} died while it answered (exit status {code}).{end}")

    async def _running(self) -> _Instance:
        instance = self._instance
        if instance is not None and instance.process.running:
            return instance
        if self._starting is None:
            self._starting = asyncio.create_task(self._start(), name=f"start:{self.name}")
        starting = self._starting
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            if starting.cancelled():
                raise Unreachable(f"{self.name} was killed while it started") from None
            raise

    async def _give_up_starting(self) -> None:
        # A start that is cancelled before it began never runs, and cannot report its end.
        starting, self._starting = self._starting, None
        if starting is not None:
            starting.cancel()
            await asyncio.wait({starting})

    async def _start(self) -> _Instance:
        try:
            self._instance = await self._start_process()
            return self._instance
        except PlatformError as error:
            raise Unreachable(str(error)) from error
        finally:
            if self._starting is asyncio.current_task():
                self._starting = None

    async def _start_process(self) -> _Instance:
        port = free_port()
        source, target = self.env["FUNCTION_SOURCE"], self.env["FUNCTION_TARGET"]
        arguments = [
            *("--asgi", "--host", HOST, "--port", str(port)),
            *("--target", target, "--source", source),
        ]
        process = await self._process(arguments, {**self.env, "PORT": str(port)})
        try:
            await until_ready(process, lambda: accepts_connections(port), within=_STARTUP_SECONDS)
        except BaseException:
            await process.kill()
            raise
        return _Instance(process, port)

    async def _process(self, arguments: list[str], env: Mapping[str, str]) -> Process:
        if self.template is not None:
            forked = await self.template.start(
                self.name, arguments, log=self.log, env=env, cwd=self.root
            )
            if forked is not None:
                return forked
        return await start_process(
            self.name,
            [sys.executable, "-m", "functions_framework", *arguments],
            log=self.log,
            env=env,
            cwd=self.root,
            # gunicorn's master must live to end its workers.
            at_parents_death=signal.SIGTERM,
        )
