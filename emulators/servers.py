"""The servers that hold the platform's state: Google's two emulators, PostgreSQL, buckets, and what
operations act on."""

import asyncio
from collections.abc import Awaitable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import aiohttp

from emulators.buckets import Buckets, create_buckets
from emulators.directory import PlatformDirectory
from emulators.firestore import FirestoreEmulator
from emulators.google_cli import Tools, find_tools
from emulators.keep.snapshot import Snapshot
from emulators.models import ModelServer
from emulators.postgres import Postgres
from emulators.prepared import prepared_data
from emulators.processes import Process, accepts_connections
from emulators.pubsub.emulator import PubsubEmulator
from emulators.stripe.process import StripeServer
from emulators.targets import ACTOR, TargetServer
from shared.kit.secret_names import MODEL_KEY, STRIPE
from shared.manifest import Manifests

_FIRESTORE = "firestore"
_POSTGRES = "postgres"


class _Stoppable(Protocol):
    async def stop(self) -> None: ...


S = TypeVar("S", bound=_Stoppable)


@dataclass(frozen=True)
class Servers:
    """All servers, running. PostgreSQL, buckets, targets, the model and Stripe only where a
    manifest needs them."""

    firestore: FirestoreEmulator
    pubsub: PubsubEmulator
    postgres: Postgres | None
    buckets: Buckets | None
    targets: TargetServer | None
    model: ModelServer | None
    stripe: StripeServer | None

    @property
    def processes(self) -> list[Process]:
        found = [self.firestore.process, self.pubsub.process]
        optional = (self.postgres, self.buckets, self.targets, self.model, self.stripe)
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
        if self.model is not None:
            checks["model"] = self.model.answers()
        if self.stripe is not None:
            checks["stripe"] = self.stripe.answers()
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
    saved = await asyncio.to_thread(snapshot.extract, directory.scratch()) if snapshot else {}
    starts = _Starts(root, directory, manifests, http, exits, saved, find_tools())
    async with asyncio.TaskGroup() as group:
        firestore = group.create_task(starts.firestore())
        pubsub = group.create_task(starts.pubsub())
        postgres = group.create_task(starts.postgres())
        buckets = group.create_task(starts.buckets())
        targets = group.create_task(starts.targets())
        model = group.create_task(starts.model())
        stripe = group.create_task(starts.stripe())
    return Servers(
        firestore.result(),
        pubsub.result(),
        postgres.result(),
        buckets.result(),
        targets.result(),
        model.result(),
        stripe.result(),
    )


@dataclass(frozen=True)
class _Starts:
    """The start of each server that the manifests need."""

    root: Path
    directory: PlatformDirectory
    manifests: Manifests
    http: aiohttp.ClientSession
    exits: AsyncExitStack
    # What a snapshot holds, by name.
    saved: Mapping[str, Path]
    tools: Tools

    async def firestore(self) -> FirestoreEmulator:
        documents = self.saved.get(_FIRESTORE)
        return await self._stopped_at_exit(
            FirestoreEmulator.start(self.tools, self.directory, self.http, documents)
        )

    async def pubsub(self) -> PubsubEmulator:
        return await self._stopped_at_exit(
            PubsubEmulator.start(self.tools, self.directory, self.http)
        )

    async def postgres(self) -> Postgres | None:
        if not any(each.access.reaches_postgres for each in self.manifests.by_noun.values()):
            return None
        rows = self.saved.get(_POSTGRES)
        prepared = None if rows else await prepared_data(self.root, self.directory)
        start = Postgres.start(self.directory, rows or prepared)
        started = await self._stopped_at_exit(start)
        if prepared is None:
            await started.migrate(self.root, self.directory)
        return started

    async def buckets(self) -> Buckets | None:
        if not self.manifests.buckets:
            return None
        started = await self._stopped_at_exit(Buckets.start(self.root, self.directory))
        await create_buckets(started.url, [*self.manifests.buckets])
        return started

    async def targets(self) -> TargetServer | None:
        if ACTOR not in self.manifests.by_noun:
            return None
        keep = bool(self.saved)
        return await self._stopped_at_exit(TargetServer.start(self.root, self.directory, keep=keep))

    async def model(self) -> ModelServer | None:
        if not any(name.endswith(MODEL_KEY) for name in self.manifests.secrets):
            return None
        return await self._stopped_at_exit(ModelServer.run(self.root, self.directory))

    async def stripe(self) -> StripeServer | None:
        if not any(name.endswith(STRIPE) for name in self.manifests.secrets):
            return None
        keep = bool(self.saved)
        return await self._stopped_at_exit(StripeServer.start(self.root, self.directory, keep=keep))

    async def _stopped_at_exit(self, start: Awaitable[S]) -> S:
        started = await start
        self.exits.push_async_callback(started.stop)
        return started
