"""The process that serves counters and ledgers, where a manifest acts on them."""

from pathlib import Path
from typing import Self

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
