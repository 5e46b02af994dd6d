"""From sign-up to a colleague, a key and a device: with tokens that identity issued, at every
function."""

import uuid
from datetime import timedelta
from typing import Any

import httpx
import pytest

from emulators.browser import Browser
from emulators.running import RunningPlatform
from shared.kit.instants import parse_instant
from tests.journeys.person import DEVICE_CODE
from tests.journeys.sign_ins import refusals
from tests.journeys.world import decision, spec

pytestmark = pytest.mark.platform


def test_a_founder_signs_up_and_governs(people: Any, running: RunningPlatform) -> None:
    gala = people("gala")
    assert gala.refused("GET", "/v1/agents") == (403, "tenant_not_chosen")
    tenant_id = gala.signs_up()
    me = gala.get("/v1/me")
    assert (me["tenant"]["tenant_id"], me["roles"]) == (tenant_id, ["governor", "tenant_admin"])
    assert me["plan"] == "free"
    assert [each["tenant_id"] for each in gala.get("/v1/tenants")["items"]] == [tenant_id]
    assert gala.get("/v1/agents")["items"] == []
    assert ("GET /v1/agents", "tenant_missing") in {
        (each["data"]["call"], each["data"]["reason"])
        for each in running.client.events(type="assent.credential.refused.v1")
    }


def test_a_colleague_asks_and_the_founder_assents(people: Any, running: RunningPlatform) -> None:
    gala, otto = people("gala"), people("otto")
    tenant_id = gala.signs_up()
    otto.post(f"/v1/invitations/{gala.invites('developer')}/accept")
    otto.chooses(tenant_id)
    case = otto.post("/v1/agents", spec("writer"))
    running.client.wait_until_idle(60)
    (card,) = gala.get("/v1/mobile/approvals?status=pending")["items"]
    assert card["requested_by"] == otto.id
    path = f"/v1/mobile/approvals/{card['id']}/approve"
    assert otto.refused("POST", path, decision(card)) == (403, "scope_missing")
    gala.post(path, decision(card))
    running.client.wait_until_idle(60)
    assert gala.get(f"/v1/workflows/{case['case_id']}")["status"] == "live"


