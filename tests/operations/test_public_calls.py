"""What a caller can and cannot do by the way a call is made."""

from typing import Any

import pytest

from docs.reference import merged_openapi
from emulators.running import RunningPlatform
from shared.manifest import load_manifests
from tests.journeys.world import EVERY_READ, World
from tests.operations.conftest import ROOT

pytestmark = pytest.mark.platform
# Checkpoints are made each hour.
AN_HOUR = 3600
NIGHTS = '@id("nights") forbid (principal, action, resource) when { context.hour < 6 };'


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
    reader = world.person("gala", (*EVERY_READ, "audit:write", "policies:write"), ("governor",))
    world.platform.advance(AN_HOUR)
    reader.sign_in()
    export = reader.post("/v1/audit/exports")["export_id"]
    policy = reader.post("/v1/policies", {"name": "nights", "source": NIGHTS})["policy_id"]
    world.settle()
    ids = {"agent_id": case["agent_id"], "case_id": case["case_id"], "seed_id": seed["seed_id"]}
    approval = world.card(case)["id"]
    ids |= {"id": approval, "approval_id": approval, "export_id": export, "policy_id": policy}
    before = world.events()
    for path in _reads():
        query = {"entry": "1"} if path == "/v1/audit/proofs" else {}
        concrete = path.format_map(ids)
        answer = reader.send("GET", concrete, params=query)
        assert answer.status_code == 200, (concrete, answer.text)
    world.settle()
    assert world.events() == before


def test_a_repeated_parameter_is_refused(world: World) -> None:
    for query in ("limit=1&limit=1", "limit=1&limit=101"):
        refused = world.author.send("GET", f"/v1/skills?{query}")
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "limit")
