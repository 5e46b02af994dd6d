"""A platform in a thread of its own, for tests and the demo."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
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
    up: Future[tuple[Platform, asyncio.AbstractEventLoop, asyncio.Event]] = Future()
    thread = threading.Thread(target=_thread, args=(options, up), name="platform", daemon=True)
    thread.start()
    try:
        platform, loop, stop = up.result()
    except BaseException:
        thread.join()
        raise
    try:
        with PlatformClient(platform.url) as client:
            yield RunningPlatform(platform, client, loop)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
    if platform.failure is not None:
        raise platform.failure


def _thread(
    options: Options, up: "Future[tuple[Platform, asyncio.AbstractEventLoop, asyncio.Event]]"
) -> None:
    try:
        asyncio.run(_serve(options, up))
    except BaseException as error:
        if not up.done():
            up.set_exception(error)
        else:
            raise


async def _serve(
    options: Options, up: "Future[tuple[Platform, asyncio.AbstractEventLoop, asyncio.Event]]"
) -> None:
    stop = asyncio.Event()
    async with Platform(options) as platform:
        up.set_result((platform, asyncio.get_running_loop(), stop))
        await stop.wait()
