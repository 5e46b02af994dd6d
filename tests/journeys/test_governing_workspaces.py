"""Keys, services and governors of a workspace: with tokens that open nothing outside of it."""

import time
from collections.abc import Iterable
from typing import Any

import pytest

from emulators.running import RunningPlatform
from shared.runtime.remembered import KEPT_SECONDS
from tests.journeys.keys import exchanged, key_body, sent
from tests.journeys.sign_ins import refusals
from tests.journeys.workspaces import given, joined, made
from tests.journeys.world import decision, spec

pytestmark = pytest.mark.platform

FORBIDDEN = (403, "forbidden")
NOT_FOUND = (404, "not_found")
INVALID = (422, "invalid")
COVERS = (403, "covers_the_tenant")


def enters(person: Any, tenant_id: str, workspace_id: str) -> None:
    person.token = person.browser.access_token(tenant=tenant_id, workspace=workspace_id)


@pytest.mark.nightly
def test_a_key_of_a_workspace_is_seen_and_works_there_only(
    people: Any, running: RunningPlatform
) -> None:
    gala, otto = people("gala"), people("otto")
    tenant_id = gala.signs_up()
    surgery, ward = made(gala), made(gala, "Ward")
    joined(gala, otto, tenant_id, "analyst")
    given(gala, otto, surgery, "developer")
    of_tenant = gala.makes_key("agents:read")
    assert "workspace_id" not in of_tenant
    enters(otto, tenant_id, surgery)
    key = otto.makes_key("agents:read", "agents:write")
    path = f"/v1/api-keys/{key['key_id']}"
    assert key["workspace_id"] == surgery
    assert otto.refused("POST", "/v1/api-keys", key_body(running, "scim:write")) == INVALID
    case = sent(otto, key, "POST", "/v1/agents", spec("writer")).json()
    assert case["workspace_id"] == surgery
    outside = sent(otto, key, "GET", "/v1/members")
    assert (outside.status_code, outside.json()["code"]) == COVERS
    # The tenant's token has not the scopes that its bearer has in the workspace.
    otto.chooses(tenant_id)
    assert otto.refused("POST", f"{path}/rotate") == FORBIDDEN
    assert otto.refused("POST", "/v1/api-keys", key_body(running, "agents:read")) == FORBIDDEN
    for workspace, seen in ((surgery, [key["key_id"]]), (ward, [])):
        enters(gala, tenant_id, workspace)
        assert [each["key_id"] for each in gala.get("/v1/api-keys")["items"]] == seen
        for method, address in (
            ("DELETE", f"/v1/api-keys/{of_tenant['key_id']}"),
            ("POST", f"/v1/api-keys/{of_tenant['key_id']}/rotate"),
            *((("DELETE", path), ("POST", f"{path}/rotate")) if workspace == ward else ()),
        ):
            assert gala.refused(method, address) == NOT_FOUND, (method, address)
    gala.chooses(tenant_id)
    assert len(gala.get("/v1/api-keys")["items"]) == 2
    # Its scopes are those of the member's roles there now.
    given(gala, otto, surgery)
    assert exchanged(otto, key).json()["scope"] == "agents:read"
    gala.send("PATCH", f"/v1/workspaces/{surgery}", {"archived": True})
    assert exchanged(otto, key).status_code == 401
    gala.send("PATCH", f"/v1/workspaces/{surgery}", {"archived": False})
    assert exchanged(otto, key).status_code == 200
    enters(gala, tenant_id, surgery)
    # A function that learned that it is archived learns within twenty seconds that it is not.
    until = time.monotonic() + KEPT_SECONDS
    while (status := gala.send("DELETE", path).status_code) == 401 and time.monotonic() < until:
        time.sleep(0.5)
    assert status == 200
    assert exchanged(otto, key).status_code == 401
    assert ("POST /v1/auth/token", "revoked") in refusals(running, tenant_id)
    lies = {
        each.get("workspaceid")
        for each in running.client.events(type="assent.credential.refused.v1", tenant=tenant_id)
        if each["data"]["reason"] in ("revoked", "not_permitted")
    }
    assert lies == {surgery, None}


