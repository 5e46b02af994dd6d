"""Two tenants: every route, every collection and every table, each tried by one with all that the
other has. A new route, collection or table is tried as soon as it is there."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from emulators.demo.person import Person
from emulators.running import RunningPlatform
from functions.knowledge.sources import keep_source
from functions.knowledge.store import DocumentPlace
from functions.tools.own.artifacts import WRITE
from infra.indexes import collections
from shared.kit.ids import new_id
from shared.kit.instants import parse_instant
from shared.manifest import load_manifests
from shared.storage.firestore import TenantStore
from shared.storage.postgres import platform_transaction, tenant_transaction
from tests.attacks.asking import ROLES, SCOPES, VETO, ask, request
from tests.attacks.parts_of_a_tenant import (
    keep_call,
    keep_delivery,
    keep_invoice,
    keep_pattern,
    keep_usage,
)
from tests.contracts.http.calls import BODIES, PATHS, ROOT, SCIM, end, routes
from tests.description import description
from tests.functions.audit.reports import append_all, receipt, report
from tests.functions.policy.worlds import PERMIT_EXPORTS
from tests.journeys.founder import Founder
from tests.journeys.world import World, decision, precedent, spec

pytestmark = pytest.mark.platform

# In everything that the owners write, and in nothing that a stranger may see.
WORD = "Quagga"
SAID = f"The {WORD} is near."
AN_HOUR = 3600

# Does not answer that the thing is not there, for a reason.
OPEN = {
    ("POST", "/v1/invitations/{token}/accept"): "whoever has an invitation is invited",
    ("GET", "/v1/flags/{name}"): "each tenant has each flag",
    ("PUT", "/v1/flags/{name}"): "each tenant has each flag",
    ("POST", "/v1/tenants/{tenant_id}/suspend"): "no role of a tenant suspends one",
}
# What belongs to a principal, and so to no tenant's log (docs/LIMITATIONS.md).
OF_A_PRINCIPAL = {
    ("DELETE", "/v1/auth/sessions/{session_id}"),
    ("DELETE", "/v1/passkeys/{passkey_id}"),
}


TRIED_ELSEWHERE = (
    *("capsules", "plans", "runs", "schedules", "tokens"),
    *("connectors", "credentials", "model-routes", "models", "prompts", "usage"),
)
LINE = "il_1"


@dataclass(frozen=True)
class Owners:
    """A tenant with one of everything, and its people."""

    world: World
    # What a route's parameter of that name names.
    theirs: dict[str, str]
    card: dict[str, Any]
    auditor: Person

    @property
    def secrets(self) -> set[str]:
        """What no answer to a stranger contains."""
        return {WORD, *self.theirs.values(), self.world.tenant}


def everybody(world: World, name: str) -> Person:
    return world.person(name, SCOPES, ROLES)


@pytest.fixture(scope="module")
def owners(running: RunningPlatform) -> Iterator[Owners]:
    running.client.disarm()
    gala = Founder(running)
    tenant = gala.tenant
    world = World(running.client, tenant)
    case = world.submit("okapi", purpose=f"Draft articles about the {WORD} for its editors.")
    card = world.card(case)
    seed = world.governor.post("/v1/precedent-seeds", {**precedent("zoology"), "title": SAID})
    ask(world.author, summary=SAID)
    device = world.governor.post("/v1/mobile/devices", {"platform": "ios", "token": WORD})
    hook = {"means": "webhook", "address": f"https://{WORD}.example.com/"}
    channel = world.governor.post("/v1/notifications/channels", hook)
    auditor = everybody(world, "mara")
    # So many entries that the audit log keeps nodes of their tree.
    for _ in range(16):
        auditor.send("GET", f"/v1/agents/{new_id('agt', parse_instant('2026-01-01T00:00:00Z'))}")
    export = auditor.post("/v1/audit/exports", {})
    own = _of_a_founder(gala)
    policy = auditor.post("/v1/policies", {"name": "exports", "source": PERMIT_EXPORTS})
    world.governor.post(f"/v1/approvals/{card['id']}/decisions", _defer(card, SAID))
    recall = everybody(world, "gwen").post(
        "/v1/recalls", {"agent_id": case["agent_id"], "reason": SAID}
    )
    known = _known(world, case["agent_id"])
    called = running.run(keep_call(tenant, None, case["agent_id"]))
    delivery = running.run(keep_delivery(tenant, world.governor.principal))
    pattern = running.run(keep_pattern(tenant, None, card["id"]))
    invoice = running.run(keep_invoice(tenant))
    append_all(report(tenant, 1, receipt(1, step=WORD)))
    world.platform.advance(AN_HOUR)
    world.settle()
    theirs = {
        "receipt_id": receipt(1).receipt_id,
        "run_id": receipt(1).run_id,
        "recall_id": recall["recall_id"],
        **called,
        **known,
        **own,
        "agent_id": case["agent_id"],
        "scope": case["agent_id"],
        "case_id": case["case_id"],
        "approval_id": card["id"],
        "seed_id": seed["seed_id"],
        "pattern_id": pattern,
        "invoice_id": invoice,
        "line_id": LINE,
        "device_id": device["device_id"],
        "channel_id": channel["channel_id"],
        "delivery_id": delivery,
        "export_id": export["export_id"],
        "policy_id": policy["policy_id"],
        "tenant_id": tenant,
    }
    yield Owners(world, theirs, card, auditor)
    gala.browser.http.close()


def _of_a_founder(gala: Founder) -> dict[str, str]:
    """What somebody has who signed up: a key, a passkey, a session, a workspace, an invitation."""
    invitation = gala.post("/v1/invitations", {"roles": ["analyst"]})
    key = gala.makes_key("agents:read")
    passkey = gala.adds_passkey()
    workspace = gala.post("/v1/workspaces", {"name": WORD})
    (session,) = gala.get("/v1/auth/sessions")["items"]
    return {
        "invitation_id": invitation["invitation_id"],
        "token": invitation["token"],
        "key_id": key["key_id"],
        "passkey_id": passkey["passkey_id"],
        "session_id": session["session_id"],
        "workspace_id": workspace["workspace_id"],
        "principal": gala.id,
    }


def _known(world: World, agent_id: str) -> dict[str, str]:
    """A memory of the agent, and a document in a corpus."""
    keeper = world.person("mona", ("knowledge:read", "knowledge:write"), ("tenant_admin",))
    memory = keeper.post("/v1/memories", {"fact": SAID, "agent_id": agent_id})
    knows = everybody(world, "kim")
    corpus = knows.post("/v1/corpora", {"name": WORD, "readers": ["governor"]})
    texts = f"/v1/corpora/{corpus['corpus_id']}/documents"
    document = knows.post(texts, {"name": f"{WORD}.md", "text": SAID})
    return {
        "memory_id": memory["memory_id"],
        "corpus_id": corpus["corpus_id"],
        "document_id": document["document_id"],
    }


@pytest.fixture
def strangers(running: RunningPlatform) -> World:
    """Another tenant, with something of its own, which has not asked for anything yet."""
    running.client.disarm()
    world = World(running.client)
    world.submit("tapir")
    ask(world.author)
    world.settle()
    return world


def _defer(card: dict[str, Any], note: str) -> dict[str, Any]:
    return decision(card, decision="defer", until=card["deadline_at"], note=note)


def concrete(path: str, owners: Owners) -> str:
    parts = path.split("/")
    return "/".join(owners.theirs[each[1:-1]] if each[:1] == "{" else each for each in parts)


def _body(path: str, asking: World) -> dict[str, Any]:
    """A body for the call, about nothing but the tenant that asks."""
    text = json.dumps(BODIES.get(end(path), {}))
    return dict(json.loads(text.replace('"elsewhere"', json.dumps(asking.tenant))))


def leaked(answer: httpx.Response, owners: Owners, *asked: str) -> list[str]:
    """What the answer says of the owners that nobody had asked with."""
    return [each for each in owners.secrets - set(asked) if each in answer.text]


def misses(world: World) -> set[tuple[str, str]]:
    """Who asked for what and was told that it is not there, as the tenant's log has it."""
    found = (each for each in world.events() if each["type"] == "assent.lookup.missed.v1")
    return {(each["data"]["principal"], each["data"]["id"]) for each in found}


