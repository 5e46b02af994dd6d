"""A bare run: the same commits, requests, publications and signatures as ours for a cycle, by the
plain clients of each service. Six processes have this source; each answers for one of them."""

import base64
import hashlib
import json
import os
import uuid
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import biscuit_auth
import cedarpy
import functions_framework.aio
import httpx
from fastapi import FastAPI
from joserfc import jws
from joserfc.jwk import OKPKey
from starlette.requests import Request

APP = FastAPI()
BISCUIT: Any = biscuit_auth
PLAN, AGENT, TENANT = "plans/plan", "agents/agent", "floor"
# About what a document of ours holds.
TEXT = "x" * 1_000
_ALGORITHM = "Ed25519"
_POLICIES = cedarpy.PolicySet.from_str(
    "\n".join(
        f'permit (principal in Role::"{role}", action == Action::"{action}", resource)'
        " when { principal.tenant == resource };"
        for role, action in (
            ("operator", "runs.create"),
            ("governor", "approvals.decide"),
            ("runs", "tools.invoke"),
        )
    )
)
_ENTRY = """
    with head as (
      update floor_heads set number = number + 1, hash = sha256(hash || %(body)s)
      where tenant = %(tenant)s returning number, hash)
    insert into floor_entries (tenant, id, number, hash, body)
    select %(tenant)s, %(id)s, number, hash, %(body)s from head
"""


@APP.post("/v1/runs", status_code=202)
async def start(request: Request) -> dict[str, Any]:
    """A run, the first call, and the question to a person: two commits here, one in `tools`."""
    _allow(_who(request), "operator", "runs.create")
    plan, _agent = await _read(PLAN, AGENT)
    run_id, approval_id = uuid.uuid4().hex, uuid.uuid4().hex
    content_hash = hashlib.sha256(run_id.encode()).hexdigest()
    run = {"run_id": run_id, "status": "running", "text": plan["text"]}
    await _commit(("runs", run_id, run), ("log", f"started-{run_id}", {}), ("keys", run_id, {}))
    await _publish("started", run_id, "runs.started")
    await _invoke(run_id, 1, _minted(run_id, 1))
    base = _base(run_id, content_hash)
    run |= {"status": "awaiting_approval"}
    asked = {"run_id": run_id, "approval_id": approval_id, "hash": content_hash, "token": base}
    await _commit(
        ("runs", run_id, run),
        ("results", f"{run_id}-1", {}),
        ("log", f"asked-{run_id}", asked),
        ("log", f"started-{run_id}", {"published": True}),
        ("contents", content_hash, {}),
    )
    await _publish("asked", run_id, "runs.asked", asked)
    waiting = {"approval_id": approval_id, "content_hash": content_hash}
    return {"run_id": run_id, "status": "awaiting_approval", "waiting": waiting}


@APP.post("/push/asked")
async def ask(request: Request) -> dict[str, Any]:
    """An approval of what a run asks for."""
    told = await _pushed(request)
    await _read(f"approvals/{told['approval_id']}", AGENT)
    await _commit(
        ("approvals", told["approval_id"], told),
        ("log", f"requested-{told['run_id']}", {}),
        ("log", f"asked-{told['run_id']}", {"published": True}),
    )
    await _publish("requested", told["approval_id"], "assent.approval.requested.v1", told)
    return {}


@APP.post("/v1/approvals/{approval_id}/decisions")
async def decide(approval_id: str, request: Request) -> dict[str, Any]:
    """A signed decision, and the assent in the run's token."""
    who = _who(request)
    _allow(who, "governor", "approvals.decide")
    given = await request.json()
    (approval,) = await _read(f"approvals/{approval_id}")
    assert approval["hash"] == given["decision_hash"]
    said = {"approval_id": approval_id, "by": who, **given}
    signed = jws.serialize_compact(
        {"alg": _ALGORITHM}, json.dumps(said), _key("approvals"), algorithms=[_ALGORITHM]
    )
    token = BISCUIT.Biscuit.from_base64(approval["token"], _public("runs"))
    token = _with_block(token, "assented({hash}, {id})", "approvals", approval["hash"], approval_id)
    decided = {"run_id": approval["run_id"], "decision": signed, "token": token}
    await _commit(
        ("approvals", approval_id, approval | decided),
        ("log", f"approved-{approval['run_id']}", decided),
        ("keys", given["client_decision_id"], {}),
    )
    await _publish("approved", approval_id, "approvals.approved", decided)
    return {}


