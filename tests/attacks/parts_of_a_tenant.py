"""What belongs to one workspace of a tenant, or to none of its workspaces, and what others get who
ask for it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from pydantic import JsonValue

from emulators.demo.person import Person
from events.invocations import invocation_id
from events.patterns import Holdout, PatternState
from events.precedents import Condition
from functions.billing.aggregates import INVOICES
from functions.billing.rules.charges import UsageCharge
from functions.billing.rules.invoice import PREFIX as INVOICE_PREFIX
from functions.billing.rules.invoice import Invoice, Line
from functions.identity.aggregates import KEYS
from functions.identity.rules.api_key import KeyBody, make
from functions.identity.rules.tenant import Member
from functions.notifications.aggregates import DELIVERIES
from functions.notifications.rules.delivery import MOST_KEPT, Attempt, Delivery
from functions.tools.aggregates import INVOCATIONS
from functions.tools.own.artifacts import WRITE
from functions.tools.rules.invocation import Invocation
from shared.artifacts.aggregates import ARTIFACTS
from shared.artifacts.artifact import written
from shared.kit.canonical import content_hash, hash_of
from shared.kit.ids import new_id
from shared.kit.instants import parse_instant
from shared.patterns.aggregates import PATTERNS
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from shared.usage.lines import close_periods, lines_of
from shared.usage.outside import OutsideEvent
from shared.usage.rows import add_events
from shared.usage.slabs import MOST_EVENTS
from tests.attacks.asking import ROLES, SCOPES, ask
from tests.contracts.http.calls import BODIES, end
from tests.functions.audit.reports import append_all, receipt, report
from tests.journeys.world import World, precedent, spec

MINE, OTHER, EMPTY = "wsp_surgery", "wsp_ward", "wsp_pharmacy"
REQUEST = {
    "principal": {"type": "Principal", "id": "otto"},
    "action": "agents.create",
    "context": {"at": 1, "hour": 12, "weekday": 3},
}
# In everything that the owners write, and in nothing that another workspace may see.
WORD = "Quagga"
STEP = {"id": "look", "use": "assent/transform.apply", "with": {"data": 1, "expression": "data"}}
CAPSULE = {"capsule": "okapi-count", "version": "1.0.0", "agent": "okapi", "steps": [STEP]}


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


async def keep_key(tenant: str, workspace: str | None) -> str:
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


async def keep_call(tenant: str, workspace: str | None, agent_id: str) -> dict[str, str]:
    """The ids of a call of a run, as tools stores it, and of the artifact that it wrote."""
    arguments: dict[str, JsonValue] = {"name": WORD, "text": f"The {WORD} is near."}
    run_id = f"run_{agent_id.removeprefix('agt_')}"
    call = Invocation(
        invocation_id=invocation_id(run_id, "keep", None, WRITE, arguments),
        run_id=run_id,
        step="keep",
        operation=WRITE,
        effect="draft",
        arguments=arguments,
        arguments_sha256=content_hash(arguments),
        plan_hash="0" * 64,
        agent_id=agent_id,
        agent_version="1.0.0",
        token_id="0" * 64,
        status="confirmed",
        at=parse_instant("2026-11-20T12:00:00Z"),
    )
    batch = Batch()
    fields = INVOCATIONS.fields(INVOCATIONS.placed(call, None, workspace), 1, None)
    batch.create(INVOCATIONS.collection, call.invocation_id, fields)
    made = written(
        call.invocation_id,
        name=WORD,
        media_type="text/plain",
        sha256=hash_of(b""),
        size=0,
        labels=(),
        agent_id=agent_id,
        run_id=run_id,
        at=call.at,
    ).state
    fields = ARTIFACTS.fields(ARTIFACTS.placed(made, None, workspace), 1, None)
    batch.create(ARTIFACTS.collection, made.artifact_id, fields)
    await TenantStore(tenant).commit(batch)
    return {"invocation_id": call.invocation_id, "artifact_id": made.artifact_id}


async def keep_delivery(tenant: str, principal: str, device_id: str = "") -> str:
    """The id of a notice that reached a device of the principal's, as notifications stores it."""
    at = parse_instant("2026-11-20T12:00:00Z")
    delivery = Delivery(
        delivery_id=new_id("ndl", at),
        event_id=new_id("evt", at),
        kind="run_failed",
        means="push",
        principal=principal,
        device_id=device_id or new_id("dev", at),
        subject="run/run_1",
        about=WORD,
        roles=("governor",),
        created_at=at,
        status="delivered",
        attempts=(Attempt(at=at, outcome="delivered", detail="answered 201"),) * MOST_KEPT,
        due_at=None,
    )
    batch = Batch()
    fields = DELIVERIES.fields(delivery, 1, None)
    batch.create(DELIVERIES.collection, delivery.delivery_id, fields)
    await TenantStore(tenant).commit(batch)
    return delivery.delivery_id