def test_no_route_about_one_thing_opens_for_a_stranger_and_each_attempt_is_audited(
    owners: Owners, strangers: World
) -> None:
    before = owners.world.events()
    tried, wrong = set(), []
    for number, (method, path) in enumerate(routes()):
        # tests/journeys/test_scim.py tries those of directories, tests/functions/capsules those of
        # capsules and plans, tests/functions/runs those of runs, tests/functions/tools those of
        # connectors and credentials, tests/functions/usage those of usage.
        elsewhere = (SCIM, *(f"/v1/{each}/" for each in TRIED_ELSEWHERE))
        if "{" not in path or (method, path) in OPEN or path.startswith(elsewhere):
            continue
        # Twenty of each principal are audited a minute.
        eve = everybody(strangers, f"eve-{number}")
        body = _body(path, strangers) if method in ("POST", "PATCH", "PUT") else None
        if body and "decision_hash" in body:
            body |= {"decision_hash": owners.card["decision_hash"]}
        address = concrete(path, owners)
        answer = eve.send(method, address, **({"json": body} if body is not None else {}))
        asked = [each for each in owners.theirs.values() if each in address]
        if (answer.status_code, leaked(answer, owners, *asked)) != (404, []):
            wrong.append(f"{method} {path}: {answer.status_code} {answer.text}")
        if (method, path) not in OF_A_PRINCIPAL:
            # A line is missed with its invoice.
            tried |= {(f"eve-{number}", each) for each in asked if each != LINE}
    assert not wrong, "\n".join(wrong)
    strangers.settle()
    assert len(tried) > 25
    assert not tried - misses(strangers)
    # Nothing of it happened to the owners, or is in their log.
    assert owners.world.events() == before


