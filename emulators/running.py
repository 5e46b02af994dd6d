"""Runs a platform in its own thread, for tests and the demo."""

import os
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal

from emulators.client import PlatformClient
from emulators.functions.environment import set_environment
from emulators.options import Options
from emulators.platform import Platform

T = TypeVar("T")


@dataclass(frozen=True)
class RunningPlatform:
    """A running platform. `client` talks to it over HTTP; `run` runs a coroutine in its loop, which
    functions in process share; `before` has what the variables that it set were before."""

    platform: Platform
    client: PlatformClient
    portal: BlockingPortal
    before: Mapping[str, str | None] = field(compare=False, repr=False)

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
    def set_aside(self) -> Iterator[None]:
        """The environment of this process as it was before the platform started. The platform's
        functions in process have none meanwhile, so nothing of it happens by itself."""
        resting = self.portal.wrap_async_context_manager(self.platform.rest())
        with resting, set_environment(self.before):
            yield


@contextmanager
def running_platform(options: Options) -> Iterator[RunningPlatform]:
    """Yields a running platform, and stops it completely. Raises PlatformError where it cannot
    start, and at the end where it failed meanwhile.

    In process, only one platform may run in a process at a time, because functions read its one
    environment."""
    platform, before = Platform(options), dict(os.environ)
    # An exception during the start cancels the start, which then leaves nothing behind.
    with start_blocking_portal(name="platform") as portal:
        portal.call(platform.__aenter__)
        try:
            set_by_it = {name: before.get(name) for name, _ in os.environ.items() - before.items()}
            with PlatformClient(platform.url) as client:
                yield RunningPlatform(platform, client, portal, set_by_it)
        finally:
            portal.call(platform.__aexit__, None, None, None)
    if platform.failure is not None:
        raise platform.failure