@pytest.mark.nightly
def test_a_repeat_of_a_sign_up_is_one_tenant(people: Any) -> None:
    gala = people("gala")
    body = {"name": "Clinic", "slug": f"clinic-{uuid.uuid4().hex[:8]}"}
    keyed = {"Idempotency-Key": uuid.uuid4().hex}
    answers = [gala.send("POST", "/v1/tenants", body, **keyed) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(gala.get("/v1/tenants")["items"]) == 1
    assert gala.refused("POST", "/v1/tenants", body) == (409, "version_conflict")
    assert people("otto").refused("POST", "/v1/tenants", body) == (409, "version_conflict")


def test_an_invitation_is_used_once(people: Any, running: RunningPlatform) -> None:
    gala, otto, mira = people("gala"), people("otto"), people("mira")
    tenant_id = gala.signs_up()
    token = gala.invites("analyst")
    path = f"/v1/invitations/{token}/accept"
    first = otto.post(path)
    assert first["roles"] == ["analyst"]
    assert mira.refused("POST", path) == (410, "invitation_over")
    # A repeat, because its answer was lost, is no second use.
    assert otto.post(path) == first
    assert gala.send("DELETE", f"/v1/members/{otto.id}").status_code == 200
    assert otto.refused("POST", path) == (410, "invitation_over")
    for wrong in (f"{token}x", token.replace("inv_", "key_"), "x", f"{token}.x"):
        assert mira.refused("POST", f"/v1/invitations/{wrong}/accept") == (404, "not_found")
    call = "POST /v1/invitations/{token}/accept"
    assert {(call, "replayed"), (call, "unverified")} <= refusals(running, tenant_id)
    assert (call, "unverified") in refusals(running)
    assert mira.browser.token(tenant=tenant_id).json()["error"] == "access_denied"


@pytest.mark.nightly
def test_a_revoked_and_an_old_invitation_are_over(people: Any, running: RunningPlatform) -> None:
    gala = people("gala")
    tenant_id = gala.signs_up()
    otto = people("otto")
    token = gala.invites("analyst")
    gala.send("DELETE", f"/v1/invitations/{token.split('.')[1]}")
    revoked = otto.refused("POST", f"/v1/invitations/{token}/accept")
    assert revoked == (410, "invitation_over")
    late = gala.invites("analyst")
    running.client.advance(7 * 24 * 3600 + 1)
    otto.token = otto.browser.access_token()
    assert otto.refused("POST", f"/v1/invitations/{late}/accept") == (410, "invitation_over")
    found = {reason for _, reason in refusals(running, tenant_id)}
    assert {"revoked", "expired"} <= found


@pytest.mark.nightly
def test_a_narrow_token_gives_no_key_with_more(people: Any, running: RunningPlatform) -> None:
    gala = people("gala")
    tenant_id = gala.signs_up()
    wide = gala.makes_key("agents:read")
    ends = parse_instant(running.client.now()) + timedelta(days=30)
    body = {"name": "CI", "scopes": ["agents:read"], "expires_at": ends.isoformat()}
    gala.token = gala.browser.access_token(tenant=tenant_id, scope="identity:write")
    for path, sent in (
        ("/v1/api-keys", body),
        ("/v1/api-keys", {**body, "roles": ["operator"]}),
        (f"/v1/api-keys/{wide['key_id']}/rotate", None),
    ):
        assert gala.refused("POST", path, sent) == (403, "forbidden")


def test_an_oauth_client_reads_in_its_own_words_what_it_wrote_wrong(people: Any) -> None:
    http = people("gala").browser.http
    for path, content in (
        ("/v1/auth/token", "grant_type=x&grant_type=y"),
        ("/v1/auth/token", f"code={'x' * 1001}"),
        ("/v1/auth/device", "client_id="),
    ):
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = http.post(path, content=content, headers=form)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
        assert answer.json().keys() == {"error", "error_description"}
    page = http.get("/device", params={"user_code": "x" * 500})
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")


def test_only_admins_change_members_and_the_last_one_stays(people: Any) -> None:
    gala, otto = people("gala"), people("otto")
    tenant_id = gala.signs_up()
    otto.post(f"/v1/invitations/{gala.invites('developer')}/accept")
    otto.chooses(tenant_id)
    mine, theirs = f"/v1/members/{otto.id}", f"/v1/members/{gala.id}"
    assert otto.refused("PATCH", mine, {"roles": ["tenant_admin"]}) == (403, "forbidden")
    assert otto.refused("DELETE", theirs) == (403, "forbidden")
    assert otto.refused("POST", "/v1/invitations", {"roles": ["analyst"]}) == (403, "forbidden")
    assert otto.refused("GET", "/v1/invitations") == (403, "forbidden")
    assert gala.refused("PATCH", theirs, {"roles": ["analyst"]}) == (409, "version_conflict")
    assert gala.refused("DELETE", theirs) == (409, "version_conflict")
    assert gala.refused("PATCH", mine, {"roles": ["platform_admin"]}) == (422, "invalid")
    changed = gala.send("PATCH", mine, {"roles": ["governor", "tenant_admin"]})
    assert changed.json()["roles"] == ["governor", "tenant_admin"]
    assert gala.send("DELETE", theirs).json()["removed_at"] is not None
    assert gala.browser.token(tenant=tenant_id).json()["error"] == "access_denied"
    # What she was given before is refused within twenty seconds, and changes no members meanwhile.
    assert gala.refused("PATCH", mine, {"roles": ["analyst"]})[0] in (401, 403)
    gala.token = gala.browser.access_token()
    assert gala.get("/v1/tenants")["items"] == []


def test_nothing_of_a_tenant_is_another_tenants(people: Any) -> None:
    gala, otto = people("gala"), people("otto")
    tenant_id = gala.signs_up()
    key = gala.makes_key("agents:read")
    invitation = gala.invites("analyst").split(".")[1]
    otto.signs_up()
    for method, path in (
        ("GET", f"/v1/tenants/{tenant_id}"),
        ("GET", f"/v1/members/{gala.id}"),
        ("DELETE", f"/v1/members/{gala.id}"),
        ("DELETE", f"/v1/invitations/{invitation}"),
        ("POST", f"/v1/api-keys/{key['key_id']}/rotate"),
        ("DELETE", f"/v1/api-keys/{key['key_id']}"),
    ):
        assert otto.refused(method, path) == (404, "not_found"), path
    assert otto.browser.token(tenant=tenant_id).json()["error"] == "access_denied"
    assert [each["principal_id"] for each in otto.get("/v1/members")["items"]] == [otto.id]


def test_a_key_is_a_bearer_token_everywhere_until_it_is_revoked(
    people: Any, running: RunningPlatform
) -> None:
    gala = people("gala")
    tenant_id = gala.signs_up()
    made = gala.makes_key("agents:read", "approvals:read")
    assert "secret" not in gala.get("/v1/api-keys")["items"][0]
    robot = {"Authorization": f"Bearer {made['secret']}"}

    def calls(path: str, method: str = "GET") -> int:
        return int(gala.browser.http.request(method, path, headers=robot).status_code)

    assert [calls("/v1/agents"), calls("/v1/approvals")] == [200, 200]
    assert [calls("/v1/mobile/dashboard"), calls("/v1/me"), calls("/v1/api-keys")] == [403] * 3
    assert (
        gala.browser.http.get(
            "/v1/agents", headers={"Authorization": f"Bearer {made['secret']}x"}
        ).status_code
        == 401
    )
    revoked = gala.send("DELETE", f"/v1/api-keys/{made['key_id']}")
    assert revoked.json()["revoked_by"] == gala.id
    exchange = {"grant_type": "client_credentials", "client_secret": made["secret"]}
    refused = gala.browser.http.post("/v1/auth/token", data=exchange)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert ("POST /v1/auth/token", "revoked") in refusals(running, tenant_id)


@pytest.mark.nightly
def test_a_rotated_key_takes_both_secrets_for_a_day(people: Any, running: RunningPlatform) -> None:
    gala = people("gala")
    gala.signs_up()
    first = gala.makes_key("agents:read")
    second = gala.post(f"/v1/api-keys/{first['key_id']}/rotate")

    def exchanged(key: dict[str, Any]) -> int:
        form = {"grant_type": "client_credentials", "client_secret": key["secret"]}
        return int(gala.browser.http.post("/v1/auth/token", data=form).status_code)

    assert [exchanged(first), exchanged(second)] == [200, 200]
    running.client.advance(24 * 3600)
    assert [exchanged(first), exchanged(second)] == [401, 200]


def test_a_device_is_signed_in_by_a_person_who_reads_its_code(
    people: Any, running: RunningPlatform
) -> None:
    gala = people("gala")
    tenant_id = gala.signs_up()
    asked = {"client_id": "assent-cli", "scope": "agents:read"}
    codes = gala.browser.http.post("/v1/auth/device", data=asked).json()
    form = {"grant_type": DEVICE_CODE, "device_code": codes["device_code"]}

    def polled() -> httpx.Response:
        return httpx.post(f"{running.client.url}/v1/auth/token", data=form, timeout=60)

    assert polled().json()["error"] == "authorization_pending"
    assert polled().json()["error"] == "slow_down"
    running.client.advance(9)
    assert polled().json()["error"] == "authorization_pending"
    page = gala.browser.http.get("/device", params={"user_code": codes["user_code"]})
    assert "assent-cli" in page.text
    assert "agents:read" in page.text
    done = gala.browser.submit(page, {"decision": "allow"})
    assert "may act for you" in done.text
    given, again = polled().json(), polled().json()
    assert given["refresh_token"] == again["refresh_token"]
    assert given["scope"] == "agents:read"
    device = {"Authorization": f"Bearer {given['access_token']}"}
    assert gala.browser.http.get("/v1/agents", headers=device).status_code == 200
    assert gala.browser.http.post("/v1/agents", headers=device, json={}).status_code == 403
    more = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    renewed = gala.browser.http.post("/v1/auth/token", data={**more, "tenant": tenant_id}).json()
    assert renewed["refresh_token"] != given["refresh_token"]
    wider = {**more, "refresh_token": renewed["refresh_token"], "scope": "agents:write"}
    assert gala.browser.http.post("/v1/auth/token", data=wider).json()["error"] == "invalid_scope"
    running.client.advance(31)
    assert polled().json()["error"] == "invalid_grant"
    assert ("POST /v1/auth/token", "replayed") in refusals(running)


@pytest.mark.nightly
def test_a_device_is_denied_and_a_form_of_another_page_is_refused(
    people: Any, running: RunningPlatform
) -> None:
    gala, mallory = people("gala"), people("mallory")
    codes = gala.browser.http.post("/v1/auth/device", data={"client_id": "cli"}).json()
    theirs = mallory.browser.http.get("/device", params={"user_code": codes["user_code"]})
    ours = gala.browser.http.get("/device", params={"user_code": codes["user_code"]})
    forged = gala.browser.submit(theirs, {"decision": "allow"})
    assert (forged.status_code, "not from this session" in forged.text) == (403, True)
    fields = {"user_code": codes["user_code"], "form": "x", "decision": "allow"}
    cross = gala.browser.http.post("/v1/auth/device/decision", data=fields)
    assert (cross.status_code, cross.json()["code"]) == (403, "cross_site")
    assert "was denied" in gala.browser.submit(ours, {"decision": "deny"}).text
    assert gala.browser.submit(ours, {"decision": "allow"}).status_code == 409
    form = {"grant_type": DEVICE_CODE, "device_code": codes["device_code"]}
    answer = gala.browser.http.post("/v1/auth/token", data=form)
    assert answer.json()["error"] == "access_denied"
    assert ("POST /v1/auth/device/decision", "cross_site") in refusals(running)


def test_a_stranger_with_a_code_is_sent_to_sign_in_first(running: RunningPlatform) -> None:
    with Browser(running.client.url) as browser:
        page = browser.http.get("/device", params={"user_code": "BCDF-GHJK"})
        assert page.url.path == "/signin"
        assert "return_to=%2Fdevice%3Fuser_code%3DBCDFGHJK" in page.text


@pytest.mark.nightly
def test_what_happened_is_in_the_audit_of_its_tenant(people: Any, running: RunningPlatform) -> None:
    gala, otto = people("gala"), people("otto")
    tenant_id = gala.signs_up()
    otto.post(f"/v1/invitations/{gala.invites('developer')}/accept")
    gala.makes_key("agents:read")
    running.client.wait_until_idle(60)
    entries = running.run(_audited(tenant_id))
    assert entries >= {
        "assent.tenant.created.v1",
        "assent.member.joined.v1",
        "assent.invitation.created.v1",
        "assent.invitation.accepted.v1",
        "assent.api_key.created.v1",
    }


@pytest.mark.nightly
def test_reading_changes_nothing(people: Any, running: RunningPlatform) -> None:
    gala = people("gala")
    tenant_id = gala.signs_up()
    running.client.wait_until_idle(60)
    before = running.client.events()
    for path in (
        *("/v1/me", "/v1/auth/sessions", "/v1/tenants", f"/v1/tenants/{tenant_id}"),
        *("/v1/members", f"/v1/members/{gala.id}", "/v1/invitations", "/v1/api-keys"),
        *("/signin", "/device", "/.well-known/jwks.json"),
    ):
        assert gala.send("GET", path).status_code == 200, path
    running.client.wait_until_idle(60)
    assert running.client.events() == before


async def _audited(tenant: str) -> set[str]:
    import json

    from functions.audit.store import read_entries, read_head

    head = await read_head(tenant)
    entries = [entry async for entry in read_entries(tenant, head.number)]
    return {json.loads(entry.body)["type"] for entry in entries}
