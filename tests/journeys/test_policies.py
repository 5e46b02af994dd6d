"""What a tenant publishes decides at other functions within thirty seconds."""

import time
from typing import Any

import pytest

from emulators.demo.person import Person
from shared.policy.published import TRUSTED_SECONDS
from tests.journeys.world import World, decision

pytestmark = pytest.mark.platform

HOLDS_WITHIN_SECONDS = 30.0
SCOPES = ("policies:read", "policies:write", "agents:read")
FREEZE = """@id("freeze") forbid (principal, action == Action::"agents.list", resource)
unless { principal in Role::"governor" };"""
THAW = FREEZE.replace("agents.list", "audit.exports.create")


def published(world: World, author: Person, source: str) -> None:
    policy = author.post("/v1/policies", {"name": "freeze", "source": source})
    asked = author.post(f"/v1/policies/{policy['policy_id']}/publish")
    world.settle()
    path = f"/v1/approvals/{asked['approval_id']}"
    body = decision(world.governor.get(path), decision="approve")
    world.governor.post(f"{path}/decisions", body)
    world.settle()
    assert author.get(f"/v1/policies/{policy['policy_id']}")["status"] == "published"


def becomes(author: Person, expected: int) -> None:
    until = time.monotonic() + HOLDS_WITHIN_SECONDS
    while author.send("GET", "/v1/agents").status_code != expected:
        assert time.monotonic() < until, "what was published does not hold"
        time.sleep(0.5)


def test_what_is_published_holds_everywhere_within_thirty_seconds(world: World) -> None:
    assert HOLDS_WITHIN_SECONDS < TRUSTED_SECONDS
    author: Any = world.person("ann", SCOPES, ("developer",))
    assert author.send("GET", "/v1/agents").status_code == 200
    published(world, author, FREEZE)
    becomes(author, 403)
    published(world, author, THAW)
    becomes(author, 200)
