"""What a run left behind, read without any code of the platform's: its stores and its public
answers, as plain JSON."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

Json = dict[str, Any]
# By collection, then by id.
Documents = dict[str, dict[str, Json]]

COLLECTIONS = (
    "events",
    "agents",
    "agent_names",
    "creation_cases",
    "pipelines",
    "approvals",
    "precedents",
    "active_precedents",
    "decision_claims",
    "governor_cards",
    "governor_agents",
)
_OWNER = {"Authorization": "Bearer owner"}
_PAGE = 300
_CHAIN = (
    "SELECT number, event_id, body, previous_hash, hash FROM audit_entries"
    " WHERE tenant_id = %s ORDER BY number"
)


@dataclass
class Tenant:
    """Everything there is about one tenant. `events` are the log in the order of commit, each with
    its parsed `data`; `shown` are the cards of the governor's API; `audited` the links of the audit
    chain; `said` what anybody was answered, `ends` what cases must have come to."""

    name: str
    now: str
    events: list[Json]
    documents: Documents
    shown: dict[str, Json]
    audited: list[tuple[str, ...]] = field(default_factory=list)
    said: list[Json] = field(default_factory=list)
    ends: list[Json] = field(default_factory=list)

    def states(self, collection: str) -> dict[str, Json]:
        """The aggregates of a collection, by id."""
        return {
            id: json.loads(document["state"])
            for id, document in self.documents[collection].items()
            if "state" in document
        }

    def stories(self, noun: str) -> dict[str, list[Json]]:
        """The events of each subject of that noun, in their sequence."""
        found: dict[str, list[Json]] = {}
        for event in sorted(self.events, key=lambda each: int(each["sequence"])):
            if event["subject"].startswith(f"{noun}/"):
                found.setdefault(event["subject"], []).append(event)
        return found


@dataclass
class Evidence:
    """A whole run's. `rebuilt` is what the rebuild of the projection said, if it differs."""

    tenants: list[Tenant]
    rebuilt: str = ""
    dead_letters: list[str] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)


def collect(
    url: str, env: Mapping[str, str], tenants: list[str], *, root: Path, database: str
) -> Evidence:
    """Reads it all from a platform that is calm."""
    rebuild = _rebuild_check(root, env)
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as http:
        now = http.get("/_platform/clock").raise_for_status().json()["now"]
        found = [_tenant(http, env, tenant, now) for tenant in tenants]
    with psycopg.connect(database) as connection:
        for tenant in found:
            rows = connection.execute(_CHAIN, (tenant.name,)).fetchall()
            tenant.audited = [tuple(map(str, row)) for row in rows]
    said, _ = rebuild.communicate(timeout=120)
    return Evidence(found, said if rebuild.returncode else "")


def name_of(event: Json) -> str:
    """`assent.approval.vetoed.v1` → `vetoed`."""
    return str(event["type"].split(".")[2])


def _tenant(http: httpx.Client, env: Mapping[str, str], name: str, now: str) -> Tenant:
    documents = {each: dict(_documents(http, env, name, each)) for each in COLLECTIONS}
    events = _in_order(documents["events"])
    return Tenant(name, now, events, documents, _shown(http, name))


def surprises(logs: Path) -> list[str]:
    """Errors in the functions' logs that are not about a service that did not answer."""
    found = Counter[str]()
    for log in sorted(logs.glob("*.log")):
        for line in log.read_text(errors="replace").splitlines():
            if not line.startswith("{"):
                continue
            entry = json.loads(line)
            said = str(entry.get("exception", "")).strip().rpartition("\n")[2]
            if entry.get("severity") == "ERROR" and "Unavailable" not in said:
                found[f"{log.stem}: {entry['message']} {said}"] += 1
    return [f"{line} ({times} times)" for line, times in found.items()]


def _rebuild_check(root: Path, env: Mapping[str, str]) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "mobile_api.rebuild", "--check"]
    return subprocess.Popen(
        command,
        cwd=root,
        env={**env, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
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


def _shown(http: httpx.Client, tenant: str) -> dict[str, Json]:
    """The cards of the governor's API, by id."""
    who = {"principal": "auditor", "tenant": tenant, "scopes": ["governance:read"], "roles": []}
    token = http.post("/_platform/token", json=who).raise_for_status().json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    cards: dict[str, Json] = {}
    query: dict[str, Any] = {"limit": 100}
    while True:
        answer = http.get("/v1/mobile/approvals", params=query, headers=headers)
        page = answer.raise_for_status().json()
        cards |= {card["id"]: card for card in page["items"]}
        if page["next_cursor"] is None:
            return cards
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
