"""What is too long for a message reaches everybody who reads it, and costs no more than others."""

from typing import Any

import pytest

from tests.journeys.world import World, spec

pytestmark = pytest.mark.platform
SUSPENDED = "assent.agent.suspended.v1"


def _depends_on(name: str) -> dict[str, Any]:
    return {"interfaces": {**spec("any")["interfaces"], "depends_on": [name]}}


@pytest.mark.by_day(1)
@pytest.mark.parametrize("fault", ["duplicate", "drop_once", "reorder"])
def test_a_suspension_reaches_all_dependents_by_one_message(world: World, fault: str) -> None:
    base = world.live("base")
    world.live("middle", **_depends_on("base"))
    world.live("beside", **_depends_on("base"))
    world.live("top", **_depends_on("middle"))
    world.platform.reset_operations()
    world.platform.fault("pubsub", fault, count=3)
    world.governor.post(f"/v1/agents/{base['agent_id']}/suspend", {"reason": "Look at it."})
    world.settle()
    published = world.platform.operations()["published"]["agents"]
    assert published.keys() == {SUSPENDED}
    assert published[SUSPENDED]["messages"] == 2
    assert published[SUSPENDED]["bytes"] < 3_000
    phones = world.governor.get("/v1/mobile/agents")["items"]
    assert {(each["name"], each["status"]) for each in phones} == {
        (name, "suspended") for name in ("base", "middle", "beside", "top")
    }


def test_a_request_as_long_as_can_be_is_shown_to_the_governor(world: World) -> None:
    summary = "語" * 2_000
    body = {
        "kind": "execution",
        "subject": {"type": "invoice", "id": "inv_1", "name": "Invoice 1"},
        "summary": summary,
        "content": {"invoice": 1},
        "evidence": [],
        "rollback_plan": "Cancel it.",
    }
    world.platform.reset_operations()
    card = world.author.post("/v1/approvals", body)
    world.settle()
    published = world.platform.operations()["published"]["approvals"]
    assert {each["bytes"] for each in published.values()} == {1_000}
    shown = world.governor.get(f"/v1/mobile/approvals/{card['id']}")
    assert (shown["summary"], shown["version"]) == (summary, 1)
