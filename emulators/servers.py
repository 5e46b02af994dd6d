"""The servers that hold the platform's state: Google's two emulators, PostgreSQL, buckets, and what
operations act on."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from emulators.buckets import Buckets, create_buckets
from emulators.directory import PlatformDirectory
from emulators.firestore import FirestoreEmulator
from emulators.google_cli import find_tools
from emulators.keep.snapshot import Snapshot
from emulators.postgres import Postgres
from emulators.processes import Process, accepts_connections
from emulators.pubsub.emulator import PubsubEmulator
from emulators.targets import ACTOR, TargetServer
from shared.manifest import Manifests

_FIRESTORE = "firestore"
_POSTGRES = "postgres"


@dataclass(frozen=True)
class Servers:
    """All servers, running. PostgreSQL, buckets and targets only where a manifest needs them."""

    firestore: FirestoreEmulator
    pubsub: PubsubEmulator
    postgres: Postgres | None
    buckets: Buckets | None
    targets: TargetServer | None

    @property
    def processes(self) -> list[Process]:
        found = [self.firestore.process, self.pubsub.process]
        optional = (self.postgres, self.buckets, self.targets)
        others = [each.process for each in optional if each is not None]
        return [*found, *others]

    async def save(self, scratch: Path) -> dict[str, Path]:
        """The folders that hold all documents and rows, by name. Stops PostgreSQL. Raises
        PlatformError."""
        await self.firestore.export(scratch)
        rows = {_POSTGRES: await self.postgres.save()} if self.postgres is not None else {}
        return {_FIRESTORE: scratch} | rows

    async def health(self) -> dict[str, bool]:
        """Whether each of them answers now."""
        checks = {"firestore": self.firestore.answers(), "pubsub": self.pubsub.answers()}
        if self.postgres is not None:
            checks["postgres"] = accepts_connections(self.postgres.port)
        if self.buckets is not None:
            checks["buckets"] = self.buckets.answers()
        if self.targets is not None:
            checks["targets"] = self.targets.answers()
        return dict(zip(checks, await asyncio.gather(*checks.values()), strict=True))


async def start_servers(
    root: Path,
    directory: PlatformDirectory,
    manifests: Manifests,
    http: aiohttp.ClientSession,
    exits: AsyncExitStack,
    snapshot: Snapshot | None,
) -> Servers:
    """Starts all at once. `exits` stops all that were started, also when another start fails.
    Documents and rows are those of the snapshot, if one is given."""
    tools = find_tools()
    saved = await asyncio.to_thread(snapshot.extract, directory.scratch()) if snapshot else {}

    async def firestore() -> FirestoreEmulator:
        started = await FirestoreEmulator.start(tools, directory, http, saved.get(_FIRESTORE))
        exits.push_async_callback(started.stop)
        return started

    async def pubsub() -> PubsubEmulator:
        started = await PubsubEmulator.start(tools, directory, http)
        exits.push_async_callback(started.stop)
        return started

    async def postgres() -> Postgres | None:
        if not any(manifest.access.reaches_postgres for manifest in manifests.by_noun.values()):
            return None
        started = await Postgres.start(directory, saved.get(_POSTGRES))
        exits.push_async_callback(started.stop)
        await started.migrate(root, directory)
        return started

    async def buckets() -> Buckets | None:
        if not manifests.buckets:
            return None
        started = await Buckets.start(root, directory)
        exits.push_async_callback(started.stop)
        await create_buckets(started.url, [*manifests.buckets])
        return started

    async def targets() -> TargetServer | None:
        if ACTOR not in manifests.by_noun:
            return None
        started = await TargetServer.start(root, directory, keep=snapshot is not None)
        exits.push_async_callback(started.stop)
        return started

    async with asyncio.TaskGroup() as group:
        tasks = (
            group.create_task(firestore()),
            group.create_task(pubsub()),
            group.create_task(postgres()),
            group.create_task(buckets()),
            group.create_task(targets()),
        )
    return Servers(
        tasks[0].result(),
        tasks[1].result(),
        tasks[2].result(),
        tasks[3].result(),
        tasks[4].result(),
    )
