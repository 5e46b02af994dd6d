"""The local platform as a whole: what is started, in which order, how it ends, what it keeps."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

import aiohttp

from emulators.backing import Backing, start_backing
from emulators.clock import VirtualClock
from emulators.failures import PlatformError
from emulators.iam import push_account
from emulators.issuer import Issuer
from emulators.kept.keeping import Keeping
from emulators.kept.state import State
from emulators.options import Options
from emulators.parts import Parts
from emulators.ports import listen
from emulators.processes import Process
from emulators.workplace import Workplace
from shared.manifest import Manifests, load_manifests


class Platform:
    """Everything one `python -m emulators up` runs. Use it as an async context manager; `url` is
    the one port, `env` what Google's clients and our tools need to talk to it."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.url = ""
        self.env: dict[str, str] = {}
        self.workplace = Workplace(options.state or options.root / "build" / "platform")
        self._exits = AsyncExitStack()  # What holds the state, and is asked for it at the end.
        self._work = AsyncExitStack()  # What may change it, and ends before.
        self._keeping: Keeping | None = None
        self._before: State | None = None
        self._failed = asyncio.Event()
        self._failure: BaseException | None = None
        self._stopping = False

    async def __aenter__(self) -> Self:
        """Raises PlatformError where it cannot start, and then leaves nothing behind."""
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
        await self._close(in_order=stopped and self._failure is None)

    @property
    def failure(self) -> BaseException | None:
        """What the platform failed with, if it did."""
        return self._failure

    @property
    def database(self) -> str | None:
        """Where PostgreSQL's owner connects, where a manifest asks for it."""
        postgres = self._backing.postgres
        return postgres.dsn() if postgres else None

    @property
    def news(self) -> str:
        """What an operator should know about how it began."""
        return self._keeping.news if self._keeping else ""

    async def until_failure(self) -> None:
        """Runs until something without which the platform cannot go on fails, and raises that."""
        await self._failed.wait()
        assert self._failure is not None
        raise self._failure

    async def _close(self, *, in_order: bool) -> None:
        """Raises PlatformError where the state should be kept and cannot be."""
        keep = in_order and self._keeping is not None
        async with self._exits:
            async with self._work:
                if keep:
                    await self._parts.drain()
                self._stopping = True
            if keep:
                await self._keep()

    async def _keep(self) -> None:
        assert self._keeping is not None
        try:
            await self._keeping.keep(self._parts.state(), self.clock.now(), self._backing.keep)
        except (PlatformError, OSError) as error:
            raise PlatformError(f"Nothing was kept, what was kept before stays: {error}") from error

    async def _start(self) -> None:
        exits, options = self._exits, self.options
        door = listen(options.port)
        exits.callback(door.close)
        self.workplace.claim(keep_logs=options.keep)
        exits.callback(self.workplace.leave)
        if options.keep:
            self._take_up()
        manifests = load_manifests(options.root)
        self._http = await exits.enter_async_context(aiohttp.ClientSession())
        offset = self._before.clock_offset if self._before else 0.0
        self.clock = VirtualClock(self.workplace.clock, offset)
        self.issuer, self._backing = await self._start_backing(manifests)
        self._parts = Parts(
            options,
            self.workplace,
            clock=self.clock,
            issuer=self.issuer,
            backing=self._backing,
            http=self._http,
            work=self._work,
            in_background=self._in_background,
        )
        self.url = await self._parts.open(manifests, door, self._before)
        self._fleet, self.env = self._parts.fleet, self._parts.env
        self._watch(self._backing)
        if self._before is not None:
            await self._parts.go_on(self._before)
        if self._keeping is not None:
            self._keeping.begin()
        self.workplace.describe({"url": self.url, "env": self.env, "functions": self._functions()})

    def _take_up(self) -> None:
        self._keeping = Keeping(self.workplace.directory, self.options.root)
        self._before = self._keeping.state

    async def _start_backing(self, manifests: Manifests) -> tuple[Issuer, Backing]:
        snapshot = self._keeping.snapshot if self._keeping else None
        kept = self._before.issuer if self._before else None
        # Keys and imports cost a second of this process; the JVMs start meanwhile.
        async with asyncio.TaskGroup() as group:
            backing = group.create_task(
                start_backing(
                    self.options.root,
                    self.workplace,
                    manifests,
                    self._http,
                    self._exits,
                    snapshot.directory if snapshot else None,
                )
            )
            issuer = group.create_task(asyncio.to_thread(Issuer, self.clock.now, kept))
        return issuer.result(), backing.result()

    def _functions(self) -> dict[str, dict[str, str]]:
        return {
            front.name: {"url": front.url, "service_account": push_account(front.name)}
            for front in self._fleet.ingresses.values()
        }

    def _watch(self, backing: Backing) -> None:
        for process in backing.processes:
            self._in_background(_until_death(process))

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
            self._failure = self._failure or error
            self._failed.set()


async def _until_death(process: Process) -> None:
    await process.wait()
    raise process.died()


def _first_cause(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
