"""Two workspaces of one tenant: every route, tried with a token for one of them and the ids of what
belongs to the other, or to neither."""

import json

import pytest

from emulators.running import RunningPlatform
from infra.indexes import collections
from shared.kit.bookkeeping import CredentialRefused, LookupMissed
from shared.manifest import load_manifests
from shared.storage.firestore import TenantStore
from tests.attacks.asking import VETO, request
from tests.attacks.parts_of_a_tenant import (
    EMPTY,
    MINE,
    OTHER,
    WHOLE,
    Part,
    all_of,
    attempt,
    everybody,
    keep_call,
    keep_key,
    keep_pattern,
    leaked,
    part_of,
)
from tests.attacks.routes_of_workspaces import (
    ABOUT_ONE,
    LISTS,
    OF_CAPSULES,
    OF_CONNECTORS,
    OF_IDENTITY,
    OF_MEMORIES,
    OF_NOTIFICATIONS,
    OF_RUNS,
    OTHERS,
)
from tests.contracts.http.calls import ROOT, SCIM, code_of, routes
from tests.journeys.world import World, decision, spec

pytestmark = pytest.mark.platform

ELSEWHERE = (*OF_CAPSULES, *OF_CONNECTORS, *OF_NOTIFICATIONS, *OF_MEMORIES, *OF_RUNS)

# What names a thing of a workspace and says not where it belongs, because nobody reads it but by
# way of what says it.
BY_WAY_OF = {
    "agent_names": "says in its id which workspace's name it is",
    "contents": "is read by the hash that a thing names",
    "document_contents": "is read by the hash of what is added, within a corpus",
    "governor_timelines": "is read by way of its card",
    "governor_counters": "says in its id what it counts",
    "active_precedents": "is read by rules, and each in it says where it belongs",
    "mined_decisions": "says in its id which place was mined",
    "precedent_counts": "is read by way of its precedent",
    "governor_seed_counts": "is read by way of its precedent",
}


# One document for what belongs to the tenant and to each of its workspaces.
OF_ALL = "active_precedents"


@pytest.fixture(scope="module")
def parts(running: RunningPlatform) -> tuple[Part, ...]:
    running.client.disarm()
    world = World(running.client)
    found = []
    for workspace in (MINE, None):
        part = part_of(world, workspace, running.run(keep_key(world.tenant, workspace)))
        call = running.run(keep_call(world.tenant, workspace, part.theirs["agent_id"]))
        part.theirs.update(call)
        example = part.theirs["approval_id"]
        pattern = keep_pattern(world.tenant, workspace, example)
        part.theirs["pattern_id"] = running.run(pattern)
        found.append(part)
    return tuple(found)


def test_no_route_opens_what_belongs_elsewhere_and_each_attempt_is_audited(
    parts: tuple[Part, ...],
) -> None:
    world = parts[0].world
    before = world.events()
    wrong, tried, opened, refused = [], set(), 0, 0
    for number, (method, path) in enumerate(routes()):
        if path.startswith((*OF_IDENTITY, *ELSEWHERE, SCIM)) or (method, path) in {
            *LISTS,
            *OTHERS,
        }:
            continue
        for part in parts:
            # Twenty of each principal are audited a minute.
            name = f"eve-{number}"
            answer = attempt(method, path, part, everybody(world, name, OTHER))
            is_one = (method, path) in ABOUT_ONE
            said = (answer.status_code, code_of(answer))
            if said != ((404, "not_found") if is_one else (403, "covers_the_tenant")):
                wrong.append(f"{method} {path}: {answer.status_code} {answer.text}")
            wrong += [f"{method} {path} says {each}" for each in leaked(answer, parts)]
            address = answer.request.url.path
            ids = {each for each in address.split("/") if is_one and each in part.secrets}
            tried |= {(name, each, OTHER) for each in ids}
            opened += bool(ids)
            refused += not is_one
    assert not wrong
    assert (opened, refused > 40) == (2 * len(ABOUT_ONE), True)
    world.settle()
    after = world.events()[len(before) :]
    missed = [each for each in after if each["type"] == LookupMissed.event_type]
    assert tried <= {
        (each["data"]["principal"], each["data"]["id"], each["workspaceid"]) for each in missed
    }
    # Nothing else happened.
    kinds = {each["type"] for each in after}
    assert kinds == {LookupMissed.event_type, CredentialRefused.event_type}


def test_no_list_shows_what_belongs_elsewhere(parts: tuple[Part, ...]) -> None:
    world = parts[0].world
    eve = everybody(world, "eve", OTHER)
    all_of_it = everybody(world, "mara", None)
    mine = everybody(world, "otto", MINE)
    for _, path in sorted(LISTS):
        whole = all_of(all_of_it, path)
        own = all_of(mine, path)
        assert {each.get("workspace_id") for each in own} <= {MINE}, path
        assert own == [each for each in whole if each.get("workspace_id") == MINE], path
        assert all(each.get("workspace_id") in (None, OTHER) for each in eve.get(path)["items"])
        if path == "/v1/audit/entries":
            # Whoever tried ids of others' wrote them into the log of their own workspace.
            assert {each["action"] for each in all_of(eve, path)} == {
                LookupMissed.event_type,
                CredentialRefused.event_type,
            }
            continue
        assert not leaked(eve.send("GET", path), parts)
        cursor = None if path in WHOLE else all_of_it.get(path, limit=1)["next_cursor"]
        if cursor is not None:
            answer = eve.send("GET", path, params={"cursor": cursor})
            assert not leaked(answer, parts), answer.text
    for status in ("pending", "decided"):
        for path in ("/v1/approvals", "/v1/mobile/approvals"):
            assert eve.get(path, status=status)["items"] == []
    assert eve.get("/v1/workflows", status="ethics_cleared")["items"] == []
    assert len(mine.get("/v1/approvals", status="pending")["items"]) == 2


