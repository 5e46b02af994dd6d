"""docs/runbooks/cost-spike.md: who spends is seen at once, by function and by operation."""

import pytest

from emulators.running import RunningPlatform
from shared.manifest import load_manifests
from tests.journeys.world import World
from tests.operations.conftest import ROOT

pytestmark = pytest.mark.platform

LOOPS = 40


def test_a_program_in_a_loop_is_the_function_that_grew(
    running: RunningPlatform, world: World
) -> None:
    world.submit("writer")
    running.client.reset_operations()
    for _ in range(LOOPS):
        world.author.get("/v1/agents")
    counted = running.client.operations()
    functions = counted["functions"]
    assert max(functions, key=lambda name: functions[name]["usd"]) == "agents"
    assert functions["agents"]["operations"]["requests"] == LOOPS
    assert functions["agents"]["operations"]["firestore-reads"] >= LOOPS
    assert counted["usd"] >= functions["agents"]["usd"] > 0


def test_every_answer_says_what_it_cost(world: World) -> None:
    answer = world.author.send("GET", "/v1/agents")
    assert "firestore-reads=" in answer.headers["assent-cost"]


def test_every_function_has_a_most_of_instances() -> None:
    most = {each.name: each.sizing.max_instances for each in load_manifests(ROOT).deployables}
    assert {name for name, instances in most.items() if not 0 < instances <= 20} == set()


def test_reading_the_pipeline_tells_whether_it_is_paused(world: World) -> None:
    assert world.author.get("/v1/pipeline")["paused"] is False