@pytest.mark.nightly
def test_an_admin_of_a_workspace_makes_its_services(people: Any, running: RunningPlatform) -> None:
    gala, mira = people("gala"), people("mira")
    tenant_id = gala.signs_up()
    surgery, ward = made(gala), made(gala, "Ward")
    joined(gala, mira, tenant_id, "end_user")
    given(gala, mira, surgery, "workspace_admin")
    theirs = gala.post("/v1/api-keys", key_body(running, roles=["developer"]))
    assert mira.refused("POST", "/v1/api-keys", key_body(running, roles=["operator"])) == FORBIDDEN
    enters(mira, tenant_id, surgery)
    first = mira.post("/v1/api-keys", key_body(running, roles=["operator"]))
    service = first["principal_id"]
    member = gala.get(f"/v1/members/{service}")
    assert (member["kind"], member["roles"], first["workspace_id"]) == ("service", [], surgery)
    assert member["workspaces"] == [{"workspace_id": surgery, "roles": ["operator"]}]
    submitted = sent(mira, first, "POST", "/v1/agents", spec("writer")).json()
    assert submitted["workspace_id"] == surgery
    second = mira.post("/v1/api-keys", key_body(running, "agents:read", principal_id=service))
    rotated = mira.post(f"/v1/api-keys/{first['key_id']}/rotate")
    assert [exchanged(mira, each).status_code for each in (first, second, rotated)] == [200] * 3
    for role in ("governor", "workspace_admin"):
        body = key_body(running, roles=[role])
        assert mira.refused("POST", "/v1/api-keys", body) == INVALID, role
    # Neither is the other's: not a service of the tenant here, nor this one elsewhere.
    other = key_body(running, "agents:read", principal_id=theirs["principal_id"])
    assert mira.refused("POST", "/v1/api-keys", other) == INVALID
    again = key_body(running, "agents:read", principal_id=service)
    assert gala.refused("POST", "/v1/api-keys", again) == INVALID
    path = f"/v1/members/{service}"
    for body in (
        {"roles": ["operator"]},
        {"roles": ["operator"], "workspace_id": ward},
        {"roles": ["governor"], "workspace_id": surgery},
        {"roles": [], "workspace_id": surgery},
    ):
        assert gala.refused("PATCH", path, body) == INVALID, body
    enters(gala, tenant_id, ward)
    assert gala.refused("POST", "/v1/api-keys", again) == INVALID
    body = {"roles": ["analyst"], "workspace_id": surgery}
    assert mira.send("PATCH", path, body).status_code == 200
    assert "agents:write" not in exchanged(mira, rotated).json()["scope"]
    gala.chooses(tenant_id)
    given(gala, mira, surgery)
    # The token of before has the role still; the place does not.
    for method, address, sends in (
        ("POST", "/v1/api-keys", again),
        ("POST", f"/v1/api-keys/{second['key_id']}/rotate", None),
        ("DELETE", f"/v1/api-keys/{second['key_id']}", None),
    ):
        assert mira.refused(method, address, sends)[0] in (401, 403), address
    assert exchanged(mira, second).status_code == 200


