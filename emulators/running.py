"""A platform in a thread of its own, for tests and the demo."""

from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal

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
    portal: BlockingPortal

    @property
    def url(self) -> str:
        return self.platform.url

    @property
    def env(self) -> dict[str, str]:
        return self.platform.env

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`, run in the platform's loop."""
        result: T = self.portal.call(lambda: work)
        return result


@contextmanager
def running_platform(options: Options) -> Iterator[RunningPlatform]:
    """Yields once it is up; leaves nothing running. Raises PlatformError where it cannot start, and
    at the end whatever the platform failed with meanwhile.

    In process, at most one platform may run in a process at a time: functions read its one
    environment."""
    platform = Platform(options)
    # An exception while it starts cancels the start, which then leaves nothing behind.
    with start_blocking_portal(name="platform") as portal:
        portal.call(platform.__aenter__)
        try:
            with PlatformClient(platform.url) as client:
                yield RunningPlatform(platform, client, portal)
        finally:
            portal.call(platform.__aexit__, None, None, None)
    if platform.failure is not None:
        raise platform.failure
