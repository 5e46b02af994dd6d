"""A local service of buckets with S3's interface: moto's server."""

import sys
from dataclasses import dataclass
from pathlib import Path

from emulators.directory import PlatformDirectory
from emulators.functions.environment import program_environment
from emulators.ports import HOST, free_port
from emulators.processes import Process, accepts_connections, start_process, until_ready

NAME = "The buckets' server"
# The server believes any key.
ANY_KEY = "local:local"


@dataclass(frozen=True)
class Buckets:
    """One server, empty when it starts. What it holds is lost with it."""

    process: Process
    port: int

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @classmethod
    async def start(cls, root: Path, directory: PlatformDirectory) -> "Buckets":
        """Returns once it accepts connections. Raises ProcessDied or PlatformError."""
        port = free_port()
        process = await start_process(
            NAME,
            [sys.executable, "-m", "moto.server", "-H", HOST, "-p", str(port)],
            log=directory.log("buckets"),
            env=program_environment(root),
            cwd=root,
        )
        server = cls(process, port)
        try:
            await until_ready(process, server.answers, within=60)
        except BaseException:
            await server.stop()
            raise
        return server

    async def answers(self) -> bool:
        """Whether it accepts connections."""
        return await accepts_connections(self.port)

    async def stop(self) -> None:
        await self.process.stop(grace=2)


async def create_buckets(url: str, names: list[str]) -> None:
    """Makes the buckets, as the cloud program does; those that exist stay. Raises HTTPError."""
    import httpx

    async with httpx.AsyncClient(base_url=url) as client:
        for name in names:
            answer = await client.put(f"/{name}")
            if answer.status_code not in (200, 409):
                answer.raise_for_status()
