"""Services: made by an admin, with roles of their own, and never deciding."""

from typing import Any

import pytest

from emulators.running import RunningPlatform
from tests.journeys.keys import exchanged, key_body, sent
from tests.journeys.sign_ins import refusals
from tests.journeys.world import spec

pytestmark = pytest.mark.platform


def test_an_admin_makes_a_service_with_roles_of_its_own(
    people: Any, running: RunningPlatform
) -> None:
    gala = people("gala")
    tenant_id = gala.signs_up()
    made = gala.post("/v1/api-keys", key_body(running, roles=["developer"]))
    service = made["principal_id"]
    assert service.startswith("service_")
    member = gala.get(f"/v1/members/{service}")
    assert (member["kind"], member["roles"]) == ("service", ["developer"])
    assert sent(gala, made, "GET", "/v1/agents").status_code == 200
    submitted = sent(gala, made, "POST", "/v1/agents", spec("writer"))
    assert submitted.status_code == 202, submitted.text
    running.client.wait_until_idle(60)
    (card,) = gala.get("/v1/mobile/approvals?status=pending")["items"]
    assert card["requested_by"] == service
    events = [
        each
        for each in running.client.events(type="assent.member.joined.v1")
        if each["data"]["principal_id"] == service
    ]
    assert [(each["actorid"], each["tenantid"]) for each in events] == [(gala.id, tenant_id)]


def test_a_service_never_decides(people: Any, running: RunningPlatform) -> None:
    gala = people("gala")
    gala.signs_up()
    made = gala.post("/v1/api-keys", key_body(running, roles=["operator"]))
    gala.post("/v1/agents", spec("writer"))
    running.client.wait_until_idle(60)
    (card,) = gala.get("/v1/mobile/approvals?status=pending")["items"]
    for path in (
        f"/v1/approvals/{card['id']}/decisions",
        f"/v1/approvals/{card['id']}/review",
        f"/v1/mobile/approvals/{card['id']}/approve",
        f"/v1/mobile/approvals/{card['id']}/veto",
        "/v1/vetoes",
    ):
        refused = sent(gala, made, "POST", path, {})
        assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing"), path
    for scope in ("approvals:write", "governance:write", "veto:execute", "identity:write"):
        body = key_body(running, scope, roles=["operator"])
        assert gala.refused("POST", "/v1/api-keys", body) == (422, "invalid")
    for role in ("governor", "deputy", "tenant_admin", "platform_admin"):
        body = key_body(running, roles=[role])
        assert gala.refused("POST", "/v1/api-keys", body) == (422, "invalid")
        change = ("PATCH", f"/v1/members/{made['principal_id']}", {"roles": [role]})
        assert gala.refused(*change) == (422, "invalid")
    mine = ("PATCH", f"/v1/members/{gala.id}", {"roles": ["tenant_admin", "service_runtime"]})
    assert gala.refused(*mine) == (422, "invalid")


@pytest.mark.nightly
def test_only_an_admin_makes_services_and_their_keys(people: Any, running: RunningPlatform) -> None:
    gala, otto = people("gala"), people("otto")
    tenant_id = gala.signs_up()
    otto.post(f"/v1/invitations/{gala.invites('developer')}/accept")
    otto.chooses(tenant_id)
    made = gala.post("/v1/api-keys", key_body(running, roles=["service_runtime"]))
    path, service = f"/v1/api-keys/{made['key_id']}", made["principal_id"]
    for body in ({"roles": ["service_runtime"]}, {"principal_id": service}):
        assert otto.refused("POST", "/v1/api-keys", key_body(running, **body)) == (403, "forbidden")
    assert otto.refused("POST", f"{path}/rotate") == (403, "forbidden")
    assert otto.refused("DELETE", path) == (403, "forbidden")
    for wrong in (gala.id, otto.id, "service_x", ""):
        body = key_body(running, principal_id=wrong)
        assert gala.refused("POST", "/v1/api-keys", body) == (422, "invalid"), wrong
    both = key_body(running, principal_id=service, roles=["operator"])
    assert gala.refused("POST", "/v1/api-keys", both) == (422, "invalid")
    stranger = people("mira")
    stranger.signs_up()
    theirs = key_body(running, principal_id=service)
    assert stranger.refused("POST", "/v1/api-keys", theirs) == (422, "invalid")
    # Its own key does not make it an admin.
    assert sent(gala, made, "POST", "/v1/api-keys", key_body(running)).status_code == 403


@pytest.mark.nightly
def test_a_service_has_several_keys_and_ends_with_its_place(
    people: Any, running: RunningPlatform
) -> None:
    gala = people("gala")
    tenant_id = gala.signs_up()
    first = gala.post("/v1/api-keys", key_body(running, roles=["service_runtime"]))
    service = first["principal_id"]
    second = gala.post("/v1/api-keys", key_body(running, "agents:read", principal_id=service))
    rotated = gala.post(f"/v1/api-keys/{first['key_id']}/rotate")
    assert second["principal_id"] == rotated["principal_id"] == service
    assert [exchanged(gala, each).status_code for each in (first, second, rotated)] == [200] * 3
    gala.send("PATCH", f"/v1/members/{service}", {"roles": ["analyst"]})
    assert "agents:write" not in exchanged(gala, rotated).json()["scope"]
    gala.send("DELETE", f"/v1/api-keys/{second['key_id']}")
    assert [exchanged(gala, each).status_code for each in (second, rotated)] == [401, 200]
    gala.send("DELETE", f"/v1/members/{service}")
    assert [exchanged(gala, each).status_code for each in (first, rotated)] == [401, 401]
    assert ("POST /v1/auth/token", "revoked") in refusals(running, tenant_id)
    again = key_body(running, principal_id=service)
    assert gala.refused("POST", "/v1/api-keys", again) == (422, "invalid")