def test_a_governor_of_a_workspace_decides_about_what_lies_there_and_nowhere_else(
    people: Any, running: RunningPlatform
) -> None:
    gala, otto, mira, ines = (people(each) for each in ("gala", "otto", "mira", "ines"))
    tenant_id = gala.signs_up()
    surgery, ward = made(gala), made(gala, "Ward")
    for each in (otto, mira, ines):
        joined(gala, each, tenant_id, "end_user")
    given(gala, otto, surgery, "governor")
    given(gala, ines, surgery, "workspace_admin")
    for workspace in (surgery, ward):
        given(gala, mira, workspace, "developer")
    _only_an_admin_of_the_tenant_gives_or_takes_it(ines, otto, mira, tenant_id, surgery)
    agents, cards = _asked_about_agents(running, gala, mira, tenant_id, (surgery, ward))

    def tried(card: dict[str, Any]) -> tuple[int, str]:
        body = {"decision": "approve", **decision(card)}
        answer = otto.send("POST", f"/v1/approvals/{card['id']}/decisions", body)
        return answer.status_code, str(answer.json()["code"])

    otto.chooses(tenant_id)
    assert otto.get("/v1/me")["roles"] == ["end_user"]
    assert {tried(each) for each in cards.values()} == {FORBIDDEN}
    enters(otto, tenant_id, ward)
    assert otto.get("/v1/me")["roles"] == ["end_user"]
    assert (tried(cards[ward]), tried(cards[surgery])) == (FORBIDDEN, NOT_FOUND)
    enters(otto, tenant_id, surgery)
    assert otto.get("/v1/me")["roles"] == ["end_user", "governor"]
    assert tried(cards[ward]) == tried(cards[None]) == NOT_FOUND
    suspend = (f"/v1/agents/{agents[ward]}/suspend", {"reason": "It is not needed."})
    assert otto.refused("POST", *suspend) == NOT_FOUND
    for method, path, body in (
        ("PATCH", f"/v1/members/{mira.id}", {"deputy_until": None}),
        ("PATCH", f"/v1/members/{mira.id}", {"roles": ["governor"], "workspace_id": surgery}),
    ):
        assert otto.refused(method, path, body) == FORBIDDEN, body
    for method, path in (
        ("POST", "/v1/policies"),
        ("PUT", "/v1/approvals/policy"),
        ("POST", "/v1/pipeline/resume"),
    ):
        assert otto.refused(method, path) == COVERS, path
    approve = f"/v1/approvals/{cards[surgery]['id']}/decisions"
    answer = otto.post(approve, {"decision": "approve", **decision(cards[surgery])})
    assert answer["status"] == "approved"
    # A governor of the tenant decides there too.
    approve = f"/v1/approvals/{cards[ward]['id']}/decisions"
    answer = gala.post(approve, {"decision": "approve", **decision(cards[ward])})
    assert answer["status"] == "approved"
    given(gala, otto, surgery)
    enters(otto, tenant_id, surgery)
    assert otto.get("/v1/me")["roles"] == ["end_user"]
    given(gala, otto, surgery, "deputy")
    enters(otto, tenant_id, surgery)
    assert otto.get("/v1/me")["roles"] == ["deputy", "end_user"]


def _asked_about_agents(
    running: RunningPlatform, gala: Any, mira: Any, tenant_id: str, workspaces: Iterable[str]
) -> tuple[dict[str, str], dict[str | None, dict[str, Any]]]:
    """An agent in each workspace, and the card of each by its workspace; with that of one in
    none."""
    agents: dict[str, str] = {}
    cards: dict[str | None, dict[str, Any]] = {}
    for workspace in workspaces:
        enters(mira, tenant_id, workspace)
        agents[workspace] = mira.post("/v1/agents", spec("writer"))["agent_id"]
        running.client.wait_until_idle(60)
        (cards[workspace],) = mira.get("/v1/approvals?status=pending")["items"]
    gala.post("/v1/agents", spec("reader"))
    running.client.wait_until_idle(60)
    pending = gala.get("/v1/approvals?status=pending")["items"]
    (cards[None],) = (each for each in pending if "workspace_id" not in each)
    return agents, cards


def _only_an_admin_of_the_tenant_gives_or_takes_it(
    ines: Any, otto: Any, mira: Any, tenant_id: str, surgery: str
) -> None:
    enters(ines, tenant_id, surgery)
    for member, roles in (
        (ines, ["governor", "workspace_admin"]),
        (mira, ["deputy"]),
        (otto, []),
        (otto, ["developer"]),
    ):
        body = {"roles": roles, "workspace_id": surgery}
        assert ines.refused("PATCH", f"/v1/members/{member.id}", body) == FORBIDDEN, roles
    # What decides stays with whoever has it.
    given(ines, otto, surgery, "governor", "operator")
    given(ines, otto, surgery, "governor")
