"""A server that is a Python module, run by the platform's own interpreter."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from emulators.directory import PlatformDirectory
from emulators.functions.environment import program_environment
from emulators.ports import HOST, free_port
from emulators.processes import Process, accepts_connections, start_process, until_ready

STARTED_WITHIN_SECONDS = 60
STOPPED_WITHIN_SECONDS = 2


@dataclass(frozen=True)
class PythonServer:
    """One server. A subclass names it, its log, and the module that serves."""

    NAME: ClassVar[str]
    LOG: ClassVar[str]
    MODULE: ClassVar[str]

    process: Process
    port: int

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @classmethod
    async def run(cls, root: Path, directory: PlatformDirectory, *arguments: str) -> Self:
        """Returns once it accepts connections on a free port, which ends its arguments. Raises
        ProcessDied or PlatformError."""
        port = free_port()
        process = await start_process(
            cls.NAME,
            [sys.executable, "-m", cls.MODULE, *arguments, str(port)],
            log=directory.log(cls.LOG),
            env=program_environment(root),
            cwd=root,
        )
        server = cls(process, port)
        try:
            await until_ready(process, server.answers, within=STARTED_WITHIN_SECONDS)
        except BaseException:
            await server.stop()
            raise
        return server

    async def answers(self) -> bool:
        """Whether it accepts connections."""
        return await accepts_connections(self.port)

    async def stop(self) -> None:
        await self.process.stop(grace=STOPPED_WITHIN_SECONDS)