@APP.post("/push/approved")
async def act(request: Request) -> dict[str, Any]:
    """The decision is noted, then acted on, and the run ends: two commits here, one in `tools`."""
    told = await _pushed(request)
    jws.deserialize_compact(told["decision"], _key("approvals"), algorithms=[_ALGORITHM])
    run_id = told["run_id"]
    run, _ = await _read(f"runs/{run_id}", PLAN)
    run |= {"status": "running"}
    await _commit(("runs", run_id, run), ("log", f"approved-{run_id}", {"published": True}))
    await _read(f"results/{run_id}-1", AGENT)
    token = BISCUIT.Biscuit.from_base64(told["token"], _public("runs"))
    await _invoke(run_id, 2, _with_block(token, "deed({hash}, {id})", "runs", run_id, "2"))
    await _commit(
        ("runs", run_id, run | {"status": "completed"}),
        ("results", f"{run_id}-2", {}),
        ("contents", f"output-{run_id}", {}),
        ("log", f"completed-{run_id}", {}),
        ("holds", run_id, {}),
    )
    await _publish("completed", run_id, "assent.run.completed.v1")
    return {}


@APP.post("/v1/invocations")
async def invoke(request: Request) -> dict[str, Any]:
    """One call of the server of counters, with the token for it, and its record."""
    token = BISCUIT.Biscuit.from_base64(request.headers["authorization"][7:], _public("runs"))
    wanted = await request.json()
    builder = BISCUIT.AuthorizerBuilder("time({now}); allow if true;", {"now": datetime.now(UTC)})
    limits = builder.limits()
    limits.max_time = timedelta(seconds=1)  # The library's own is a millisecond.
    builder.set_limits(limits)
    builder.build(token).authorize()
    _allow("runs", "runs", "tools.invoke")
    id = wanted["id"]
    await _read(f"invocations/{id}", PLAN, AGENT)
    at = f"{os.environ['ASSENT_TARGETS_URL']}/tenants/{TENANT}/counters/visits/additions"
    answer = (await _http().post(at, json={"key": id, "amount": 1})).raise_for_status().json()
    await _commit(("invocations", id, wanted | {"output": answer}))
    return {"id": id, "outcome": "confirmed", "output": answer}


@APP.post("/push/audit")
async def append(request: Request) -> dict[str, Any]:
    """The event as an entry of the chain."""
    body = json.dumps(await _pushed(request)).encode()
    words = {"tenant": TENANT, "id": uuid.uuid4().hex, "body": body}
    pool = _pool()
    await pool.open()
    async with pool.connection() as database:
        await database.execute(_ENTRY, words)
    return {}


@functions_framework.aio.http
async def api(request: Request) -> Any:
    """Serves everything."""
    return APP


@cache
def _http() -> httpx.AsyncClient:
    # Given up before the other side closes it.
    limits = httpx.Limits(max_connections=None, keepalive_expiry=1.0)
    return httpx.AsyncClient(trust_env=False, timeout=60, limits=limits)


@cache
def _pool() -> Any:
    from psycopg_pool import AsyncConnectionPool

    return AsyncConnectionPool(os.environ["ASSENT_POSTGRES_DSN"], max_size=4, open=False)


@cache
def _firestore() -> Any:
    from google.cloud.firestore import AsyncClient

    return AsyncClient(project=os.environ["GOOGLE_CLOUD_PROJECT"])


@cache
def _publisher() -> Any:
    import grpc.aio
    from google.pubsub_v1.services.publisher import PublisherAsyncClient
    from google.pubsub_v1.services.publisher.transports import PublisherGrpcAsyncIOTransport

    channel = grpc.aio.insecure_channel(os.environ["PUBSUB_EMULATOR_HOST"])
    return PublisherAsyncClient(transport=PublisherGrpcAsyncIOTransport(channel=channel))


async def _read(*paths: str) -> list[dict[str, Any]]:
    client = _firestore()
    documents = [client.document(path) for path in paths]
    found = {each.reference.path: each.to_dict() async for each in client.get_all(documents)}
    return [found[each.path] or {} for each in (client.document(path) for path in paths)]


