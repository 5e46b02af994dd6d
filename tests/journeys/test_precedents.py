"""What was learned assents in advance, and a day is left to say no."""

import pytest

from functions.approvals.rules.drafts import IN_A_ROW
from tests.journeys.world import GRACE_SECONDS, VETO_WINDOW_SECONDS, World, spec

pytestmark = pytest.mark.platform


def test_a_veto_inside_the_window_reverses_the_deployment(world: World) -> None:
    world.activate_precedent()
    case = world.submit("writer")
    assert world.statuses(case) == ("active", "live")
    card = world.card(case)
    assert (card["status"], card["matches"][0]["unsatisfied"]) == ("auto_approved", [])
    assert world.veto(card).json()["status"] == "vetoed"
    world.settle()
    assert world.statuses(case) == ("certified", "rolled_back")
    assert world.card(case)["status"] == "reversed"


@pytest.mark.nightly
def test_an_unvetoed_assent_is_confirmed_after_the_window(world: World) -> None:
    world.activate_precedent()
    case = world.submit("writer")
    world.platform.advance(VETO_WINDOW_SECONDS + GRACE_SECONDS + 1)
    world.settle()
    card = world.card(case)
    assert card["status"] == "confirmed"
    assert world.statuses(case) == ("active", "live")
    refused = world.veto(card)
    assert (refused.status_code, refused.json()["code"]) == (410, "veto_window_closed")


@pytest.mark.nightly
def test_the_third_veto_ends_the_precedent_before_its_next_match(world: World) -> None:
    world.activate_precedent()
    for number in range(3):
        case = world.submit(f"writer-{number}")
        assert world.veto(world.card(case)).status_code == 200
        world.settle()
    assert world.governor.get("/v1/mobile/seeds")["items"][0]["status"] == "deprecated"
    assert world.card(world.submit("writer-3"))["status"] == "pending"


@pytest.mark.nightly
def test_a_precedent_never_assents_to_its_activators_request(world: World) -> None:
    world.activate_precedent()
    answer = world.governor.send("POST", "/v1/agents", json=spec("own"))
    assert answer.status_code == 202
    world.settle()
    assert world.card(answer.json())["status"] == "pending"


@pytest.mark.nightly
@pytest.mark.timeout(600)
def test_like_approvals_draft_a_precedent_for_a_human_once_they_are_evidence(world: World) -> None:
    for number in range(IN_A_ROW - 1):
        world.live(f"writer-{number}")
    assert world.governor.get("/v1/mobile/seeds")["items"] == []
    world.live("writer-last")
    drafts = world.governor.get("/v1/mobile/seeds")["items"]
    assert [draft["status"] for draft in drafts] == ["draft"]
