"""A tenant that closes takes everything with it, verifies it alone, and takes no secret."""

import io
import json
import tarfile
from typing import Any

import httpx
import pytest

from emulators.running import RunningPlatform
from shared.verify.check import verify
from tests.journeys.world import decision, spec

pytestmark = pytest.mark.platform
REASON = "Zebrafink found it too early."


def lines_of(archive: bytes, folder: str) -> list[dict[str, Any]]:
    """The lines of all files in the folder."""
    found: list[dict[str, Any]] = []
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for each in files:
            content = files.extractfile(each)
            assert content is not None
            if each.name.startswith(f"{folder}/"):
                found += map(json.loads, content)
    return found


def test_a_closing_tenant_exports_everything_and_verifies_it_alone(
    people: Any, running: RunningPlatform
) -> None:
    gala, otto = people("gala"), people("otto")
    tenant_id = gala.signs_up()
    otto.post(f"/v1/invitations/{gala.invites('governor', 'developer')}/accept")
    otto.chooses(tenant_id)
    case = otto.post("/v1/agents", spec("writer"))
    key = gala.makes_key("agents:read")
    running.client.wait_until_idle(60)
    (card,) = gala.get("/v1/approvals")["items"]
    rejected = decision(card, decision="reject", note=REASON)
    gala.post(f"/v1/approvals/{card['id']}/decisions", rejected)
    running.client.wait_until_idle(60)

    path = f"/v1/tenants/{tenant_id}/export"
    assert otto.refused("POST", path) == (403, "forbidden")
    other = people("eve")
    other.signs_up()
    assert other.refused("POST", path) == (404, "not_found")

    gala.post(f"/v1/tenants/{tenant_id}/close")
    gala.chooses(tenant_id)
    asked = gala.post(path)
    assert (asked["kind"], asked["status"]) == ("everything", "pending")
    running.client.wait_until_idle(60)
    shown = f"/v1/audit/exports/{asked['export_id']}"
    export = gala.get(shown)
    assert export["status"] == "ready", export
    archive = httpx.get(export["url"]).content
    found = verify(io.BytesIO(archive))
    assert (found.broken, found.entries) == ("", export["entries"])

    states = {
        noun: {each["id"]: each["state"] for each in lines_of(archive, f"collections/{noun}")}
        for noun in ("tenant", "member", "api_key", "agent", "creation_case", "approval")
    }
    assert states["tenant"][tenant_id]["status"] == "closing"
    assert states["member"].keys() == {gala.id, otto.id}
    assert states["member"][otto.id]["roles"] == ["developer", "governor"]
    assert states["api_key"][key["key_id"]]["scopes"] == ["agents:read"]
    assert states["creation_case"][case["case_id"]]["status"] == "rejected"
    assert case["agent_id"] in states["agent"]
    assert states["approval"][card["id"]]["note"] == REASON
    texts = {each["sha256"]: each["text"] for each in lines_of(archive, "contents")}
    assert texts.keys() >= {each["decision_hash"] for each in states["approval"].values()}
    assert any("writer" in each for each in texts.values())
    events = lines_of(archive, "events")
    assert len({each["id"] for each in events}) == len(events) > 10
    assert key["secret"].encode() not in archive
    for secret in (b"secret_digest", b"wrapped", b"client_secret", b"refresh"):
        assert secret not in archive, secret
