"""What must hold whatever happens: causes, isolation, one answer for one decision, rebuilding."""

import concurrent.futures
import uuid
from typing import Any

import httpx
import pytest

from emulators.running import RunningPlatform
from shared.kit.ids import new_id
from shared.kit.instants import parse_instant
from tests.journeys.world import World, decision, spec

pytestmark = pytest.mark.platform


def test_every_cause_leads_to_the_beginning_of_its_story(world: World) -> None:
    world.activate_precedent()
    world.veto(world.card(world.submit("writer")))
    world.settle()
    world.governor.post(
        f"/v1/agents/{world.live('other', industry='retail')['agent_id']}/suspend",
        {"reason": "enough"},
    )
    world.settle()
    events = {event["id"]: event for event in world.events()}
    assert len(events) > 10
    for event in events.values():
        assert _root(event, events) == event["correlationid"]


def test_the_sequence_of_each_subject_has_no_gaps(world: World) -> None:
    world.activate_precedent()
    world.veto(world.card(world.submit("writer")))
    world.settle()
    sequences: dict[str, list[int]] = {}
    for event in world.events():
        sequences.setdefault(event["subject"], []).append(int(event["sequence"]))
    assert sequences
    for subject, found in sequences.items():
        assert sorted(found) == list(range(1, len(found) + 1)), subject


@pytest.mark.nightly
def test_a_repeated_decision_answers_as_before_and_a_different_one_is_a_conflict(
    world: World,
) -> None:
    card = world.card(world.submit("writer"))
    body = decision(card)
    path = f"/v1/mobile/approvals/{card['id']}"
    first = world.governor.send("POST", f"{path}/approve", json=body)
    world.settle()
    again = world.governor.send("POST", f"{path}/approve", json=body)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    other = {**decision(card), "note": "No."}
    conflict = world.governor.send("POST", f"{path}/request-changes", json=other)
    assert (conflict.status_code, conflict.json()["code"]) == (409, "already_decided")


@pytest.mark.nightly
def test_of_many_different_decisions_at_once_exactly_one_wins(world: World) -> None:
    card = world.card(world.submit("writer"))
    people = [
        world.person(f"gala-{n}", ("governance:write", "veto:execute"), ("governor",))
        for n in range(6)
    ]

    def decide(number: int) -> httpx.Response:
        action = ("approve", "request-changes")[number % 2]
        path = f"/v1/mobile/approvals/{card['id']}/{action}"
        return people[number].send("POST", path, json=decision(card, note="now"))

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(decide, range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]


@pytest.mark.nightly
def test_assent_to_other_content_is_refused(world: World) -> None:
    card = world.card(world.submit("writer"))
    stale = world.decide("approve", {**card, "decision_hash": "0" * 64})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_decision_hash")


@pytest.mark.nightly
def test_of_many_submissions_of_one_name_exactly_one_is_accepted(world: World) -> None:
    def submit(_: int) -> int:
        return world.author.send("POST", "/v1/agents", json=spec("writer")).status_code

    assert world.author.get("/v1/skills")["items"]  # Signed in before the race begins.
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(submit, range(6))) == [202, 409, 409, 409, 409, 409]


@pytest.mark.nightly
def test_the_same_idempotency_key_answers_the_same_and_another_body_is_refused(
    world: World,
) -> None:
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    first = world.author.send("POST", "/v1/agents", json=spec("writer"), headers=headers)
    again = world.author.send("POST", "/v1/agents", json=spec("writer"), headers=headers)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    other = world.author.send("POST", "/v1/agents", json=spec("other"), headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.nightly
def test_another_tenants_data_is_not_there_and_asking_for_it_is_audited(
    world: World, running: RunningPlatform
) -> None:
    case = world.submit("writer")
    card = world.card(case)
    stranger = World(running.client)
    asked = [
        stranger.author.send("GET", f"/v1/agents/{case['agent_id']}"),
        stranger.author.send("GET", f"/v1/workflows/{case['case_id']}"),
        stranger.governor.send("GET", f"/v1/approvals/{card['id']}"),
        stranger.governor.send("GET", f"/v1/mobile/approvals/{card['id']}"),
        stranger.governor.send("GET", f"/v1/mobile/agents/{case['agent_id']}"),
        stranger.decide("approve", card),
    ]
    assert [answer.status_code for answer in asked] == [404] * 6
    stranger.settle()
    entries = running.run(_chain(stranger.tenant))
    assert len(entries) >= 4
    assert stranger.governor.get("/v1/mobile/approvals", status="pending")["items"] == []


@pytest.mark.nightly
def test_an_id_that_never_was_is_not_found_either(world: World) -> None:
    unknown = new_id("agt", parse_instant("2026-01-01T00:00:00Z"))
    answer = world.author.send("GET", f"/v1/agents/{unknown}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def _chain(tenant: str) -> list[Any]:
    from functions.audit.rules.chain import Head
    from functions.audit.store import read_entries, read_head
    from tests.functions.audit.chains import first_broken

    head = await read_head(tenant)
    entries = [entry async for entry in read_entries(tenant, head.number)]
    assert first_broken(entries, Head(head.number, head.hash)) is None
    return entries


def _root(event: dict[str, Any], events: dict[str, dict[str, Any]]) -> str:
    seen = set()
    while event["causationid"] != event["id"]:
        assert event["id"] not in seen
        seen.add(event["id"])
        event = events[event["causationid"]]
    return str(event["id"])
