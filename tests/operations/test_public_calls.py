"""What a caller can and cannot do by the way a call is made."""

from typing import Any

import pytest

from emulators.demo.person import Person
from emulators.running import RunningPlatform
from functions.tools.own.artifacts import WRITE
from tests.attacks.parts_of_a_tenant import keep_invoice, keep_pattern
from tests.description import description
from tests.functions.audit.reports import append_all, receipt, report
from tests.journeys.world import EVERY_READ, World

pytestmark = pytest.mark.platform
# Checkpoints are made each hour.
AN_HOUR = 3600
WRITES = (
    *("audit:write", "capsules:write", "governance:write", "policies:write", "runs:write"),
    *("connectors:write", "knowledge:read", "knowledge:write", "models:read", "models:write"),
)
CONNECTOR = {
    "name": "a-note",
    "url": "https://api.example.com",
    "operations": [
        {
            "name": "notes.read",
            "effect": "read",
            "method": "GET",
            "path": "/notes",
            "input_schema": {"type": "object"},
        }
    ],
}
NOTES = {
    "capsule": "a-note", "version": "1.0.0", "agent": "writer",
    "steps": [{"id": "note", "use": WRITE, "with": {"name": "note", "text": "Done."}}],
}  # fmt: skip
# What makes an agent one that keeps texts alone.
KEEPS = {
    "systems": [
        {
            "name": "assent",
            "connector": "assent",
            "operations": [{"name": "artifacts.write", "effect": "draft"}],
        }
    ],
    "data_access": [{"source": "assent", "mode": "write", "classification": "internal"}],
    "rights": {"alone": [WRITE], "with_approval": [], "never": []},
}
NIGHTS = '@id("nights") forbid (principal, action, resource) when { context.hour < 6 };'


# For the platform's admins, and proofs of what was counted; tests of `runs`, `billing` and `usage`
# have them.
OF_OTHERS = {
    "/v1/budgets/platform",
    "/v1/kpis",
    "/v1/invoices/{invoice_id}/lines/{line_id}/proof",
    "/v1/usage/roots/{period}/{meter}/proof",
}


def _reads() -> list[str]:
    paths: dict[str, dict[str, Any]] = description()["paths"]
    return sorted(
        path
        for path, calls in paths.items()
        # What `identity` shows is of people who signed in: tests/journeys/test_tenancy.py.
        if "get" in calls and calls["get"]["tags"] != ["identity"]
        if path not in OF_OTHERS
    )


A_MONTH = {"from": "2026-11-01T00:00:00Z", "to": "2026-12-01T00:00:00Z"}
# What a read must be asked with.
QUERIES = {
    "/v1/audit/proofs": {"entry": "1"},
    "/v1/governance/report": A_MONTH,
    "/v1/usage/roots": {"period": "2026-11"},
    "/v1/prompts/{name}/comparison": A_MONTH,
}


def _ids_of_a_run(by: Person) -> dict[str, str]:
    """The ids of a run that kept a text, and of what belongs to it."""
    by.post("/v1/capsules", NOTES)
    by.post("/v1/capsules/a-note/versions/1.0.0/publish")
    plan = by.post("/v1/plans", {"capsule": "a-note", "version": "1.0.0"})["plan_hash"]
    by.post(f"/v1/plans/{plan}/ghostrun", {"mode": "full"})
    run = by.post("/v1/runs", {"plan_hash": plan})
    assert run["status"] == "completed", run
    (step,) = by.get(f"/v1/runs/{run['run_id']}/steps")["items"]
    ids = {"name": "a-note", "version": "1.0.0", "plan_hash": plan, "run_id": run["run_id"]}
    artifact = step["output"]["value"]["artifact_id"]
    return {**ids, "invocation_id": step["invocation_id"], "artifact_id": artifact}


def test_reading_calls_change_nothing(running: RunningPlatform, world: World) -> None:
    case = world.live("writer", **KEEPS)
    seed = world.activate_precedent()
    reader = world.person("gala", (*EVERY_READ, *WRITES), ("governor", "tenant_admin"))
    append_all(report(world.tenant, 1, receipt(1)))
    world.platform.advance(AN_HOUR)
    reader.sign_in()
    export = reader.post("/v1/audit/exports")["export_id"]
    policy = reader.post("/v1/policies", {"name": "nights", "source": NIGHTS})["policy_id"]
    ids = _ids_of_a_run(reader)
    world.settle()
    ids |= {"agent_id": case["agent_id"], "case_id": case["case_id"], "seed_id": seed["seed_id"]}
    approval = world.card(case)["id"]
    ids |= {"id": approval, "approval_id": approval, "export_id": export, "policy_id": policy}
    ids["receipt_id"] = receipt(1).receipt_id
    ids["invoice_id"] = running.run(keep_invoice(world.tenant))
    ids["pattern_id"] = running.run(keep_pattern(world.tenant, None, approval))
    route = {"provider": "openai", "model": "scripted"}
    assert reader.send("PUT", "/v1/model-routes/a-note", json=route).status_code == 200
    ids["model"] = "a-note"
    said = [{"role": "user", "content": "a note"}]
    reader.post("/v1/prompts", {"name": "a-note", "version": 1, "messages": said})
    ids |= {"number": "1", "path": "index.html"}
    reader.post("/v1/connectors", CONNECTOR)
    corpus = reader.post("/v1/corpora", {"name": "Handbook", "readers": ["governor"]})["corpus_id"]
    text = {"name": "a.md", "text": "A note."}
    document = reader.post(f"/v1/corpora/{corpus}/documents", text)["document_id"]
    ids |= {"corpus_id": corpus, "document_id": document}
    recalled = {"agent_id": case["agent_id"], "reason": "look at it"}
    told = {"fact": "It is so.", "agent_id": case["agent_id"]}
    ids["memory_id"] = reader.post("/v1/memories", told)["memory_id"]
    ids["recall_id"] = reader.post("/v1/recalls", recalled)["recall_id"]
    world.settle()
    before = world.events()
    for path in _reads():
        query = QUERIES.get(path, {})
        concrete = path.format_map(ids)
        answer = reader.send("GET", concrete, params=query)
        assert answer.status_code == 200, (concrete, answer.text)
    world.settle()
    assert world.events() == before


def test_a_repeated_parameter_is_refused(world: World) -> None:
    for query in ("limit=1&limit=1", "limit=1&limit=101"):
        refused = world.author.send("GET", f"/v1/skills?{query}")
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "limit")
