"""The billable operations of everything somebody does, counted by the local platform while it is
really done: `python -m tests.benchmarks.operations` writes infra/cost/measured.json."""

import argparse
import platform as machine
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx

from emulators.client import PlatformClient
from emulators.options import Options
from emulators.running import running_platform
from infra.cost.measured import RECORDED, Action, Measurement, Stored
from shared.manifest import Manifests, load_manifests
from tests.benchmarks.combining import typical
from tests.benchmarks.storage import grown, stored
from tests.benchmarks.stories import STORIES, STORING, Story
from tests.journeys.world import World, precedent

ROOT = Path(__file__).parents[2]
REPETITIONS = 7
# Each on a platform of its own: most repetitions take a day of its clock, and after thirty the
# returned cases of earlier worlds are given up, in the midst of somebody else's story.
PARTS = (
    [name for name in STORIES if name != "run_of_five_steps"],
    ["run_of_five_steps"],
)


@dataclass
class OperationCounter:
    """Counts what an action leads to, until the platform is idle again. Nobody else may use the
    platform meanwhile. `logs` is where it keeps the functions' logs; without it none count. `first`
    is called once, before the next action."""

    platform: PlatformClient
    manifests: Manifests = field(default_factory=lambda: load_manifests(ROOT))
    logs: Path | None = None
    first: Callable[[], None] | None = None

    def of(self, act: Callable[[], object]) -> Action:
        """What `act` led to."""
        first, self.first = self.first, None
        if first is not None:
            self.platform.wait_until_idle(timeout=300)
            first()
        logged = self._logged()
        self.platform.reset_operations()
        with self._answered() as answered:
            act()
            self.platform.wait_until_idle(timeout=300)
        counted = self.platform.operations()
        functions = counted["functions"].items()
        return Action(
            functions={name: dict(found["operations"]) for name, found in functions},
            published=counted["published"],
            logged_bytes={n: size - logged.get(n, 0) for n, size in self._logged().items()},
            answered_bytes=answered,
        )

    @contextmanager
    def _answered(self) -> Iterator[dict[str, int]]:
        """Bytes that leave for the caller meanwhile, by the function that answered."""
        sizes: dict[str, int] = {}

        def add(answer: httpx.Response) -> None:
            name = self.manifests.routes.find(answer.request.url.path)
            if name is not None:
                head = sum(len(key) + len(value) + 4 for key, value in answer.headers.raw)
                sizes[name] = sizes.get(name, 0) + head + len(answer.read())

        hooks = self.platform.http.event_hooks
        self.platform.http.event_hooks = {**hooks, "response": [*hooks["response"], add]}
        try:
            yield sizes
        finally:
            self.platform.http.event_hooks = hooks

    def _logged(self) -> dict[str, int]:
        """Bytes of structured log lines so far, by deployable."""
        if self.logs is None:
            return {}
        files = {d.name: self.logs / f"{d.name}.log" for d in self.manifests.deployables}
        return {
            name: sum(len(line) for line in file.read_bytes().splitlines() if line[:1] == b"{")
            for name, file in files.items()
            if file.exists()
        }


def creation(platform: PlatformClient, *, repetitions: int = REPETITIONS) -> Action:
    """One creation by hand on that platform as it is now, with whatever it has seen before: the
    story `creation_by_hand`, in a tenant of its own."""
    return measured(OperationCounter(platform), STORIES["creation_by_hand"], repetitions)


def creation_in(world: World, *, repetitions: int = REPETITIONS) -> Action:
    """One more creation by hand in a tenant that may have many."""
    counter = OperationCounter(world.platform)
    return typical([STORIES["creation_by_hand"](counter, world) for _ in range(repetitions)])


def measured(counter: OperationCounter, story: Story, repetitions: int) -> Action:
    """What is typical of several runs of a story, each in a tenant of its own whose people have
    acted before: a person's key is made once, and an instance reads it every five minutes; what
    policies are asked about a person is stored once."""
    return typical([story(counter, known(World(counter.platform))) for _ in range(repetitions)])


def known(world: World) -> World:
    """The world, whose author has written something before, and whose governor has."""
    # A returned case: its findings are no other case's, and it waits for longer than a story lasts.
    world.submit("earlier", escalation_triggers=[])
    # About another industry, and never activated.
    world.governor.post("/v1/mobile/seeds", precedent("dentistry"))
    world.settle()
    return world


def measure(
    counter: OperationCounter,
    env: Mapping[str, str],
    stories: Iterable[str],
    repetitions: int = REPETITIONS,
) -> Measurement:
    """These stories, after one run that warms up what runs; the first run also shows what it adds
    to the store from its first action on."""
    actions, storage = {}, {}
    for name in stories:
        story, before = STORIES[name], list[Stored]()
        world = known(World(counter.platform)) if name in STORING else World(counter.platform)
        counter.first = partial(keep_stored, before, env, world.tenant)
        story(counter, world)
        if name in STORING:
            storage[name] = grown(before[0], stored(env, world.tenant))
        actions[name] = measured(counter, story, repetitions)
        print(f"  {name}: {actions[name].count('requests')} requests", file=sys.stderr)
    return Measurement(
        measured_on=datetime.now(UTC).date(),
        machine=f"{machine.system()} {machine.machine()}",
        python=machine.python_version(),
        repetitions=repetitions,
        actions=actions,
        storage=storage,
    )


def keep_stored(found: list[Stored], env: Mapping[str, str], tenant: str) -> None:
    """Adds what the tenant has stored now."""
    found.append(stored(env, tenant))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=RECORDED, help="default: %(default)s")
    parser.add_argument("--repetitions", type=int, default=REPETITIONS)
    arguments = parser.parse_args()
    measurements = []
    for stories in PARTS:
        with tempfile.TemporaryDirectory(prefix="assent-cost-") as directory:
            state = Path(directory)
            with running_platform(Options(root=ROOT, state=state)) as running:
                counter = OperationCounter(running.client, logs=state / "logs")
                measurements.append(measure(counter, running.env, stories, arguments.repetitions))
    first, second = measurements
    actions, storage = first.actions | second.actions, first.storage | second.storage
    first.model_copy(update={"actions": actions, "storage": storage}).save(arguments.into)


if __name__ == "__main__":
    main()