async def keep_invoice(tenant: str) -> str:
    """The id of an invoice, as billing stores it."""
    at = parse_instant("2026-11-20T12:00:00Z")
    fields = {"period_start": at, "period_end": at, "line_id": "il_1", "quantity": 1}
    charge = UsageCharge(
        period="2026-10",
        section=1,
        meter="executions",
        quantity=5_001,
        before=0,
        included=5_000,
        charged=1,
        price_cents=10,
        price_units=1,
        cents=10,
        counted=(),
    )
    line = Line(description=WORD, cents=4_900, usage=charge, **fields)
    invoice = Invoice(
        invoice_id=new_id(INVOICE_PREFIX, at),
        stripe_id="in_1",
        customer_id="cus_1",
        status="open",
        total_cents=4_900,
        due_cents=4_900,
        paid_cents=0,
        period_start=at,
        period_end=at,
        created_at=at,
        number=f"{WORD}-1",
        url=None,
        lines=(line,),
    )
    batch = Batch()
    batch.create(INVOICES.collection, invoice.invoice_id, INVOICES.fields(invoice, 1, None))
    await TenantStore(tenant).commit(batch)
    return invoice.invoice_id


NEAR = Condition(field="content.near", op="eq", value=WORD)


async def keep_usage(tenant: str) -> None:
    """Counts the tenant's log, and closes a month with a page of events from outside."""
    at = parse_instant("2026-10-20T12:00:00Z")
    ids = [WORD, *(f"{WORD}-{number}" for number in range(1, MOST_EVENTS))]
    moment = int(at.timestamp() * 1000)
    await add_events(tenant, [OutsideEvent(id, "pages", 1, moment, WORD) for id in ids])
    await close_periods(tenant, ["2026-10"], at + timedelta(days=20))
    # Lines of declared meters are made when somebody reads.
    await lines_of(tenant, "2026-10", at + timedelta(days=20))


async def keep_pattern(
    tenant: str, workspace: str | None, approval_id: str, condition: Condition = NEAR
) -> str:
    """The id of a pattern, as learning stores it."""
    at = parse_instant("2026-11-20T12:00:00Z")
    pattern = PatternState(
        pattern_id=new_id("pat", at),
        kind="execution",
        max_risk="medium",
        conditions=(condition,),
        status="found",
        support=25,
        approved=25,
        lower_bound=0.9,
        holdout=Holdout(decisions=8, approved=8),
        waited_seconds=60,
        example_approval_id=approval_id,
        since=at,
        until=at,
        found_at=at,
        version=1,
    )
    batch = Batch()
    fields = PATTERNS.fields(PATTERNS.placed(pattern, None, workspace), 1, None)
    batch.create(PATTERNS.collection, pattern.pattern_id, fields)
    await TenantStore(tenant).commit(batch)
    return pattern.pattern_id


def part_of(world: World, workspace: str | None, key_id: str) -> Part:
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
    corpus = otto.post("/v1/corpora", {"name": WORD, "readers": ["governor"]})
    text = {"name": f"{WORD}.md", "text": f"The {WORD} is near."}
    document = otto.post(f"/v1/corpora/{corpus['corpus_id']}/documents", text)
    otto.post("/v1/capsules", {**CAPSULE, "summary": f"Counts the {WORD}."})
    world.settle()
    proof = receipt(1, run=f"{world.tenant} {workspace}", step=WORD)
    append_all(report(world.tenant, len(workspace or ""), proof, workspaceid=workspace or ""))
    ids = {
        "agent_id": case["agent_id"],
        "case_id": case["case_id"],
        "approval_id": asked["id"],
        "corpus_id": corpus["corpus_id"],
        "document_id": document["document_id"],
        "decision_id": decided["decision_id"],
        "key_id": key_id,
        "seed_id": seed["seed_id"],
        "receipt_id": proof.receipt_id,
    }
    return Part(world, workspace, ids, asked)


def concrete(path: str, part: Part) -> str:
    names = path.split("/")
    return "/".join(part.theirs.get(each[1:-1], each) for each in names)


def leaked(answer: httpx.Response, parts: tuple[Part, ...]) -> list[str]:
    asked = str(answer.request.url) + answer.request.content.decode()
    secrets = set().union(*(each.secrets for each in parts))
    return [each for each in secrets if each in answer.text and each not in asked]


def attempt(method: str, path: str, part: Part, eve: Person) -> httpx.Response:
    body = {**BODIES.get(end(path), {})} if method in ("POST", "PATCH") else None
    if body and "decision_hash" in body:
        body |= {"decision_hash": part.card["decision_hash"]}
    sent = {"json": body} if body is not None else {}
    return eve.send(method, concrete(path, part), **sent)


# Lists of one page.
WHOLE = frozenset({"/v1/corpora", "/v1/industries"})


def all_of(person: Person, path: str) -> list[dict[str, Any]]:
    """Every item of a list."""
    if path in WHOLE:
        return list(person.get(path)["items"])
    page = person.get(path, limit=100)
    items = page["items"]
    while page["next_cursor"] is not None:
        page = person.get(path, limit=100, cursor=page["next_cursor"])
        items += page["items"]
    return list(items)