def test_no_list_or_search_shows_a_stranger_anything(owners: Owners, strangers: World) -> None:
    eve = everybody(strangers, "eve")
    for method, path in routes():
        if method != "GET" or "{" in path:
            continue
        answers = [eve.send("GET", path)]
        parameters = PATHS[path]["get"].get("parameters", ())
        for each in parameters:
            if each["in"] == "query" and each["name"] not in ("limit", "cursor"):
                sought = [{each["name"]: value} for value in _values(owners)]
                answers += [eve.send("GET", path, params=params) for params in sought]
        if any(each["name"] == "cursor" for each in parameters):
            # Of the same list, as its owners are given it.
            page = owners.auditor.send("GET", path, params={"limit": 1})
            assert page.status_code == 200, page.text
            if (cursor := page.json()["next_cursor"]) is not None:
                taken = eve.send("GET", path, params={"cursor": cursor})
                assert taken.status_code == 422, (path, taken.text)
        for answer in answers:
            asked = [each for each in owners.secrets if each in str(answer.request.url)]
            assert not leaked(answer, owners, *asked), (str(answer.request.url), answer.text)


def _values(owners: Owners) -> list[str]:
    """What somebody searches for who knows the owners' ids."""
    nouns = {"agent_id": "agent", "case_id": "creation_case", "approval_id": "approval"}
    subjects = [f"{noun}/{owners.theirs[name]}" for name, noun in nouns.items()]
    return [*subjects, owners.theirs["principal"], owners.theirs["run_id"], "1"]


# A body for each call that names a thing in its body.
IN_BODIES: dict[str, Any] = {
    "/v1/api-keys": lambda owners: {
        "name": "CI",
        "scopes": ["agents:read"],
        "expires_at": "2100-01-01T00:00:00Z",
        "agent_id": owners.theirs["agent_id"],
    },
    "/v1/vetoes": lambda owners: decision(
        owners.card, **VETO, approval_id=owners.theirs["approval_id"]
    ),
    **dict.fromkeys(
        ("/v1/precedent-seeds", "/v1/mobile/seeds"),
        lambda owners: {
            **precedent("zoology"),
            "example_approval_id": owners.theirs["approval_id"],
        },
    ),
    "/v1/mobile/sync": lambda owners: {
        "decisions": [
            decision(owners.card, approval_id=owners.theirs["approval_id"], action="approve")
        ]
    },
    "/v1/invocations": lambda owners: {
        "invocation_id": owners.theirs["invocation_id"],
        "operation": WRITE,
        "arguments": {"name": "report", "text": "There is none."},
    },
    "/v1/schedules/calls": lambda owners: {
        "invocation_id": owners.theirs["invocation_id"],
        "operation": "assent/schedules.end",
        "arguments": {"schedule_id": "sch_1"},
    },
    "/v1/memories/calls": lambda owners: {
        "invocation_id": owners.theirs["invocation_id"],
        "operation": "assent/memory.forget",
        "arguments": {"memory_id": owners.theirs["memory_id"]},
    },
    "/v1/memories": lambda owners: {
        "fact": "It is so.",
        "agent_id": owners.theirs["agent_id"],
        "source": {"kind": "memory", "id": owners.theirs["memory_id"]},
    },
    "/v1/memories/recall": lambda owners: {"agent_id": owners.theirs["agent_id"]},
    "/v1/memories/erasures": lambda owners: {"source_id": owners.theirs["principal"]},
    "/v1/knowledge/search": lambda owners: {
        "query": f"Where is the {WORD}?",
        "corpora": [owners.theirs["corpus_id"]],
    },
    "/v1/knowledge/citations/verify": lambda owners: {
        "citations": [
            {
                "document": owners.theirs["document_id"],
                "version": 1,
                "page": 1,
                "start": 0,
                "end": 4,
                "quote_sha256": "0" * 64,
            }
        ]
    },
    "/v1/recalls": lambda owners: {"agent_id": owners.theirs["agent_id"], "reason": "I want it"},
    "/v1/agents": lambda owners: spec("tapir-two", interfaces=_needs("okapi")),
    "/v1/approvals": lambda owners: request(
        subject={"type": "job", "id": owners.theirs["agent_id"], "name": "okapi"}
    ),
}


def _needs(name: str) -> dict[str, Any]:
    return {**spec("tapir-two")["interfaces"], "depends_on": [name]}


