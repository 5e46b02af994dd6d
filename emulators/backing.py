"""The programs behind the platform: Google's two emulators and PostgreSQL, started at once."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from emulators.firestore import FirestoreEmulator, answers_ok
from emulators.google_cli import find_tools
from emulators.postgres import Postgres
from emulators.processes import Process, accepts_connections
from emulators.pubsub.emulator import PubsubEmulator
from emulators.workplace import Workplace
from shared.manifest import Manifests

_DOCUMENTS = "firestore"
_ROWS = "postgres.tar"


@dataclass(frozen=True)
class Backing:
    """All of them, running. PostgreSQL only where a manifest asks for it."""

    firestore: FirestoreEmulator
    pubsub: PubsubEmulator
    postgres: Postgres | None

    @property
    def processes(self) -> list[Process]:
        found = [self.firestore.process, self.pubsub.process]
        return [*found, self.postgres.process] if self.postgres else found

    async def keep(self, into: Path) -> None:
        """Writes all documents and rows into the folder `into`. PostgreSQL ends with it. Raises
        PlatformError."""
        documents = into / _DOCUMENTS
        documents.mkdir()
        await self.firestore.export(documents)
        if self.postgres is not None:
            await self.postgres.archive(into / _ROWS)

    async def health(self, http: aiohttp.ClientSession) -> dict[str, bool]:
        """Whether each of them answers now."""
        checks = {
            "firestore": answers_ok(http, self.firestore.port),
            "pubsub": answers_ok(http, self.pubsub.port),
        }
        if self.postgres is not None:
            checks["postgres"] = accepts_connections(self.postgres.port)
        return dict(zip(checks, await asyncio.gather(*checks.values()), strict=True))


async def start_backing(
    root: Path,
    workplace: Workplace,
    manifests: Manifests,
    http: aiohttp.ClientSession,
    exits: AsyncExitStack,
    kept: Path | None = None,
) -> Backing:
    """Whatever was started is ended by `exits`, also when something else fails meanwhile. `kept` is
    the folder that `keep` filled once, whose documents and rows come back."""
    tools = find_tools()

    async def firestore() -> FirestoreEmulator:
        started = await FirestoreEmulator.start(
            tools, workplace, http, kept / _DOCUMENTS if kept else None
        )
        exits.push_async_callback(started.stop)
        return started

    async def pubsub() -> PubsubEmulator:
        started = await PubsubEmulator.start(tools, workplace, http)
        exits.push_async_callback(started.stop)
        return started

    async def postgres() -> Postgres | None:
        if all(manifest.access.postgres == "none" for manifest in manifests.by_noun.values()):
            return None
        archive = kept / _ROWS if kept else None
        started = await Postgres.start(workplace, archive if archive and archive.exists() else None)
        exits.push_async_callback(started.stop)
        await started.migrate(root, workplace)
        return started

    async with asyncio.TaskGroup() as group:
        parts = (
            group.create_task(firestore()),
            group.create_task(pubsub()),
            group.create_task(postgres()),
        )
    return Backing(parts[0].result(), parts[1].result(), parts[2].result())
