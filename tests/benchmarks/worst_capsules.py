"""The worst calls of `capsules`: of the longest sources, and of plans with the most steps."""

from collections.abc import Iterator
from functools import cache
from itertools import count
from typing import Any

from emulators.demo.person import Person
from functions.capsules.rules.source import MOST_STEPS
from tests.benchmarks.largest import LETTER, MANY, sent, together, unused_name
from tests.benchmarks.worst import LIMITS, Call, Scene, worst_of
from tests.journeys.world import World

SCOPES = ("capsules:read", "capsules:write")
VERSION = "/v1/capsules/{name}/versions/{version}"
_NUMBERS = count(1)


class Written:
    """A tenant with a live agent, and a published capsule of as many steps as one may have."""

    def __init__(self, scene: Scene) -> None:
        self.world = World(scene.platform)
        self.author: Person = self.world.person("devin", SCOPES, ("developer",))
        self.agent = unused_name()
        self.world.live(self.agent)
        self.source = self.largest()
        sent(self.author, "/v1/capsules", self.source)
        self.path = self.path_of(self.source)
        sent(self.author, f"{self.path}/publish", None)
        self.plan: str = sent(self.author, "/v1/plans", self.named(self.source))["plan_hash"]

    def largest(self) -> dict[str, Any]:
        """A version that is not there yet."""
        steps = [{"id": f"s{n}", "wait": {"for": n}} for n in range(MOST_STEPS)]
        return {**self.smallest(), "summary": LETTER * 2_000, "steps": steps}

    def smallest(self) -> dict[str, Any]:
        """A version of one step that is not there yet."""
        steps = [{"id": "rest", "wait": {"for": 1}}]
        version = f"1.0.{next(_NUMBERS)}"
        return {"capsule": "rests", "version": version, "agent": self.agent, "steps": steps}

    def drafted(self) -> str:
        """The path of a new draft."""
        source = self.largest()
        sent(self.author, "/v1/capsules", source)
        return self.path_of(source)

    @staticmethod
    def path_of(source: dict[str, Any]) -> str:
        """Where a version is shown."""
        return f"/v1/capsules/{source['capsule']}/versions/{source['version']}"

    @staticmethod
    def named(source: dict[str, Any]) -> dict[str, Any]:
        """What compiles a version."""
        return {"capsule": source["capsule"], "version": source["version"]}


@cache
def written(scene: Scene) -> Written:
    """The scene's tenant, made when the first call needs it."""
    return Written(scene)


@worst_of("POST", "/v1/capsules")
def write_capsule(scene: Scene) -> Iterator[Call]:
    found = written(scene)
    yield Call(found.author, "/v1/capsules", found.largest())
    yield Call(found.author, "/v1/capsules", found.smallest(), what="the smallest")


@worst_of("GET", "/v1/capsules")
def list_capsules(scene: Scene) -> Iterator[Call]:
    found = written(scene)
    together(lambda: sent(found.author, "/v1/capsules", found.smallest()), MANY)
    for limit in LIMITS:
        yield Call(found.author, f"/v1/capsules?limit={limit}", what=f"limit {limit}", limit=limit)


@worst_of("GET", VERSION)
def show_capsule(scene: Scene) -> Iterator[Call]:
    yield Call(written(scene).author, written(scene).path)


for _verb in ("publish", "deprecate"):

    @worst_of("POST", f"{VERSION}/{_verb}")
    def end_draft(scene: Scene, verb: str = _verb) -> Iterator[Call]:
        found = written(scene)
        yield Call(found.author, f"{found.drafted()}/{verb}")


@worst_of("POST", "/v1/plans")
def compile_plan(scene: Scene) -> Iterator[Call]:
    found = written(scene)
    path = found.drafted()
    sent(found.author, f"{path}/publish", None)
    yield Call(found.author, "/v1/plans", {"capsule": "rests", "version": path.split("/")[-1]})


@worst_of("GET", "/v1/plans/{plan_hash}")
def show_plan(scene: Scene) -> Iterator[Call]:
    yield Call(written(scene).author, f"/v1/plans/{written(scene).plan}")


@worst_of("POST", "/v1/plans/{plan_hash}/ghostrun")
def rehearse_plan(scene: Scene) -> Iterator[Call]:
    found = written(scene)
    yield Call(found.author, f"/v1/plans/{found.plan}/ghostrun", {"mode": "full"})
