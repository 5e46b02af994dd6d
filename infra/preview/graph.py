"""The program's resources, without a cloud: what it would register, and their relations."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from infra.archive import Archive
from infra.settings import Settings, settings_of_stack
from shared.manifest import Manifests, load_manifests

ROOT = Path(__file__).parents[2]
COMPONENT = "assent:infra:"


@dataclass(frozen=True)
class Resource:
    """One registered resource. `inputs` are as the provider would see them, in its own camelCase
    names, references resolved; `parent` and `after` are URNs."""

    urn: str
    type: str
    name: str
    inputs: Mapping[str, Any]
    parent: str
    after: tuple[str, ...]
    protected: bool

    @property
    def group(self) -> str:
        """Its group: the part of its name before the slash; a deployable, or a theme that all
        share."""
        return self.name.partition("/")[0]


@dataclass(frozen=True)
class Graph:
    """Everything that one stack registers, without components in `resources`, and its warnings."""

    settings: Settings
    manifests: Manifests
    resources: tuple[Resource, ...]
    components: tuple[Resource, ...]
    warnings: tuple[str, ...]

    def of(self, *types: str) -> Iterator[Resource]:
        """The resources of these types, such as `gcp:pubsub/topic:Topic`."""
        return (resource for resource in self.resources if resource.type in types)

    def count(self, type: str) -> int:
        """How many resources of a type there are."""
        return sum(1 for _ in self.of(type))

    def named(self, name: str) -> Resource:
        """The resource with this name in the program. Raises KeyError."""
        return {resource.name: resource for resource in self.resources}[name]


def graph(settings: Settings, manifests: Manifests | None = None) -> Graph:
    """The resources that the program registers for `settings`, by default for the checkout's
    manifests. Calls no cloud, and makes no archive. Raises Refused as the program does."""
    from infra.program import deploy

    chosen = manifests if manifests is not None else load_manifests(ROOT)
    return graph_of(lambda: deploy(settings, chosen, _unpacked), settings, chosen)


def graph_of_stack(stack: str, root: Path = ROOT) -> Graph:
    """The resources of a stack's own file below `root`, which a process reads once: to make a
    graph takes a processor for four seconds. Raises Refused as the program does."""
    return _graph_of_stack(stack, root)


@cache
def _graph_of_stack(stack: str, root: Path) -> Graph:
    return graph(settings_of_stack(root, stack))


def graph_of(program: Callable[[], None], settings: Settings, manifests: Manifests) -> Graph:
    """The resources that `program` registers."""
    warnings: list[str] = []
    # Pulumi keeps its state in the context of a thread and runs its own event loop.
    with ThreadPoolExecutor(max_workers=1) as thread:
        registered = thread.submit(_registered_by, program, settings, warnings).result()
    # They are registered concurrently, in a different order each time.
    registered.sort(key=lambda each: (each.name, each.type))
    components = tuple(each for each in registered if each.type.startswith(COMPONENT))
    resources = tuple(each for each in registered if not each.type.startswith(COMPONENT))
    return Graph(settings, manifests, resources, components, tuple(warnings))


def _registered_by(
    program: Callable[[], None], settings: Settings, warnings: list[str]
) -> list[Resource]:
    from infra.preview.recording import record

    asyncio.set_event_loop(asyncio.new_event_loop())
    try:
        return record(program, settings, warnings)
    finally:
        asyncio.get_event_loop().close()


def _unpacked(lock: str) -> Archive:
    return Archive(Path(f"{lock}.zip"), "0" * 64)
