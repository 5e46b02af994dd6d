"""Two workspaces of one tenant: every route, tried with a token for one of them and the ids of what
belongs to the other, or to neither."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest

from emulators.demo.person import Person
from emulators.running import RunningPlatform
from functions.identity.aggregates import KEYS
from functions.identity.rules.api_key import KeyBody, make
from functions.identity.rules.tenant import Member
from infra.indexes import collections
from shared.kit.bookkeeping import CredentialRefused, LookupMissed
from shared.kit.ids import new_id
from shared.kit.instants import parse_instant
from shared.manifest import load_manifests
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from tests.attacks.asking import VETO, ask, request
from tests.attacks.test_tenants_apart import ROLES, SCOPES
from tests.contracts.http.test_credentials import BODIES, ROOT, SCIM, end, routes
from tests.journeys.world import World, decision, precedent, spec

pytestmark = pytest.mark.platform

MINE, OTHER, EMPTY = "wsp_surgery", "wsp_ward", "wsp_pharmacy"
REQUEST = {
    "principal": {"type": "Principal", "id": "otto"},
    "action": "agents.create",
    "context": {"at": 1, "hour": 12, "weekday": 3},
}
# In everything that the owners write, and in nothing that another workspace may see.
WORD = "Quagga"

# What a token for a workspace opens; every other route refuses it.
ABOUT_ONE = {
    ("GET", "/v1/agents/{agent_id}"),
    *(
        ("POST", f"/v1/agents/{{agent_id}}/{each}")
        for each in ("changes", "suspend", "reactivate", "reports")
    ),
    ("GET", "/v1/workflows/{case_id}"),
    ("POST", "/v1/workflows/{case_id}/revisions"),
    ("POST", "/v1/workflows/{case_id}/cancel"),
    ("GET", "/v1/approvals/{approval_id}"),
    ("POST", "/v1/approvals/{approval_id}/decisions"),
    ("POST", "/v1/approvals/{approval_id}/review"),
    ("GET", "/v1/mobile/approvals/{approval_id}"),
    ("GET", "/v1/mobile/approvals/{approval_id}/timeline"),
    ("POST", "/v1/mobile/approvals/{approval_id}/approve"),
    ("POST", "/v1/mobile/approvals/{approval_id}/request-changes"),
    ("POST", "/v1/mobile/approvals/{approval_id}/veto"),
    ("GET", "/v1/mobile/agents/{agent_id}"),
    *(
        (method, f"{seeds}/{{seed_id}}{verb}")
        for seeds in ("/v1/precedent-seeds", "/v1/mobile/seeds")
        for method, verb in (("GET", ""), ("POST", "/activate"), ("POST", "/suspend"))
    ),
    ("POST", "/v1/api-keys/{key_id}/rotate"),
    ("DELETE", "/v1/api-keys/{key_id}"),
}
LISTS = {
    ("GET", "/v1/agents"),
    ("GET", "/v1/workflows"),
    ("GET", "/v1/approvals"),
    ("GET", "/v1/mobile/approvals"),
    ("GET", "/v1/mobile/agents"),
    ("GET", "/v1/mobile/violations"),
    ("GET", "/v1/precedent-seeds"),
    ("GET", "/v1/mobile/seeds"),
    ("GET", "/v1/audit/entries"),
    ("GET", "/v1/api-keys"),
    ("GET", "/v1/decisions"),
}
OTHERS = {
    ("POST", "/v1/agents"): "makes what is new in the token's workspace",
    ("POST", "/v1/agents/import"): "reads and stores nothing",
    ("POST", "/v1/approvals"): "makes what is new in the token's workspace",
    ("POST", "/v1/precedent-seeds"): "makes what is new in the token's workspace",
    ("POST", "/v1/mobile/seeds"): "makes what is new in the token's workspace",
    ("GET", "/v1/mobile/dashboard"): "counts what the token opens",
    ("GET", "/v1/pipeline"): "the whole tenant's, without the ids of cases",
    ("POST", "/v1/vetoes"): "names an approval in its body",
    ("POST", "/v1/mobile/sync"): "names approvals in its body",
    ("GET", "/v1/skills"): "the platform's catalogue",
    ("POST", "/v1/api-keys"): "makes what is new in the token's workspace",
    ("POST", "/v1/decisions"): "records what is new in the token's workspace",
    ("GET", "/v1/policies"): "the tenant's policies hold in its workspaces too",
    ("GET", "/v1/policies/{policy_id}"): "the tenant's policies hold in its workspaces too",
    ("GET", "/v1/audit/checkpoint"): "a number of entries and a hash of all",
    ("GET", "/v1/audit/proofs"): "names an entry in its query",
}
# Of identity, which tests/journeys/test_workspaces.py tries: about oneself, and one's workspace.
OF_IDENTITY = (
    *("/v1/me", "/v1/auth", "/v1/passkeys", "/v1/tenants"),
    *("/v1/workspaces", "/v1/members", "/v1/invitations"),
)

# What names a thing of a workspace and says not where it belongs, because nobody reads it but by
# way of what says it.
BY_WAY_OF = {
    "agent_names": "says in its id which workspace's name it is",
    "contents": "is read by the hash that a thing names",
    "governor_timelines": "is read by way of its card",
    "governor_counters": "says in its id what it counts",
    "active_precedents": "is read by rules, and each in it says where it belongs",
    "precedent_counts": "is read by way of its precedent",
    "governor_seed_counts": "is read by way of its precedent",
}


# One document for what belongs to the tenant and to each of its workspaces.
OF_ALL = "active_precedents"


@dataclass(frozen=True)
class Part:
    """What belongs to one workspace, or to none."""

    world: World
    workspace: str | None
    theirs: dict[str, str]
    card: dict[str, Any]

    @property
    def secrets(self) -> set[str]:
        """What no answer to another workspace contains."""
        return {WORD, *self.theirs.values()}


def everybody(world: World, name: str, workspace: str | None) -> Person:
    return world.person(name, SCOPES, ROLES, workspace)


async def _keep_key(tenant: str, workspace: str | None) -> str:
    """The id of a key of somebody else, as identity stores it for a member."""
    at = parse_instant("2026-11-20T12:00:00Z")
    body = KeyBody(name=WORD, scopes=("agents:read",), expires_at=at + timedelta(days=300))
    maker = Member(principal_id="mallory", roles=("developer",), joined_at=at)
    made = make(new_id("key", at), body, "secret", maker, body.scopes, at).state
    key = KEYS.placed(made, None, workspace)
    batch = Batch()
    batch.create(KEYS.collection, key.key_id, KEYS.fields(key, 1, None))
    await TenantStore(tenant).commit(batch)
    return key.key_id


def _part(world: World, workspace: str | None, key_id: str) -> Part:
    otto = everybody(world, f"otto-{workspace}", workspace)
    body = spec("okapi", purpose=f"Draft articles about the {WORD} for its editors.")
    case = otto.post("/v1/agents", body)
    # It is compared with what is asked, and does not approve it.
    said = f"Okapis near the {WORD} in {workspace}"
    conditions = [{"field": "content.near", "op": "eq", "value": said}]
    written = {**precedent("zoology"), "title": said, "kind": "execution"}
    seed = otto.post("/v1/precedent-seeds", written | {"conditions": conditions})
    seed = otto.post(f"/v1/precedent-seeds/{seed['seed_id']}/activate")
    assert seed["status"] == "active"
    asked = ask(otto, summary=f"The {WORD} is near.")
    wanted = {**REQUEST, "resource": {"type": "Tenant", "id": world.tenant}}
    decided = otto.post("/v1/decisions", wanted)
    world.settle()
    ids = {
        "agent_id": case["agent_id"],
        "case_id": case["case_id"],
        "approval_id": asked["id"],
        "decision_id": decided["decision_id"],
        "key_id": key_id,
        "seed_id": seed["seed_id"],
    }
    return Part(world, workspace, ids, asked)


@pytest.fixture(scope="module")
def parts(running: RunningPlatform) -> tuple[Part, ...]:
    running.client.disarm()
    world = World(running.client)
    return tuple(
        _part(world, each, running.run(_keep_key(world.tenant, each))) for each in (MINE, None)
    )


def concrete(path: str, part: Part) -> str:
    names = path.split("/")
    return "/".join(part.theirs.get(each[1:-1], each) for each in names)


def leaked(answer: httpx.Response, parts: tuple[Part, ...]) -> list[str]:
    asked = str(answer.request.url) + answer.request.content.decode()
    secrets = set().union(*(each.secrets for each in parts))
    return [each for each in secrets if each in answer.text and each not in asked]


def _tried(method: str, path: str, part: Part, eve: Person) -> httpx.Response:
    body = {**BODIES.get(end(path), {})} if method in ("POST", "PATCH") else None
    if body and "decision_hash" in body:
        body |= {"decision_hash": part.card["decision_hash"]}
    sent = {"json": body} if body is not None else {}
    return eve.send(method, concrete(path, part), **sent)


def test_no_route_opens_what_belongs_elsewhere_and_each_attempt_is_audited(
    parts: tuple[Part, ...],
) -> None:
    world = parts[0].world
    before = world.events()
    wrong, tried, refused = [], set(), 0
    for number, (method, path) in enumerate(routes()):
        if path.startswith((*OF_IDENTITY, SCIM)) or (method, path) in {*LISTS, *OTHERS}:
            continue
        for part in parts:
            # Twenty of each principal are audited a minute.
            name = f"eve-{number}"
            answer = _tried(method, path, part, everybody(world, name, OTHER))
            is_one = (method, path) in ABOUT_ONE
            said = (answer.status_code, answer.json()["code"])
            if said != ((404, "not_found") if is_one else (403, "covers_the_tenant")):
                wrong.append(f"{method} {path}: {answer.status_code} {answer.text}")
            wrong += [f"{method} {path} says {each}" for each in leaked(answer, parts)]
            address = answer.request.url.path
            ids = {each for each in address.split("/") if is_one and each in part.secrets}
            tried |= {(name, each, OTHER) for each in ids}
            refused += not is_one
    assert not wrong
    assert (len(tried), refused > 40) == (2 * len(ABOUT_ONE), True)
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
        whole = _all(all_of_it, path)
        own = _all(mine, path)
        assert {each.get("workspace_id") for each in own} <= {MINE}, path
        assert own == [each for each in whole if each.get("workspace_id") == MINE], path
        assert all(each.get("workspace_id") in (None, OTHER) for each in eve.get(path)["items"])
        if path == "/v1/audit/entries":
            # Whoever tried ids of others' wrote them into the log of their own workspace.
            assert {each["action"] for each in _all(eve, path)} == {
                LookupMissed.event_type,
                CredentialRefused.event_type,
            }
            continue
        assert not leaked(eve.send("GET", path), parts)
        cursor = all_of_it.get(path, limit=1)["next_cursor"]
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


def _all(person: Person, path: str) -> list[dict[str, Any]]:
    """Every item of a list."""
    page = person.get(path, limit=100)
    items = page["items"]
    while page["next_cursor"] is not None:
        page = person.get(path, limit=100, cursor=page["next_cursor"])
        items += page["items"]
    return list(items)


def test_no_proof_tells_an_entry_of_elsewhere_from_none(parts: tuple[Part, ...]) -> None:
    world = parts[0].world
    eve = everybody(world, "eve-in-proofs", OTHER)
    entries = _all(everybody(world, "mara", None), "/v1/audit/entries")
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
