"""A platform in a thread of its own, for tests and the demo."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from emulators.client import PlatformClient
from emulators.options import Options
from emulators.platform import Platform

T = TypeVar("T")


@dataclass(frozen=True)
class RunningPlatform:
    """A platform that is up. `client` talks to it over HTTP; `run` runs a coroutine in its loop,
    where functions that run in process live too."""

    platform: Platform
    client: PlatformClient
    loop: asyncio.AbstractEventLoop

    @property
    def url(self) -> str:
        return self.platform.url

    @property
    def env(self) -> dict[str, str]:
        return self.platform.env

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`, run in the platform's loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()


@contextmanager
def running_platform(options: Options) -> Iterator[RunningPlatform]:
    """Yields once it is up; leaves nothing running. Raises PlatformError where it cannot start, and
    at the end whatever the platform failed with meanwhile.

    In process, at most one platform may run in a process at a time: functions read its one
    environment."""
    serving = _Serving(Platform(options))
    thread = threading.Thread(target=serving.run, name="platform", daemon=True)
    thread.start()
    try:
        loop = serving.up.result()
        with PlatformClient(serving.platform.url) as client:
            yield RunningPlatform(serving.platform, client, loop)
    finally:
        serving.stop()
        thread.join()
    if serving.platform.failure is not None:
        raise serving.platform.failure


class _Serving:
    """One platform's life in another thread."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.up: Future[asyncio.AbstractEventLoop] = Future()
        self._begun: Future[tuple[asyncio.AbstractEventLoop, asyncio.Task[None]]] = Future()

    def run(self) -> None:
        with suppress(asyncio.CancelledError):
            asyncio.run(self._main())

    def stop(self) -> None:
        """Ends it, whether it is up, still starting or has ended already."""
        loop, task = self._begun.result()
        with suppress(RuntimeError):  # The loop is closed: it has ended.
            loop.call_soon_threadsafe(task.cancel)

    async def _main(self) -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        self._begun.set_result((loop, task))
        try:
            async with self.platform:
                self.up.set_result(loop)
                await asyncio.Event().wait()
        except BaseException as error:
            if not self.up.done():
                self.up.set_exception(error)
                return
            raise
