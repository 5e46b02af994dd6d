"""The local platform with its deployables run from the archive."""

import asyncio
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from emulators.functions.forward import ClosedWhileIdle, forward
from emulators.functions.process import ProcessBackend
from emulators.gateway.messages import Answer, Call
from emulators.ports import HOST, free_port
from emulators.processes import Process, accepts_connections, start_process, until_ready
from emulators.running import RunningPlatform
from tests.infra.archive.cloud import environment_in_the_cloud
from tests.infra.archive.unpacked import Unpacked

_STARTUP_SECONDS = 60


class FromArchive:
    """Runs one deployable as the buildpack's image would, on its first request."""

    def __init__(
        self,
        name: str,
        unpacked: Unpacked,
        *,
        env: Mapping[str, str],
        log: Path,
        http: aiohttp.ClientSession,
    ) -> None:
        self.answers: list[tuple[str, int]] = []
        self._name = name
        self._unpacked = unpacked
        self._env = env
        self._log = log
        self._http = http
        self._lock = asyncio.Lock()
        self._running: tuple[Process, str] | None = None

    @property
    def state(self) -> str:
        return "warm" if self._running else "cold"

    async def send(self, call: Call) -> Answer:
        url = await self._started()
        while True:
            try:
                answer = await forward(self._http, url, call)
            except ClosedWhileIdle:
                continue
            self.answers.append((call.path, answer.status))
            return answer

    async def warm_up(self) -> None:
        await self._started()

    async def kill(self) -> None:
        await self.stop()

    async def stop(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            await running[0].stop(grace=3)

    async def stop_if_idle(self, seconds: float) -> None:
        """Never: the test is short."""

    async def _started(self) -> str:
        async with self._lock:
            if self._running is None:
                self._running = await self._start()
            return self._running[1]

    async def _start(self) -> tuple[Process, str]:
        port = free_port()
        process = await start_process(
            self._name,
            self._unpacked.command,
            log=self._log,
            env={**self._unpacked.shell(), **self._env, "HOST": HOST, "PORT": str(port)},
            cwd=self._unpacked.source,
            at_parents_death=signal.SIGTERM,
        )
        try:
            await until_ready(process, lambda: accepts_connections(port), within=_STARTUP_SECONDS)
        except BaseException:
            await process.kill()
            raise
        return process, f"http://{HOST}:{port}"


@dataclass(frozen=True)
class Standing:
    """`urls` are each deployable's own, behind IAM where it is private; `backends` remember what
    the processes answered."""

    running: RunningPlatform
    backends: Mapping[str, FromArchive] = field(default_factory=dict)
    urls: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def on(cls, running: RunningPlatform, unpacked: Unpacked) -> "Standing":
        """Replaces what the platform would start, before it has started any of it."""
        backends, urls = {}, {}
        for name, front in running.platform._composition.fleet.ingresses.items():
            replaced = front.backend
            assert isinstance(replaced, ProcessBackend)
            assert replaced.state == "cold"
            env = environment_in_the_cloud(front.deployable, local=replaced.env)
            backends[name] = FromArchive(
                name, unpacked, env=env, log=replaced.log, http=replaced.http
            )
            front.backend, urls[name] = backends[name], front.url
        return cls(running, backends, urls)
