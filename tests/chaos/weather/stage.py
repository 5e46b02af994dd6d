"""The platform under test: a process of its own, stopped and started as an operator would."""

import asyncio
import json
import random
import shutil
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[3]
# Below the ports a kernel hands out, so that nobody takes ours while it is down.
_PORTS = range(20_000, 30_000)
_LONGEST_START_SECONDS = 180.0
_LONGEST_STOP_SECONDS = 90.0
_PAUSE_SECONDS = 0.2
_STOPPING = 503


class StageFailed(Exception):
    """The platform did not start, or did not stop."""


class Stage:
    """One platform on one port and one directory, however often it is started."""

    def __init__(self, state: Path, http: httpx.AsyncClient, port: int, root: Path = ROOT) -> None:
        self.state = state
        self._root = root
        self._http = http
        self._port = port
        self._child: asyncio.subprocess.Process | None = None
        self.starts = 0

    async def start(self) -> None:
        """Returns once it answers. Raises StageFailed."""
        self.starts += 1
        log = self.state.parent / f"platform-{self.starts}.log"
        command = [sys.executable, "-m", "tests.chaos.weather.serve"]
        with log.open("wb") as output:
            self._child = await asyncio.create_subprocess_exec(
                *command,
                *("--port", str(self._port), "--state", str(self.state)),
                *("--root", str(self._root)),
                cwd=ROOT,
                stdout=output,
                stderr=output,
            )
        try:
            async with asyncio.timeout(_LONGEST_START_SECONDS):
                await self._until_healthy()
        except TimeoutError as late:
            raise StageFailed(f"not up in {_LONGEST_START_SECONDS:g} s, see {log}") from late

    async def stop(self) -> None:
        """Asks it to stop, and keeps its logs. Raises StageFailed."""
        child, self._child = self._child, None
        if child is None:
            return
        with suppress(ProcessLookupError):
            child.send_signal(signal.SIGTERM)
        try:
            code = await asyncio.wait_for(child.wait(), _LONGEST_STOP_SECONDS)
        except TimeoutError as late:
            child.kill()
            raise StageFailed(f"still running {_LONGEST_STOP_SECONDS:g} s after SIGTERM") from late
        self._keep_logs()
        if code:
            raise StageFailed(f"stopped with {code}, see platform-{self.starts}.log")

    async def restart(self) -> None:
        """A stop, and a start on what it left. Raises StageFailed."""
        await self.stop()
        await self.start()

    async def control(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """The answer of a call of the control API, made until the platform is there to answer.
        Raises StageFailed where it has ended by itself."""
        while True:
            self._refuse_to_wait_for_the_dead()
            with suppress(httpx.TransportError):
                answer = await self._http.request(method, f"/_platform/{path}", json=body)
                if answer.status_code != _STOPPING:
                    return answer
            await asyncio.sleep(_PAUSE_SECONDS)

    def description(self) -> dict[str, Any]:
        """What the running platform says about itself."""
        content: dict[str, Any] = json.loads((self.state / "platform.json").read_text())
        return content

    def _refuse_to_wait_for_the_dead(self) -> None:
        code = None if self._child is None else self._child.returncode
        if code is not None:
            raise StageFailed(f"ended by itself with {code}, see platform-{self.starts}.log")

    async def _until_healthy(self) -> None:
        while True:
            self._refuse_to_wait_for_the_dead()
            with suppress(httpx.TransportError):
                if (await self._http.get("/_platform/health")).status_code == 200:
                    return
            await asyncio.sleep(_PAUSE_SECONDS)

    def _keep_logs(self) -> None:
        with suppress(FileNotFoundError):
            shutil.copytree(self.state / "logs", self.state.parent / "logs" / str(self.starts))


def unused_port() -> int:
    """A port on which nobody listens."""
    for port in random.sample(_PORTS, len(_PORTS)):
        with socket.socket() as attempt, suppress(OSError):
            attempt.bind(("127.0.0.1", port))
            return port
    raise StageFailed("no port is free")
