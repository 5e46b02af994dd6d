"""What a caller can and cannot do by the way a call is made."""

from typing import Any

import pytest

from docs.reference import merged_openapi
from emulators.running import RunningPlatform
from shared.manifest import load_manifests
from tests.journeys.world import World
from tests.operations.conftest import ROOT

pytestmark = pytest.mark.platform


def _reads() -> list[str]:
    paths: dict[str, dict[str, Any]] = merged_openapi(load_manifests(ROOT))["paths"]
    return sorted(
        path
        for path, calls in paths.items()
        # What `identity` shows is of people who signed in: tests/journeys/test_tenancy.py.
        if "get" in calls and calls["get"]["tags"] != ["identity"]
    )


def test_reading_calls_change_nothing(running: RunningPlatform, world: World) -> None:
    case = world.live("writer")
    seed = world.activate_precedent()
    world.settle()
    ids = {"agent_id": case["agent_id"], "case_id": case["case_id"], "seed_id": seed["seed_id"]}
    approval = world.card(case)["id"]
    before = world.events()
    for path in _reads():
        concrete = path.format_map({**ids, "id": approval, "approval_id": approval})
        answer = world.governor.send("GET", concrete)
        assert answer.status_code == 200, (concrete, answer.text)
    world.settle()
    assert world.events() == before


def test_a_repeated_parameter_is_refused(world: World) -> None:
    for query in ("limit=1&limit=1", "limit=1&limit=101"):
        refused = world.author.send("GET", f"/v1/skills?{query}")
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "limit")
