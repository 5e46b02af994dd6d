"""What was decided, refused and changed can be proved afterwards: the whole way to a checkpoint."""

import base64
import json
import os
import subprocess
import sys

import httpx
import pytest

from emulators.running import RunningPlatform
from functions.audit.check import Checked, check
from functions.audit.rules.evidence import NO_EVIDENCE
from functions.audit.store import read_entries, read_head
from shared.audit_log.tree import root_with
from shared.kit.bookkeeping import PLATFORM_TENANT
from tests.journeys.world import World

pytestmark = pytest.mark.platform
AN_HOUR = 3600
REASON = {"reason": "It sent what it should not."}


async def _audited(tenant: str) -> list[tuple[str, str]]:
    """Type and actor of each entry."""
    head = await read_head(tenant)
    bodies = [json.loads(each.body) async for each in read_entries(tenant, head.number)]
    return [(each["type"].removeprefix("assent."), each["actorid"]) for each in bodies]


def test_every_decision_is_audited_once_covered_and_agrees_with_the_log(
    world: World, running: RunningPlatform
) -> None:
    world.activate_precedent()
    world.veto(world.card(world.submit("writer")))
    world.settle()
    case = world.live("other", industry="retail")
    world.governor.post(f"/v1/agents/{case['agent_id']}/suspend", REASON)
    world.governor.post(f"/v1/agents/{case['agent_id']}/reactivate", REASON)
    world.settle()

    audited = running.run(_audited(world.tenant))
    for expected in (
        ("precedent.activated.v1", "gala"),
        ("creation_case.judged.v1", "author"),
        ("approval.auto_approved.v1", "service:approvals"),
        ("approval.vetoed.v1", "gala"),
        ("precedent.vetoed.v1", "gala"),
        ("creation_case.rolled_back.v1", "service:agents"),
        ("approval.reversed.v1", "service:approvals"),
        ("approval.approved.v1", "gala"),
        ("agent.activated.v1", "service:agents"),
        ("agent.suspended.v1", "gala"),
        ("agent.reactivated.v1", "gala"),
    ):
        assert expected in audited
    evidence = [e["type"] for e in world.events() if e["type"] not in NO_EVIDENCE]
    assert sorted(f"assent.{type}" for type, _ in audited) == sorted(evidence)

    world.platform.advance(AN_HOUR)
    world.settle()
    checked: Checked = running.run(check(world.tenant, with_log=True))
    assert checked.broken == ()
    assert checked.covered == checked.entries >= len(audited)

    command = ("-m", "functions.audit.verify", "--tenant", world.tenant, "--with-log")
    said = subprocess.run(
        [sys.executable, *command],
        env={**os.environ, **running.env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.startswith(f"{world.tenant}: {checked.entries} entries, whole")


@pytest.mark.parametrize(
    "path", ["/v1/agents", "/v1/approvals", "/v1/audit/entries", "/v1/mobile/dashboard"]
)
def test_each_public_function_audits_the_tokens_that_it_refuses(
    world: World, running: RunningPlatform, path: str
) -> None:
    nobody = world.person("nosy", ("things:read",), ())
    assert nobody.send("GET", path).status_code == 403
    world.settle()
    assert running.run(_audited(world.tenant)) == [("credential.refused.v1", "nosy")]
    before = len(running.run(_audited(PLATFORM_TENANT)))
    forged = {"Authorization": "Bearer a.b.c"}
    # Another minute than of any test before.
    world.platform.advance(61)
    assert world.platform.http.get(path, headers=forged).status_code == 401
    world.settle()
    assert len(running.run(_audited(PLATFORM_TENANT))) == before + 1


def test_a_tenant_reads_and_proves_its_audit_log_and_nobody_elses(
    world: World, running: RunningPlatform
) -> None:
    world.live("writer")
    world.settle()
    auditor = world.person("mara", ("audit:read",), ("analyst",))
    listed = auditor.get("/v1/audit/entries", action="assent.approval.approved.v1", actor="gala")
    (entry,) = listed["items"]
    assert json.loads(entry["body"])["actorid"] == "gala"
    first = auditor.get("/v1/audit/entries", limit=1)
    assert first["items"][0]["number"] == len(running.run(_audited(world.tenant)))
    second = auditor.get("/v1/audit/entries", limit=1, cursor=first["next_cursor"])
    assert second["items"] != first["items"]

    world.platform.advance(AN_HOUR)
    world.settle()
    proofs = auditor.get("/v1/audit/proofs", entry=entry["number"], from_size=1)
    checkpoint = auditor.get("/v1/audit/checkpoint")
    assert proofs["checkpoint"] == checkpoint
    leaf, path = proofs["inclusion"]["leaf"], proofs["inclusion"]["path"]
    found = root_with(
        base64.b64decode(leaf),
        entry["number"] - 1,
        checkpoint["size"],
        [base64.b64decode(each) for each in path],
    )
    assert found == base64.b64decode(checkpoint["root"])

    user = world.person("nosy", ("audit:read",), ("end_user",))
    clerk = world.person("clerk", ("agents:read",), ("analyst",))
    for path in ("entries", "checkpoint", "proofs?entry=1"):
        assert user.send("GET", f"/v1/audit/{path}").json()["code"] == "forbidden"
        assert clerk.send("GET", f"/v1/audit/{path}").json()["code"] == "scope_missing"
    stranger = World(world.platform).person("eve", ("audit:read",), ("platform_admin",))
    assert stranger.get("/v1/audit/entries")["items"] == []
    taken = stranger.send("GET", f"/v1/audit/entries?cursor={first['next_cursor']}")
    assert taken.status_code == 422
    assert stranger.send("GET", "/v1/audit/checkpoint").status_code == 404


def test_a_tenant_exports_its_audit_log_and_verifies_it_alone(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    world.live("writer")
    admin = world.person("mara", ("audit:read", "audit:write"), ("tenant_admin",))
    asked = admin.post("/v1/audit/exports")
    world.settle()
    export = admin.get(f"/v1/audit/exports/{asked['export_id']}")
    assert export["status"] == "ready"
    archive = tmp_path_factory.mktemp("export") / "clinic.tar"
    archive.write_bytes(httpx.get(export["url"]).content)
    (key,) = admin.get("/v1/audit/checkpoint")["keys"]
    command = [sys.executable, "-m", "shared.verify", str(archive), "--key", key]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (said.returncode, said.stderr) == (0, "")
    assert f"{export['entries']} entries of" in said.stdout
    actions = {e["action"] for e in admin.get("/v1/audit/entries", actor="mara")["items"]}
    assert "assent.audit_export.requested.v1" in actions

    stranger = World(world.platform).person("eve", ("audit:read", "audit:write"), ("governor",))
    missed = stranger.send("GET", f"/v1/audit/exports/{asked['export_id']}")
    assert missed.json()["code"] == "not_found"
    world.settle()
    lookups = [e["action"] for e in stranger.get("/v1/audit/entries")["items"]]
    assert lookups == ["assent.lookup.missed.v1"]


@pytest.mark.parametrize(
    ("role", "reads"),
    [
        *(
            (role, True)
            for role in (
                *("platform_admin", "tenant_admin", "workspace_admin", "operator", "developer"),
                *("analyst", "governor", "deputy", "genesis", "architect", "guardian"),
            )
        ),
        ("end_user", False),
        ("service_runtime", False),
    ],
)
def test_each_role_reads_the_audit_log_or_does_not_as_the_matrix_says(
    world: World, role: str, reads: bool
) -> None:
    somebody = world.person("somebody", ("audit:read", "audit:write"), (role,))
    calls = (
        ("GET", "/v1/audit/entries", 200),
        ("GET", "/v1/audit/checkpoint", 404),
        ("GET", "/v1/audit/proofs?entry=1", 404),
        ("GET", "/v1/audit/exports/exp_01M7WG75NJWTKQJPKRS22KDGS6", 404),
        ("POST", "/v1/audit/exports", 202),
    )
    found = [somebody.send(method, path).status_code for method, path, _ in calls]
    assert found == [status if reads else 403 for _, _, status in calls]
