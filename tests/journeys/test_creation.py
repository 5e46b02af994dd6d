"""An agent is born by assent, or it is not."""

import pytest

from tests.functions.agents.rules.largest import LARGEST
from tests.journeys.world import World, decision, spec

pytestmark = pytest.mark.platform


def test_an_approved_agent_is_live_and_every_stage_says_so(world: World) -> None:
    case = world.submit("writer")
    assert world.statuses(case) == ("certified", "ethics_cleared")
    world.approve(case)
    assert world.statuses(case) == ("active", "live")
    stages = world.case(case)["stages"]
    assert [stage["status"] for stage in stages] == ["passed"] * 7
    assert all(stage["certification_id"] for stage in stages[2:5])
    assert all(stage["findings"] for stage in stages[:5])
    assert len({f["check"] for stage in stages[2:5] for f in stage["findings"]}) == 16


def test_a_rejected_case_ends_and_its_name_is_free_again(world: World) -> None:
    case = world.submit("writer")
    answer = world.veto(world.card(case))
    assert answer.json()["status"] == "rejected"
    world.settle()
    assert world.statuses(case) == ("deprecated", "rejected")
    assert world.submit("writer")["agent_id"] != case["agent_id"]


def test_requested_changes_return_the_case_and_a_revision_passes(world: World) -> None:
    case = world.submit("writer")
    first = world.card(case)
    asked = world.decide("request-changes", first, note="Name the editor as the reader.")
    assert asked.status_code == 200
    world.settle()
    assert world.case(case)["status"] == "returned"
    revised = spec("writer", purpose="Draft patient-education articles for the clinic's editor.")
    answer = world.author.send("POST", f"/v1/workflows/{case['case_id']}/revisions", json=revised)
    assert answer.status_code == 202, answer.text
    world.settle()
    second = world.card(case)
    assert second["id"] != first["id"]
    assert second["decision_hash"] != first["decision_hash"]
    world.approve(case)
    assert world.statuses(case) == ("active", "live")


def test_a_blocked_case_is_repaired_and_one_blocked_for_what_it_does_is_not(
    world: World,
) -> None:
    sound = spec("writer")
    misdeclared = [{**access, "mode": "read"} for access in sound["data_access"]]
    case = world.submit("writer", data_access=misdeclared)
    assert world.statuses(case) == ("draft", "blocked")
    (listed,) = world.author.get("/v1/workflows", status="blocked")["items"]
    assert (listed["case_id"], listed["ended_at"]) == (case["case_id"], None)
    assert world.governor.get(f"/v1/mobile/agents/{case['agent_id']}")["case_id"] == case["case_id"]
    revisions = f"/v1/workflows/{case['case_id']}/revisions"
    assert revisions in listed["next_step"]
    assert world.author.send("POST", revisions, json=sound).status_code == 202
    world.settle()
    world.approve(case)
    assert world.statuses(case) == ("active", "live")
    reserved = [*sound["data_access"], {**sound["data_access"][0], "source": "assent"}]
    over = world.submit("other", data_access=reserved)
    assert world.statuses(over) == ("deprecated", "blocked")
    answer = world.author.send(
        "POST", f"/v1/workflows/{over['case_id']}/revisions", json=spec("other")
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "version_conflict")
    assert "for what the agent does" in answer.json()["detail"]
    assert world.agent(over)["last_case_id"] == over["case_id"]
    assert world.submit("other")["status"] == "ethics_cleared"


@pytest.mark.nightly
def test_a_case_that_nobody_revises_ends_after_thirty_days_and_its_name_is_free(
    world: World,
) -> None:
    case = world.submit("writer", escalation_triggers=[])
    assert world.statuses(case)[1] == "returned"
    world.platform.advance(30 * 24 * 3600 - 60)
    world.settle()
    assert world.statuses(case)[1] == "returned"
    world.platform.advance(61)
    world.settle()
    assert world.statuses(case) == ("deprecated", "cancelled")
    assert world.submit("writer")["status"] == "ethics_cleared"


def test_silence_at_the_deadline_ends_the_case(world: World) -> None:
    case = world.submit("writer")
    world.platform.advance(24 * 3600 + 61)
    world.settle()
    assert world.card(case)["status"] == "expired"
    assert world.statuses(case) == ("deprecated", "rejected")


def test_a_cancelled_case_withdraws_its_request(world: World) -> None:
    case = world.submit("writer")
    card = world.card(case)
    answer = world.author.send("POST", f"/v1/workflows/{case['case_id']}/cancel")
    assert answer.status_code == 202, answer.text
    world.settle()
    assert world.card(case)["status"] == "cancelled"
    assert world.decide("approve", card).status_code == 409


def test_nobody_decides_on_their_own_request(world: World) -> None:
    case = world.submit("writer")
    author = world.person("author", ("governance:read", "governance:write"), ("governor",))
    card = world.card(case)
    answer = author.send("POST", f"/v1/mobile/approvals/{card['id']}/approve", json=decision(card))
    assert (answer.status_code, answer.json()["code"]) == (403, "separation_of_duties")


def test_a_case_whose_dependency_stopped_serving_is_rolled_back(world: World) -> None:
    library = world.live("library")
    interfaces = {**spec("x")["interfaces"], "depends_on": ["library"]}
    case = world.submit("writer", interfaces=interfaces)
    world.governor.post(f"/v1/agents/{library['agent_id']}/suspend", {"reason": "maintenance"})
    world.settle()
    world.approve(case)
    assert world.statuses(case) == ("certified", "rolled_back")
    failed = [f for f in world.case(case)["stages"][6]["findings"] if f["verdict"] == "fail"]
    assert [finding["check"] for finding in failed] == ["dependencies"]


def test_what_is_taken_is_asked_for_whatever_its_size(world: World) -> None:
    largest = {name: {**LARGEST[name], "name": "largest"} for name in ("expanded", "fitting")}
    refused = world.author.send("POST", "/v1/agents", json=largest["expanded"])
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    taken = world.author.send("POST", "/v1/agents", json=largest["fitting"])
    assert taken.status_code == 202, taken.text
    world.settle()
    assert world.card(taken.json())["status"] == "pending"
    world.approve(taken.json())
    assert world.statuses(taken.json()) == ("active", "live")


def test_a_trial_agent_is_live_on_trial_and_waits_to_go_live_after_seven_days(
    world: World,
) -> None:
    case = world.submit("writer", mode="trial")
    world.approve(case)
    assert world.statuses(case) == ("trial", "live")
    world.platform.advance(7 * 24 * 3600 + 1)
    world.settle()
    assert world.agent(case)["status"] == "go_live_pending"
