"""The program's resources, without a cloud: what it would register, and their relations."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from infra.archive import Archive
from infra.preview.resource import Resource
from infra.settings import Settings
from shared.manifest import Manifests, load_manifests

ROOT = Path(__file__).parents[2]
COMPONENT = "assent:infra:"


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
        for resource in self.resources:
            if resource.name == name:
                return resource
        raise KeyError(name)


def graph(settings: Settings, manifests: Manifests | None = None) -> Graph:
    """The resources that the program registers for `settings`, by default for the checkout's
    manifests. Calls no cloud, and makes no archive. Raises Refused as the program does."""
    from infra.program import deploy

    chosen = manifests if manifests is not None else load_manifests(ROOT)
    return graph_of(lambda: deploy(settings, chosen, _unpacked), settings, chosen)


def graph_of(program: Callable[[], None], settings: Settings, manifests: Manifests) -> Graph:
    """The resources that `program` registers."""
    registered: list[Resource] = []
    warnings: list[str] = []
    failures: list[BaseException] = []

    def run() -> None:
        # Pulumi keeps its state in the context of a thread and runs its own event loop.
        from infra.preview.recording import record

        asyncio.set_event_loop(asyncio.new_event_loop())
        try:
            registered.extend(record(program, settings, warnings))
        except BaseException as failure:  # noqa: BLE001 - raised again by the caller's thread
            failures.append(failure)
        finally:
            asyncio.get_event_loop().close()

    thread = threading.Thread(target=run, name="pulumi")
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
    # They are registered concurrently, in a different order each time.
    registered.sort(key=lambda each: (each.name, each.type))
    components = tuple(each for each in registered if each.type.startswith(COMPONENT))
    resources = tuple(each for each in registered if not each.type.startswith(COMPONENT))
    return Graph(settings, manifests, resources, components, tuple(warnings))


def _unpacked(lock: str) -> Archive:
    return Archive(Path(f"{lock}.zip"), "0" * 64)
