"""The process that serves counters and ledgers, and receives mail, where a manifest acts on
them."""

from pathlib import Path
from typing import Any, Self

import aiohttp

from emulators.directory import PlatformDirectory
from emulators.python_server import PythonServer

# The function whose operations act on it.
ACTOR = "tools"


class TargetServer(PythonServer):
    """Its file lies in the platform's directory and outlives it."""

    NAME, LOG = "The server of counters and ledgers", "targets"
    MODULE = "emulators.targets_server"

    @classmethod
    async def start(cls, root: Path, directory: PlatformDirectory, *, keep: bool) -> Self:
        """Returns once it accepts connections; what an earlier one counted is there only where it
        is kept. Raises ProcessDied or PlatformError."""
        file = directory.path / "targets.db"
        if not keep:
            for each in directory.path.glob(f"{file.name}*"):
                each.unlink()
        return await cls.run(root, directory, str(file))

    async def mail(self, http: aiohttp.ClientSession, subject: str) -> dict[str, Any]:
        """The address of its relay, and the mails that this received with that in their subject.
        Raises ClientError."""
        async with http.get(f"{self.url}/mail", params={"subject": subject}) as answer:
            answer.raise_for_status()
            received: dict[str, Any] = await answer.json()
            return received
