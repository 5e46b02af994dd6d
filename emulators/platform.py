"""The whole local platform: what it starts, in which order, how it stops, and what it keeps."""

import asyncio
import shutil
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from types import TracebackType
from typing import Any, Self

import aiohttp

from emulators.clock import VirtualClock
from emulators.composition import Composition
from emulators.directory import PlatformDirectory
from emulators.failures import PlatformError
from emulators.functions.template import open_template
from emulators.iam import push_account
from emulators.issuer import Issuer
from emulators.keep.keeper import Keeper
from emulators.keep.snapshot import Snapshot
from emulators.options import Options
from emulators.ports import listen
from emulators.processes import Process
from emulators.servers import Servers, start_servers
from shared.kit.local_platform import DIRECTORY
from shared.manifest import Manifests, load_manifests


class Platform:
    """Everything that one `python -m emulators up` runs. Use it as an async context manager; `url`
    is the one port, `env` holds the variables for Google's clients and our tools, `news` is a
    message about its start, `failure` the error with which it failed, if it did."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.url = self.news = ""
        self.env: dict[str, str] = {}
        self.failure: BaseException | None = None
        self.directory = PlatformDirectory(options.state or options.root / DIRECTORY)
        self._exits = AsyncExitStack()  # The servers that hold the state, which is read at the end.
        self._work = AsyncExitStack()  # What may change the state; it ends first.
        self._keeper: Keeper | None = None
        self._failed = asyncio.Event()
        self._stopping = False

    async def __aenter__(self) -> Self:
        """Starts the platform. Raises PlatformError where it cannot start, and then leaves nothing
        behind."""
        try:
            await self._start()
        except BaseException as error:
            await self._close(in_order=False)
            raise _first_cause(error) from error
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        stopped = error is None or isinstance(error, asyncio.CancelledError)
        await self._close(in_order=stopped and self.failure is None)

    @property
    def database(self) -> str | None:
        """The address for PostgreSQL's owner, where a manifest needs PostgreSQL."""
        postgres = self._servers.postgres
        return postgres.dsn() if postgres else None

    def rest(self) -> AbstractAsyncContextManager[None]:
        """A block in which nothing of the platform happens by itself; calls are still answered."""
        return self._composition.travel.rest()

    async def until_failure(self) -> None:
        """Runs until a necessary part fails, and raises that failure."""
        await self._failed.wait()
        assert self.failure is not None
        raise self.failure

    async def _start(self) -> None:
        exits, options = self._exits, self.options
        door = listen(options.port)
        exits.callback(door.close)
        self.directory.claim(keep_logs=options.keep)
        exits.callback(self.directory.leave)
        snapshot = None
        if options.keep:
            self._keeper = Keeper(self.directory.path, options.root)
            snapshot, self.news = self._keeper.continued()
        before = snapshot.state if snapshot else None
        manifests = load_manifests(options.root)
        self._http = await exits.enter_async_context(aiohttp.ClientSession())
        self.clock = VirtualClock(self.directory.clock, before.clock_offset if before else 0.0)
        # It imports while the servers start.
        template = await open_template(options, self.directory, exits)
        self.issuer, self._servers = await self._start_servers(manifests, snapshot)
        self._composition = Composition(
            options=options,
            directory=self.directory,
            clock=self.clock,
            issuer=self.issuer,
            servers=self._servers,
            http=self._http,
            template=template,
            work=self._work,
            in_background=self._in_background,
        )
        self.url = await self._composition.open(manifests, door, before)
        self.env = self._composition.env
        for process in self._servers.processes:
            self._in_background(_until_death(process))
        if self.options.ahead:
            self._in_background(self._composition.fleet.start_ahead(self.options.ahead))
        if before is not None:
            await self._composition.resume(before)
        if self._keeper is not None:
            self._keeper.begin()
        if options.sample:
            self._composition.sample.begin()
        self.directory.describe({"url": self.url, "env": self.env, "functions": self._functions()})

    async def _start_servers(
        self, manifests: Manifests, snapshot: Snapshot | None
    ) -> tuple[Issuer, Servers]:
        saved = snapshot.state.issuer if snapshot else None
        # Keys and imports take a second of this process; the servers start meanwhile.
        async with asyncio.TaskGroup() as group:
            issuer = group.create_task(asyncio.to_thread(Issuer, self.clock.now, saved))
            servers = group.create_task(
                start_servers(
                    self.options.root,
                    self.directory,
                    manifests,
                    self._http,
                    self._exits,
                    snapshot,
                )
            )
        return issuer.result(), servers.result()

    async def _close(self, *, in_order: bool) -> None:
        """Keeps the state. Raises PlatformError where it cannot be kept."""
        keeper = self._keeper if in_order else None
        async with self._exits:
            async with self._work:
                if keeper is not None:
                    await self._composition.drain()
                self._stopping = True
            if keeper is not None:
                await self._keep(keeper)

    async def _keep(self, keeper: Keeper) -> None:
        scratch = self.directory.scratch()
        try:
            folders = await self._servers.save(scratch)
            state, time = self._composition.state(), self.clock.now()
            await asyncio.to_thread(keeper.save, state, time, folders)
        except (PlatformError, OSError) as error:
            raise PlatformError(f"Nothing was kept, what was kept before stays: {error}") from error
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _functions(self) -> dict[str, dict[str, str]]:
        return {
            front.name: {"url": front.url, "service_account": push_account(front.name)}
            for front in self._composition.fleet.ingresses.values()
        }

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        task.add_done_callback(self._background_ended)

        async def end() -> None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        self._work.push_async_callback(end)

    def _background_ended(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None and not self._stopping:
            self.failure = self.failure or error
            self._failed.set()


async def _until_death(process: Process) -> None:
    await process.wait()
    raise process.died()


def _first_cause(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
