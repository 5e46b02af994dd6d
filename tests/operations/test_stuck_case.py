"""docs/runbooks/stuck-case.md: found through the API, moved by the sweep, or asked for again."""

import pytest

from tests.journeys.world import World

pytestmark = pytest.mark.platform

DEADLINE_SECONDS = 24 * 3600
UNTIL_THE_SWEEP_SECONDS = 240


def test_a_case_whose_timer_was_never_set_is_moved_by_the_sweep(world: World) -> None:
    world.platform.fault("tasks", "unavailable", count=50)
    case = world.submit("writer")
    world.platform.disarm()
    assert world.card(case)["status"] == "pending"
    world.platform.advance(DEADLINE_SECONDS + UNTIL_THE_SWEEP_SECONDS)
    world.settle()
    assert world.case(case)["status"] == "rejected"


def test_a_case_that_waits_for_a_person_is_not_stuck(world: World) -> None:
    case = world.submit("writer")
    health = world.governor.get("/v1/mobile/dashboard")["health"]
    assert {each["name"]: each["stuck"] for each in health["functions"]}["approvals"] == 0
    assert (world.case(case)["status"], world.card(case)["status"]) == ("ethics_cleared", "pending")


@pytest.mark.nightly
def test_a_case_that_cannot_go_on_is_cancelled_withdrawn_and_asked_for_again(world: World) -> None:
    case = world.submit("writer")
    world.author.post(f"/v1/workflows/{case['case_id']}/cancel")
    world.settle()
    assert (world.case(case)["status"], world.card(case)["status"]) == ("cancelled", "cancelled")
    assert world.statuses(world.live("writer")) == ("active", "live")


@pytest.mark.nightly
def test_a_case_whose_decision_never_arrives_is_cancelled_by_cancelling_it_again(
    world: World,
) -> None:
    case = world.submit("writer")
    path = f"/v1/workflows/{case['case_id']}/cancel"
    # The withdrawal is lost on its way, and nobody decides.
    world.platform.fault("pubsub", "unavailable", count=50)
    waiting = world.author.post(path)
    assert (waiting["status"], waiting["withdrawal"]["outcome"]) == ("ethics_cleared", None)
    assert world.author.post(path)["status"] == "ethics_cleared"
    world.platform.advance(10 * 60 + 1)
    assert world.author.post(path)["status"] == "cancelled"
    world.platform.disarm()
    world.platform.advance(UNTIL_THE_SWEEP_SECONDS)
    world.settle()
    assert (world.case(case)["status"], world.card(case)["status"]) == ("cancelled", "cancelled")


def test_an_agent_that_should_not_run_is_suspended_with_who_depends_on_it(world: World) -> None:
    case = world.live("writer")
    needed = {"inputs": ["topics"], "outputs": ["drafts"], "depends_on": ["writer"]}
    dependent = world.live("reader", interfaces=needed)
    answer = world.governor.send(
        "POST", f"/v1/agents/{case['agent_id']}/suspend", json={"reason": "its veto did nothing"}
    )
    assert answer.status_code == 202, answer.text
    world.settle()
    assert world.agent(case)["status"] == "suspended"
    assert world.agent(dependent)["status"] == "suspended"
