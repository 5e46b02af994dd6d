"""The process that serves counters and ledgers, where a manifest acts on them."""

import sys
from dataclasses import dataclass
from pathlib import Path

from emulators.directory import PlatformDirectory
from emulators.functions.environment import program_environment
from emulators.ports import HOST, free_port
from emulators.processes import Process, accepts_connections, start_process, until_ready

NAME = "The server of counters and ledgers"
# The function whose operations act on it.
ACTOR = "tools"


@dataclass(frozen=True)
class TargetServer:
    """One server. Its file lies in the platform's directory and outlives it."""

    process: Process
    port: int

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @classmethod
    async def start(cls, root: Path, directory: PlatformDirectory, *, keep: bool) -> "TargetServer":
        """Returns once it accepts connections; what an earlier one counted is there only where it
        is kept. Raises ProcessDied or PlatformError."""
        port, file = free_port(), directory.path / "targets.db"
        if not keep:
            for each in directory.path.glob(f"{file.name}*"):
                each.unlink()
        process = await start_process(
            NAME,
            [sys.executable, "-m", "emulators.targets_server", str(file), str(port)],
            log=directory.log("targets"),
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