def _ids_in(part: Any, schemas: Any, seen: frozenset[str] = frozenset()) -> bool:
    """Whether a part of an OpenAPI document has a property that names a thing by its id."""
    if isinstance(part, list):
        return any(_ids_in(each, schemas, seen) for each in part)
    if not isinstance(part, dict):
        return False
    name = str(part.get("$ref", "")).rpartition("/")[2]
    if name and name not in seen:
        return _ids_in(schemas[name], schemas, seen | {name})
    properties = part.get("properties", {})
    if any(each.endswith("_id") and each not in OWN_IDS for each in properties):
        return True
    return any(_ids_in(each, schemas, seen) for each in part.values())


# Given by the caller: for a decision of theirs, and what they are called at their own issuer.
OWN_IDS = frozenset({"client_decision_id", "client_id"})
# Only a platform admin names a tenant: tests/journeys/test_impersonation.py.
OF_THE_PLATFORM = {"/v1/credits", "/v1/impersonations"}


def test_every_call_that_names_a_thing_in_its_body_is_tried() -> None:
    document = description()
    schemas = document["components"]["schemas"]
    named = {
        path
        for method, path in routes()
        if "{" not in path
        and _ids_in(document["paths"][path][method.lower()].get("requestBody"), schemas)
    }
    assert named - OF_THE_PLATFORM <= IN_BODIES.keys()
    assert "/v1/vetoes" in named


def test_no_body_that_names_anothers_thing_reaches_it(owners: Owners, strangers: World) -> None:
    before = owners.world.events()
    for number, (path, body_of) in enumerate(IN_BODIES.items()):
        eve = everybody(strangers, f"eve-{number}")
        body = body_of(owners)
        answer = eve.send("POST", path, json=body)
        asked = [each for each in owners.secrets if each in json.dumps(body)]
        assert answer.status_code < 500, answer.text
        assert not leaked(answer, owners, *asked), (path, answer.text)
    strangers.settle()
    assert owners.world.events() == before


def test_every_collection_is_a_tenants_own(
    owners: Owners, strangers: World, running: RunningPlatform
) -> None:
    declared = collections(load_manifests(ROOT))

    async def compare() -> None:
        own, other = TenantStore(owners.world.tenant), TenantStore(strangers.tenant)
        seen = 0
        for collection in declared:
            documents = [each async for each in own.find_all(collection)]
            assert {each.tenant_id for each in documents} <= {owners.world.tenant}
            found = await other.get_many([(collection, each.id) for each in documents])
            taken = {each.tenant_id for each in found if each is not None}
            assert taken <= {strangers.tenant}, collection
            listed = [each async for each in other.find_all(collection)]
            assert {each.tenant_id for each in listed} <= {strangers.tenant}
            seen += len(documents)
        assert seen > 40

    running.run(compare())


# Functions of the database read them for one tenant: tests/functions/knowledge/test_search.py.
READ_BY_OWNER = {"knowledge_chunks", "knowledge_sources", "knowledge_vectors"}


def test_every_table_shows_a_tenant_its_own_rows_only(
    owners: Owners, strangers: World, running: RunningPlatform
) -> None:
    async def compare() -> None:
        async with platform_transaction() as connection:
            rows = await connection.execute(
                # A view shows what whoever reads it may read of its tables.
                "SELECT relname, relforcerowsecurity"
                " OR coalesce('security_invoker=true' = ANY(reloptions), false) FROM pg_class"
                " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r','p','v','m','f')"
                # The functions' role reads no part but through its whole.
                " AND NOT relispartition"
                " AND relname <> 'alembic_version' ORDER BY relname"
            )
            tables = dict(await rows.fetchall())
        assert len(tables) >= 3
        await keep_usage(owners.world.tenant)
        # A text waits there only until it is read.
        await keep_source(DocumentPlace(owners.world.tenant, "cor_1", "doc_1", 1), WORD)
        assert {name for name, is_secured in tables.items() if not is_secured} == READ_BY_OWNER
        for table in tables:
            mine, others = await asyncio.gather(
                _tenants_in(table, owners.world.tenant), _tenants_in(table, strangers.tenant)
            )
            # Whose id is * belongs to the platform: everybody reads it.
            assert mine - {"*"} == {owners.world.tenant}, table
            assert others <= {strangers.tenant, "*"}, table

    running.run(compare())


async def _tenants_in(table: str, tenant: str) -> set[str]:
    """Whose rows a transaction of the tenant sees in the table."""
    from psycopg.sql import SQL, Identifier

    async with tenant_transaction(tenant) as connection:
        rows = await connection.execute(
            SQL("SELECT DISTINCT tenant_id FROM {}").format(Identifier(table))
        )
        return {tenant_id for (tenant_id,) in await rows.fetchall()}
