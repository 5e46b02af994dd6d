"""A suspended tenant stops at every function within thirty seconds, and works again afterwards."""

import time
import uuid
from typing import Any

import httpx
import pytest

from emulators.running import RunningPlatform
from tests.journeys.world import spec

pytestmark = pytest.mark.platform

READS = ("/v1/members", "/v1/agents", "/v1/approvals", "/v1/mobile/approvals?status=pending")
# As long as it may take until all functions know.
KNOWN_WITHIN = 30.0


def answers(person: Any) -> set[tuple[int, str]]:
    sent = [person.send("GET", path) for path in READS]
    return {(each.status_code, str(each.json().get("code", ""))) for each in sent}


def becomes(person: Any, expected: tuple[int, str]) -> None:
    """Every function answers so, from some moment within the thirty seconds on."""
    until = time.monotonic() + KNOWN_WITHIN
    while (found := answers(person)) != {expected} and time.monotonic() < until:
        time.sleep(0.5)
    assert found == {expected}


@pytest.fixture
def root(running: RunningPlatform) -> Any:
    """Calls as an admin of the platform."""
    token = running.client.token(
        "root", "_platform", scopes=("identity:write",), roles=("platform_admin",)
    )

    def send(path: str, body: Any = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex}
        return httpx.post(f"{running.client.url}{path}", json=body, headers=headers)

    return send


@pytest.mark.nightly
def test_everything_of_a_suspended_tenant_stops_and_resumes(
    people: Any, root: Any, running: RunningPlatform
) -> None:
    gala, otto = people("gala"), people("otto")
    tenant_id = gala.signs_up()
    otto.post(f"/v1/invitations/{gala.invites('governor', 'developer')}/accept")
    otto.chooses(tenant_id)
    case = otto.post("/v1/agents", spec("writer"))
    key = gala.makes_key("agents:read")["secret"]
    running.client.wait_until_idle(60)
    assert answers(otto) == {(200, "")}
    with_key = {"Authorization": f"Bearer {key}"}
    assert gala.browser.http.get("/v1/agents", headers=with_key).status_code == 200

    stopped = root(f"/v1/tenants/{tenant_id}/suspend", {"reason": "it sends spam"})
    assert stopped.json()["status"] == "suspended", stopped.text
    becomes(otto, (403, "tenant_suspended"))
    refused = gala.browser.http.get("/v1/agents", headers=with_key)
    assert (refused.status_code, refused.json()["code"]) == (403, "tenant_suspended")
    assert answers(gala) == {(200, "")}
    assert gala.refused("POST", "/v1/agents", spec("other")) == (403, "tenant_suspended")
    assert gala.refused("POST", f"/v1/tenants/{tenant_id}/resume") == (409, "version_conflict")
    # Weeks of silence decide nothing.
    running.client.advance(20 * 24 * 3600)
    gala.chooses(tenant_id)
    (card,) = gala.get("/v1/approvals")["items"]
    assert card["status"] == "pending"

    assert root(f"/v1/tenants/{tenant_id}/resume").status_code == 401
    token = running.client.token(
        "root", "_platform", scopes=("identity:write",), roles=("platform_admin",)
    )
    headers = {"Authorization": f"Bearer {token}"}
    path = f"{running.client.url}/v1/tenants/{tenant_id}/resume"
    assert httpx.post(path, headers=headers).json()["status"] == "trial"
    gala.chooses(tenant_id)
    becomes(gala, (200, ""))
    mine = f"/v1/workflows/{case['case_id']}"
    assert gala.get(mine)["status"] != "live"
    path = f"/v1/approvals/{card['id']}"
    assert gala.get(path)["deadline_at"] > running.client.now()
    running.client.wait_until_idle(60)
