"""A local service of buckets with S3's interface: moto's server."""

from pathlib import Path
from typing import Self

from emulators.directory import PlatformDirectory
from emulators.ports import HOST
from emulators.python_server import PythonServer

# The server believes any key.
ANY_KEY = "local:local"


class Buckets(PythonServer):
    """Empty when it starts. What it holds is lost with it."""

    NAME, LOG = "The buckets' server", "buckets"
    MODULE = "moto.server"

    @classmethod
    async def start(cls, root: Path, directory: PlatformDirectory) -> Self:
        """Returns once it accepts connections. Raises ProcessDied or PlatformError."""
        return await cls.run(root, directory, "-H", HOST, "-p")


async def create_buckets(url: str, names: list[str]) -> None:
    """Makes the buckets, as the cloud program does; those that exist stay. Raises HTTPError."""
    import httpx

    async with httpx.AsyncClient(base_url=url) as client:
        for name in names:
            answer = await client.put(f"/{name}")
            if answer.status_code not in (200, 409):
                answer.raise_for_status()
