"""Whose a case and an agent are: nobody takes over, blocks or approves what is theirs or has their
text in it. `test_authority.py` has who decides, and by when."""

from typing import Any

import pytest

from shared.kit.sealing import is_sealed
from tests.attacks.asking import HOUR, MINUTE, ask, decide, refused, request, somebody
from tests.journeys.world import World, spec

pytestmark = pytest.mark.platform

REASON = {"reason": "The leak of 3 May is closed."}


def change(person: Any, case: dict[str, Any], name: str = "writer", **changed: Any) -> Any:
    """The answer to a changed spec of the case's agent."""
    path = f"/v1/agents/{case['agent_id']}/changes"
    return person.send("POST", path, json=spec(name, **changed))


def revise(person: Any, case: dict[str, Any], name: str = "writer", **changed: Any) -> Any:
    """The answer to a revision of the case."""
    path = f"/v1/workflows/{case['case_id']}/revisions"
    return person.send("POST", path, json=spec(name, **changed))


def returned(world: World, name: str) -> dict[str, Any]:
    """A case that the governor sent back."""
    case = world.submit(name)
    assert world.decide("request-changes", world.card(case), note="narrower").status_code == 200
    world.settle()
    assert world.case(case)["status"] == "returned"
    return case


def test_a_colleague_with_every_scope_takes_over_no_case(world: World) -> None:
    case, stranger = returned(world, "writer"), somebody(world, "stranger", "author", "deputy")
    answer = revise(stranger, case, industry="clinics")
    refused(answer, 403, "forbidden")
    assert "its requester and those who revised it" in answer.json()["detail"]
    refused(revise(stranger, case, "renamed"), 403, "forbidden")
    path = f"/v1/workflows/{case['case_id']}/cancel"
    refused(stranger.send("POST", path), 403, "forbidden")
    assert world.case(case)["authors"] == world.case(case)["submitted_by"] == ["author"]
    assert revise(world.author, case).status_code == 202
    world.settle()
    assert world.approve(case)["status"] == "approved"


@pytest.mark.nightly
def test_no_colleague_blocks_an_owners_change_or_cancels_a_governors(world: World) -> None:
    case, stranger = world.live("writer"), somebody(world, "stranger", "author", "developer")
    answer = change(stranger, case, mode="trial")
    refused(answer, 403, "forbidden")
    assert "genesis, governor or tenant_admin" in answer.json()["detail"]
    admin = somebody(world, "tara", "tenant_admin")
    blocking = change(admin, case, industry="clinics").json()
    refused(change(world.author, case, mode="trial"), 409, "version_conflict")
    # Its text is the author's too, the case is not.
    assert world.case(blocking)["authors"] == ["author", "tara"]
    path = f"/v1/workflows/{blocking['case_id']}/cancel"
    for person in (stranger, world.author):
        refused(person.send("POST", path), 403, "forbidden")
    assert world.governor.send("POST", path).status_code == 202
    world.settle()
    assert change(world.author, case, mode="trial").status_code == 202
    world.governor.post(f"/v1/agents/{case['agent_id']}/suspend", REASON)
    assert world.agent(case)["status"] == "suspended"


def test_nobody_approves_a_change_of_a_spec_that_has_their_text_in_it(world: World) -> None:
    case, colleague = world.live("writer"), somebody(world, "colleague", "governor")
    theirs = change(world.governor, case, industry="clinics").json()
    world.settle()
    assert decide(colleague, world.card(theirs)).json()["status"] == "approved"
    world.settle()
    later = change(world.author, case, industry="clinics", mode="trial").json()
    world.settle()
    card = world.card(later)
    assert card["authors"] == ["author", "gala"]
    for verb, fields in (("approve", {}), ("break_glass", {"grounds": "outage"})):
        answer = decide(world.governor, card, verb, **fields)
        refused(answer, 403, "separation_of_duties")
        assert "gives somebody else the role" in answer.json()["detail"]
    assert decide(colleague, card).json()["status"] == "approved"


@pytest.mark.nightly
def test_where_every_governor_is_an_author_a_change_ends_by_silence_and_another_decides(
    world: World,
) -> None:
    case, colleague = world.live("writer"), somebody(world, "colleague", "governor")
    theirs = change(world.governor, case, industry="clinics").json()
    world.settle()
    decide(colleague, world.card(theirs))
    world.settle()
    stuck = change(world.author, case, industry="clinics", mode="trial").json()
    world.platform.advance(24 * HOUR + 2 * MINUTE)
    world.settle()
    assert world.case(stuck)["status"] == "rejected"
    assert world.agent(case)["status"] == "active"
    again = change(world.author, case, industry="clinics", mode="trial").json()
    world.settle()
    newcomer = somebody(world, "newcomer", "governor")
    assert decide(newcomer, world.card(again)).json()["status"] == "approved"


@pytest.mark.nightly
def test_a_text_that_somebody_else_sends_again_is_still_its_first_senders(world: World) -> None:
    first = world.governor.post("/v1/agents", spec("writer"))
    world.governor.post(f"/v1/workflows/{first['case_id']}/cancel")
    world.settle()
    case = world.submit("writer")
    assert world.case(case)["authors"] == ["author", "gala"]
    refused(world.decide("approve", world.card(case)), 403, "separation_of_duties")

    content = request()["content"]
    ask(world.governor, content=content)
    card = ask(world.author, content=content)
    assert card["authors"] == ["author", "gala"]
    refused(decide(world.governor, card), 403, "separation_of_duties")
    refused(
        decide(world.governor, card, "break_glass", grounds="outage"), 403, "separation_of_duties"
    )
    assert decide(somebody(world, "other", "governor"), card).json()["status"] == "approved"


def test_a_phone_shows_whose_text_it_is_and_what_became_of_a_broken_glass(world: World) -> None:
    card = ask(world.author)
    assert decide(world.governor, card, "break_glass", grounds="outage").status_code == 200
    world.settle()

    def shown() -> dict[str, Any]:
        (listed,) = world.governor.get("/v1/mobile/approvals")["items"]
        assert listed["authors"] == ["author"]
        detail = world.governor.get(f"/v1/mobile/approvals/{card['id']}")
        assert (detail["authors"], detail["review"]) == (["author"], listed["review"])
        return dict(listed)

    owed = shown()
    assert (owed["status"], owed["review"]["status"]) == ("approved", "owed")
    other = somebody(world, "other", "governor")
    path = f"/v1/approvals/{card['id']}/review"
    other.post(path, {"verdict": "overturned", "note": "There was no outage."})
    world.settle()
    made = shown()["review"]
    assert (made["status"], made["reviewed_by"]) == ("overturned", "other")


@pytest.mark.nightly
def test_an_agent_that_runs_again_says_who_let_it_and_why(world: World) -> None:
    path = f"/v1/agents/{world.live('writer')['agent_id']}"
    world.governor.post(f"{path}/suspend", {"reason": "look"})
    world.governor.post(f"{path}/reactivate", REASON)
    told = world.author.get(path)["reactivation"]
    assert (told["reason"], told["by"]) == (REASON["reason"], "gala")
    (event,) = [e for e in world.events() if e["type"] == "assent.agent.reactivated.v1"]
    kept = event["data"]["reactivation"]
    assert {**kept, "reason": told["reason"]} == told
    # The log keeps their words under the key of who wrote them.
    assert is_sealed(kept["reason"])
