"""Late, twice, in the wrong order, killed in between: the story ends the same."""

import time

import pytest

from tests.journeys.world import GRACE_SECONDS, VETO_WINDOW_SECONDS, World, spec

pytestmark = pytest.mark.platform


def test_a_veto_that_overtakes_the_assent_is_honoured(world: World) -> None:
    world.activate_precedent()
    world.platform.fault("pubsub", "delay", count=6, seconds=1.5)
    answer = world.author.send("POST", "/v1/agents", json=spec("writer"))
    case = answer.json()
    card = _await_card(world, case)
    assert world.veto(card).status_code == 200
    world.settle()
    assert world.statuses(case) == ("certified", "rolled_back")
    assert world.card(case)["status"] == "reversed"


@pytest.mark.by_day(1)
@pytest.mark.parametrize("kind", ["duplicate", "drop_once", "delay"])
def test_events_that_come_twice_or_late_change_nothing(world: World, kind: str) -> None:
    world.platform.fault("pubsub", kind, count=4)
    case = world.submit("writer")
    world.platform.fault("pubsub", kind, count=4)
    world.approve(case)
    assert world.statuses(case) == ("active", "live")
    sequences = [e["sequence"] for e in world.events() if e["subject"].startswith("approval/")]
    assert sorted(map(int, sequences)) == [1, 2]


@pytest.mark.by_day(1)
@pytest.mark.parametrize("kind", ["duplicate", "drop_once"])
def test_timers_that_come_twice_or_are_dropped_confirm_once(world: World, kind: str) -> None:
    world.activate_precedent()
    case = world.submit("writer")
    world.platform.fault("tasks", kind, count=3)
    world.platform.advance(VETO_WINDOW_SECONDS + GRACE_SECONDS + 240)
    world.settle()
    assert world.card(case)["status"] == "confirmed"


def test_a_store_that_does_not_answer_for_a_moment_loses_nothing(world: World) -> None:
    world.platform.fault("firestore", "unavailable", count=3)
    case = world.submit("writer")
    world.platform.fault("firestore", "unavailable", count=3)
    world.approve(case)
    assert world.statuses(case) == ("active", "live")


def _await_card(world: World, case: dict[str, str]) -> dict[str, object]:
    """The card as soon as the approvals API has it, while events are still on their way."""
    for _ in range(200):
        found = world.governor.get("/v1/approvals", status="veto_open")["items"]
        for card in found:
            if card["subject"]["id"] == case["agent_id"]:
                return dict(card)
        time.sleep(0.05)
    raise AssertionError("no approval was opened")