async def _commit(*documents: tuple[str, str, dict[str, Any]]) -> None:
    batch = _firestore().batch()
    for collection, id, content in documents:
        batch.set(_firestore().document(f"{collection}/{id}"), {"text": TEXT, **content})
    await batch.commit()


async def _publish(topic: str, id: str, type: str, data: dict[str, Any] | None = None) -> None:
    said = {"text": TEXT, "subject": {"id": id}, **(data or {})}
    attributes = {"ce-type": type, "ce-subject": f"run/{id}"}
    message = {"data": json.dumps(said).encode(), "attributes": attributes}
    at = f"projects/{os.environ['GOOGLE_CLOUD_PROJECT']}/topics/{topic}"
    await _publisher().publish(topic=at, messages=[message])


async def _pushed(request: Request) -> dict[str, Any]:
    message = (await request.json())["message"]
    told: dict[str, Any] = json.loads(base64.b64decode(message["data"]))
    return told


async def _invoke(run_id: str, step: int, token: str) -> None:
    body = {"id": f"{run_id}-{step}", "arguments": {"counter": "visits", "amount": 1}}
    at, headers = f"{os.environ['FLOOR_TOOLS_URL']}/v1/invocations", {"Authorization": ""}
    headers["Authorization"] = f"Bearer {token}"
    (await _http().post(at, json=body, headers=headers)).raise_for_status()


def _allow(who: str, role: str, action: str) -> None:
    tenant = {"type": "Tenant", "id": TENANT}
    principal = {"type": "Principal", "id": who}
    attributes, parents = {"tenant": {"__entity": tenant}}, [{"type": "Role", "id": role}]
    entities: list[dict[str, Any]] = [
        {"uid": principal, "attrs": attributes, "parents": parents},
        {"uid": tenant, "attrs": {}, "parents": []},
    ]
    asked = {"principal": principal, "action": {"type": "Action", "id": action}}
    asked |= {"resource": tenant, "context": {}}
    assert cedarpy.is_authorized(asked, _POLICIES, entities).allowed


def bearer(who: str) -> str:
    """A token that says who somebody is."""
    key = _key("identity")
    return jws.serialize_compact({"alg": _ALGORITHM}, who, key, algorithms=[_ALGORITHM])


def _who(request: Request) -> str:
    token = request.headers["authorization"][7:]
    return jws.deserialize_compact(
        token, _key("identity"), algorithms=[_ALGORITHM]
    ).payload.decode()


@cache
def _key(owner: str) -> OKPKey:
    """Anybody's who reads this: a floor has no secrets."""
    seed = hashlib.sha256(owner.encode()).digest()
    public = bytes(_public(owner).to_bytes())
    return OKPKey.import_key(
        {"kty": "OKP", "crv": "Ed25519", "d": _base64url(seed), "x": _base64url(public)}
    )


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@cache
def _private(owner: str) -> Any:
    seed = hashlib.sha256(owner.encode()).digest()
    return BISCUIT.PrivateKey.from_bytes(seed, BISCUIT.Algorithm.Ed25519)


@cache
def _public(owner: str) -> Any:
    return BISCUIT.KeyPair.from_private_key(_private(owner)).public_key


def _minted(run_id: str, step: int) -> str:
    builder = BISCUIT.BiscuitBuilder(
        "right({run}); deed({step}); check if time($now), $now < {until};",
        {"run": run_id, "step": step, "until": datetime.now(UTC) + timedelta(seconds=300)},
    )
    return str(builder.build(_private("runs")).to_base64())


def _base(run_id: str, content_hash: str) -> str:
    builder = BISCUIT.BiscuitBuilder("right({run});", {"run": run_id})
    for fact, owner, hash in (
        ("assented", "approvals", content_hash),
        ("deed", "runs", run_id),
    ):
        builder.add_code(
            f"check if {fact}({{hash}}, $id) trusting {{key}};",
            {"hash": hash},
            {"key": _public(owner)},
        )
    return str(builder.build(_private("runs")).to_base64())


def _with_block(token: Any, fact: str, owner: str, hash: str, id: str) -> str:
    made = BISCUIT.BlockBuilder(f"{fact};", {"hash": hash, "id": id})
    block = token.third_party_request().create_block(_private(owner), made)
    return str(token.append_third_party(_public(owner), block).to_base64())