def test_the_dashboard_counts_what_the_token_opens(parts: tuple[Part, ...]) -> None:
    world = parts[0].world
    for workspace in (MINE, EMPTY, None):
        person = everybody(world, "mara", workspace)
        answer = person.send("GET", "/v1/mobile/dashboard")
        seen = answer.json()
        pending = person.get("/v1/mobile/approvals", status="pending", limit=100)["items"]
        assert seen["pending_approvals"] == len(pending)
        assert (seen["as_of"] is None) is (workspace == EMPTY)
        assert (seen["health"]["functions"] == []) is (workspace == EMPTY)
        if workspace == EMPTY:
            assert (pending, leaked(answer, parts)) == ([], [])


def test_a_token_for_a_workspace_reads_whether_the_pipeline_runs(parts: tuple[Part, ...]) -> None:
    world = parts[0].world
    answer = everybody(world, "eve", OTHER).send("GET", "/v1/pipeline")
    assert (answer.json()["paused"], leaked(answer, parts)) == (False, [])


def test_no_proof_tells_an_entry_of_elsewhere_from_none(parts: tuple[Part, ...]) -> None:
    world = parts[0].world
    eve = everybody(world, "eve-in-proofs", OTHER)
    entries = all_of(everybody(world, "mara", None), "/v1/audit/entries")
    elsewhere = [each for each in entries if each.get("workspace_id") != OTHER]
    numbers = {each["number"] for each in elsewhere[:3]} | {len(entries) + 1_000}
    for number in sorted(numbers):
        answer = eve.send("GET", "/v1/audit/proofs", params={"entry": number})
        assert answer.status_code == 404, answer.text
        assert answer.json()["detail"] == f"there is no entry {number}"
    world.settle()
    missed = {
        (each["data"]["id"], each["workspaceid"])
        for each in world.events()
        if each["type"] == LookupMissed.event_type and each["actorid"] == eve.principal
    }
    assert missed == {(f"audit_entry/{number}", OTHER) for number in numbers}


def test_no_body_reaches_what_belongs_elsewhere(parts: tuple[Part, ...]) -> None:
    world = parts[0].world
    eve = everybody(world, "eve-in-bodies", OTHER)
    for part in parts:
        about = decision(part.card, **VETO, approval_id=part.theirs["approval_id"])
        assert eve.send("POST", "/v1/vetoes", json=about).status_code == 404
        queued = decision(part.card, approval_id=part.theirs["approval_id"], action="approve")
        (result,) = eve.post("/v1/mobile/sync", {"decisions": [queued]})["results"]
        assert result["status"] == 404
    # An agent depends on what its own workspace has.
    needs = {**spec("tapir")["interfaces"], "depends_on": ["okapi"]}
    for workspace, is_there in ((OTHER, False), (MINE, True), (None, True)):
        asker = everybody(world, "eve-in-bodies", workspace)
        found = asker.post("/v1/agents", spec("tapir", interfaces=needs))["findings"]
        assert ("no agent is called okapi" in json.dumps(found)) is not is_there


def test_an_answer_to_a_token_for_one_workspace_is_given_to_no_other(
    parts: tuple[Part, ...],
) -> None:
    world, body, key = parts[0].world, request(), {"Idempotency-Key": "the same"}
    first = everybody(world, "ida", MINE).send("POST", "/v1/approvals", json=body, headers=key)
    assert first.status_code == 201
    for workspace in (OTHER, None):
        ida = everybody(world, "ida", workspace)
        answer = ida.send("POST", "/v1/approvals", json=body, headers=key)
        assert (answer.status_code, leaked(answer, parts)) == (422, []), answer.text


def test_every_document_about_a_thing_in_a_workspace_says_so(
    parts: tuple[Part, ...], running: RunningPlatform
) -> None:
    mine, of_none = parts
    store = TenantStore(mine.world.tenant)

    async def compare() -> None:
        placed = set()
        for collection in collections(load_manifests(ROOT)):
            async for document in store.find_all(collection):
                if document.data.get("type") == LookupMissed.event_type:
                    continue
                text = json.dumps([document.id, document.data], default=str)
                says = document.data.get("workspace_id") or document.data.get("workspaceid")
                if any(each in text for each in mine.theirs.values()):
                    if says != MINE:
                        assert collection in BY_WAY_OF, (collection, text[:400])
                    placed.add(collection)
                if collection == OF_ALL or OTHER in text:
                    continue
                of_theirs = {*of_none.theirs.values()}
                if says == MINE and document.id != of_none.theirs["seed_id"]:
                    # It was compared with the tenant's.
                    of_theirs.discard(of_none.theirs["seed_id"])
                if any(each in text for each in of_theirs):
                    assert "workspace" not in text, (collection, text[:400])
        assert placed >= {"agents", "creation_cases", "approvals", "governor_cards"}
        assert placed >= {"precedents", "governor_seeds", "active_precedents"}

    running.run(compare())
