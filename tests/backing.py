"""`python -m tests.backing COMMAND ...`: Firestore, Pub/Sub and PostgreSQL, started once for the
command and whatever it starts. Tests that run without it start their own.

Sharing is safe: each module of tests has a project and databases that no other has."""

import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from emulators.directory import PlatformDirectory
from emulators.firestore import FirestoreEmulator
from emulators.google_cli import find_tools
from emulators.ports import HOST
from emulators.postgres import OWNER, Postgres
from emulators.pubsub.emulator import PubsubEmulator

VARIABLE = "ASSENT_TESTS_BACKING"
FIRESTORE, PUBSUB, POSTGRES = "firestore", "pubsub", "postgres"


@dataclass(frozen=True)
class Service:
    """One of them, whoever started it."""

    port: int

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

    def dsn(self, user: str = OWNER) -> str:
        """Where PostgreSQL's database `postgres` is."""
        return f"postgresql://{user}@{self.address}/postgres"


@asynccontextmanager
async def service(
    name: str, directory: PlatformDirectory, http: aiohttp.ClientSession
) -> AsyncIterator[Service]:
    """The shared one where this process was started below `tests.backing`, else one of its own."""
    shared = json.loads(os.environ.get(VARIABLE, "{}"))
    if name in shared:
        yield Service(shared[name])
        return
    program = await _start(name, directory, http)
    try:
        yield Service(program.port)
    finally:
        await program.stop()


async def _start(
    name: str, directory: PlatformDirectory, http: aiohttp.ClientSession
) -> FirestoreEmulator | PubsubEmulator | Postgres:
    if name == FIRESTORE:
        return await FirestoreEmulator.start(find_tools(), directory, http)
    if name == PUBSUB:
        return await PubsubEmulator.start(find_tools(), directory, http)
    return await Postgres.start(directory)


async def _run(command: list[str]) -> int:
    """The command's exit code."""
    with tempfile.TemporaryDirectory(prefix="assent-backing-") as folder:
        async with AsyncExitStack() as running:
            http = await running.enter_async_context(aiohttp.ClientSession())
            directory, names = PlatformDirectory(Path(folder)), (FIRESTORE, PUBSUB, POSTGRES)
            opening = (service(name, directory, http) for name in names)
            opened = await asyncio.gather(*map(running.enter_async_context, opening))
            ports = {name: each.port for name, each in zip(names, opened, strict=True)}
            shared = {**os.environ, VARIABLE: json.dumps(ports)}
            child = await asyncio.create_subprocess_exec(*command, env=shared)
            loop = asyncio.get_running_loop()
            # Ctrl-C reaches the command too, which needs all of this until it has ended.
            loop.add_signal_handler(signal.SIGINT, lambda: None)
            loop.add_signal_handler(signal.SIGTERM, child.terminate)
            return await child.wait()


if __name__ == "__main__":
    sys.exit(asyncio.run(_run(sys.argv[1:])))
