"""Runs a platform in its own thread, for tests and the demo."""

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
    """A running platform. `client` talks to it over HTTP; `run` runs a coroutine in its loop, which
    functions in process share."""

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
    """Yields a running platform, and stops it completely. Raises PlatformError where it cannot
    start, and at the end where it failed meanwhile.

    In process, only one platform may run in a process at a time, because functions read its one
    environment."""
    platform = Platform(options)
    # An exception during the start cancels the start, which then leaves nothing behind.
    with start_blocking_portal(name="platform") as portal:
        portal.call(platform.__aenter__)
        try:
            with PlatformClient(platform.url) as client:
                yield RunningPlatform(platform, client, portal)
        finally:
            portal.call(platform.__aexit__, None, None, None)
    if platform.failure is not None:
        raise platform.failure
