"""What runs each deployable, with its environment."""

import os
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp

from emulators.directory import PlatformDirectory
from emulators.functions.environment import (
    Services,
    of_all,
    of_deployable,
    program_environment,
)
from emulators.functions.fleet import SHARED_REACTIONS_URL
from emulators.functions.in_process import InProcessBackend
from emulators.functions.process import ProcessBackend
from emulators.gateway.messages import Backend
from shared.manifest import Deployable, Manifests


def as_processes(
    root: Path, services: Services, directory: PlatformDirectory, http: aiohttp.ClientSession
) -> Callable[[Deployable], Backend]:
    """Each deployable as a process of its own."""

    def backend(deployable: Deployable) -> Backend:
        return ProcessBackend(
            deployable.name,
            root=root,
            env=program_environment(root) | of_deployable(deployable, services),
            log=directory.log(deployable.name),
            http=http,
        )

    return backend


def in_this_process(
    manifests: Manifests, services: Services, exits: AsyncExitStack
) -> Callable[[Deployable], Backend]:
    """Every deployable inside this process. Sets its environment; `exits` restores it."""
    _set_environment(of_all(manifests, services, SHARED_REACTIONS_URL), exits)

    def backend(deployable: Deployable) -> Backend:
        return InProcessBackend(deployable.name, target=deployable.target, source=deployable.source)

    return backend


def _set_environment(values: Mapping[str, str], exits: AsyncExitStack) -> None:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)

    def restore() -> None:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    exits.callback(restore)
