"""Collects the evidence: the stores over their own protocols, the public API over HTTP."""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import psycopg

from tests.chaos.checker.evidence import Documents, Json, Tenant

COLLECTIONS = (
    "events",
    "agents",
    "agent_names",
    "creation_cases",
    "pipelines",
    "approvals",
    "precedents",
    "decision_claims",
    "contents",
    "runs",
    "run_steps",
    "invocations",
    "budgets",
    "plans",
)
KEY_SETS = ("agents-public-keys", "approvals-public-keys")
_PLATFORM = "_platform"
PLATFORMS_COLLECTIONS = ("events", "budgets", "budget_leases")
_OWNER = {"Authorization": "Bearer owner"}
_PAGE = 300
_AUDITOR_SCOPES = ("governance:read",)
_LINK = ("number", "event_id", "body", "previous_hash", "hash")
_CHAIN = f"SELECT {', '.join(_LINK)} FROM audit_entries WHERE tenant_id = %s ORDER BY number"


def read_tenants(url: str, env: Mapping[str, str], names: list[str], database: str) -> list[Tenant]:
    """Everything a platform that is calm holds about these tenants."""
    with httpx.Client(base_url=url, timeout=120, trust_env=False) as http:
        now = http.get("/_platform/clock").raise_for_status().json()["now"]
        found = [_tenant(http, env, name, now) for name in names]
    with psycopg.connect(database) as connection:
        for tenant in found:
            rows = connection.execute(_CHAIN, (tenant.name,)).fetchall()
            tenant.audited = [dict(zip(_LINK, row, strict=True)) for row in rows]
    return found


def read_platform(url: str, env: Mapping[str, str]) -> Documents:
    """What a platform that is calm holds about its own budget."""
    with httpx.Client(base_url=url, timeout=120, trust_env=False) as http:
        return {
            each: dict(_documents(http, env, _PLATFORM, each)) for each in PLATFORMS_COLLECTIONS
        }


def read_keys(env: Mapping[str, str]) -> dict[str, Json]:
    """The public keys, by the name of their secret."""
    import grpc
    from google.cloud.secretmanager import SecretManagerServiceClient
    from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
        SecretManagerServiceGrpcTransport,
    )

    with grpc.insecure_channel(env["SECRET_MANAGER_EMULATOR_HOST"]) as channel:
        client = SecretManagerServiceClient(
            transport=SecretManagerServiceGrpcTransport(channel=channel)
        )
        project = f"projects/{env['GOOGLE_CLOUD_PROJECT']}"
        version = f"{project}/secrets/public-keys/versions/latest"
        found = json.loads(client.access_secret_version(name=version).payload.data)
        return {name: json.loads(found[name]) for name in KEY_SETS}


def read_counted(file: Path) -> dict[str, Json]:
    """What the server of counters and ledgers has done, by tenant, from its own file."""
    additions = "SELECT tenant, counter, key, amount FROM additions"
    lines = "SELECT tenant, ledger, line FROM lines ORDER BY rowid"
    found: dict[str, Json] = defaultdict(lambda: {"additions": [], "lines": []})
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
        for tenant, counter, key, amount in database.execute(additions):
            addition = {"counter": counter, "key": key, "amount": amount}
            found[tenant]["additions"].append(addition)
        for tenant, ledger, line in database.execute(lines):
            found[tenant]["lines"].append({"ledger": ledger, "line": line})
    return dict(found)


def surprises(logs: Path) -> list[str]:
    """Errors in the functions' logs, other than about a service that did not answer, or about what
    a sweep did for a timer that never came: while the clock is moved by days, it comes days late.
    """
    found = Counter[str]()
    for log in sorted(logs.rglob("*.log")):
        for line in log.read_text(errors="replace").splitlines():
            if not line.startswith("{"):
                continue
            try:
                entry = json.loads(line)
            except json.JSONDecodeError:  # Its process was killed while it wrote.
                continue
            said = str(entry.get("exception", "")).strip().rpartition("\n")[2]
            is_known = "Unavailable" in said or "stuck" in entry
            if entry.get("severity") == "ERROR" and not is_known:
                found[f"{log.stem}: {entry['message']} {said}"] += 1
    return [f"{line} ({times} times)" for line, times in found.items()]


def _tenant(http: httpx.Client, env: Mapping[str, str], name: str, now: str) -> Tenant:
    documents = {each: dict(_documents(http, env, name, each)) for each in COLLECTIONS}
    return Tenant(
        name,
        now,
        events=_in_order(documents.pop("events")),
        documents=documents,
        shown={card["id"]: card for card in _listed(http, name, "/v1/mobile/approvals")},
        shown_agents={each["agent_id"]: each for each in _listed(http, name, "/v1/mobile/agents")},
    )


def _documents(
    http: httpx.Client, env: Mapping[str, str], tenant: str, collection: str
) -> Iterator[tuple[str, Json]]:
    base = f"http://{env['FIRESTORE_EMULATOR_HOST']}/v1/projects/{env['GOOGLE_CLOUD_PROJECT']}"
    url = f"{base}/databases/(default)/documents/tenants/{tenant}/{collection}"
    token = ""
    while True:
        query = {"pageSize": str(_PAGE), "pageToken": token}
        page = http.get(url, params=query, headers=_OWNER).raise_for_status().json()
        for document in page.get("documents", ()):
            yield document["name"].rpartition("/")[2], _plain(document["fields"])
        token = page.get("nextPageToken", "")
        if not token:
            return


def _listed(http: httpx.Client, tenant: str, path: str) -> Iterator[Json]:
    """Everything a list of the governor's API shows."""
    who = {"principal": "auditor", "tenant": tenant, "scopes": _AUDITOR_SCOPES, "roles": []}
    token = http.post("/_platform/token", json=who).raise_for_status().json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    query: dict[str, Any] = {"limit": 100}
    while True:
        page = http.get(path, params=query, headers=headers).raise_for_status().json()
        yield from page["items"]
        if page["next_cursor"] is None:
            return
        query["cursor"] = page["next_cursor"]


def _in_order(entries: Mapping[str, Json]) -> list[Json]:
    ordered = sorted(
        entries.values(), key=lambda entry: (_sortable(entry), entry["position"], entry["id"])
    )
    return [{**entry, "data": json.loads(entry["data"])} for entry in ordered]


def _sortable(entry: Json) -> str:
    """The moment of the commit; the store leaves out trailing zeros."""
    whole, _, fraction = entry["committed_at"].removesuffix("Z").partition(".")
    return f"{whole}.{fraction:0<9}"


def _plain(fields: Mapping[str, Json]) -> Json:
    return {name: _value(value) for name, value in fields.items()}


def _value(value: Json) -> Any:
    kind, content = next(iter(value.items()))
    if kind == "integerValue":
        return int(content)
    if kind == "mapValue":
        return _plain(content.get("fields", {}))
    if kind == "arrayValue":
        return [_value(each) for each in content.get("values", ())]
    return None if kind == "nullValue" else content
