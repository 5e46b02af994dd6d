"""Support acts as a member of a tenant: it reads, and neither decides nor writes, anywhere."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any
from zlib import crc32

import pytest

from emulators.browser import Browser
from emulators.running import RunningPlatform
from functions.identity.settings import settings
from shared.kit.sealing import subjects_in
from shared.manifest import load_manifests
from shared.runtime.app import describe_only
from shared.runtime.entry_points import _package
from tests.compliance.source import ROOT
from tests.contracts.http.calls import MINTED, routes
from tests.journeys.person import Person
from tests.journeys.support import REASON, Support

pytestmark = pytest.mark.platform
# Of all routes, of which one part is tried by day.
PARTS = 4


@pytest.fixture
def support(
    people: Any, running: RunningPlatform, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Support]:
    admin = people("sam")
    monkeypatch.setenv("ASSENT_PLATFORM_ADMINS", f"somebody {admin.id}")
    settings.cache_clear()
    admin.token = admin.browser.access_token()
    yield Support(admin, running)
    settings.cache_clear()


@pytest.fixture
def gala(people: Any) -> Person:
    found: Person = people("gala")
    return found


def _refused(running: RunningPlatform, tenant: str) -> set[tuple[str, str, str, str]]:
    running.client.wait_until_idle(60)
    found = running.client.events(type="assent.credential.refused.v1", tenant=tenant)
    return {
        (
            each["data"]["reason"],
            each["data"]["principal"],
            each["data"].get("impersonator") or "",
            each["actorid"],
        )
        for each in found
    }


def test_support_sees_what_a_member_sees_and_the_member_is_told(
    support: Support, gala: Person, running: RunningPlatform
) -> None:
    tenant = gala.signs_up()
    support.acts(gala, tenant)
    me = support.send("GET", "/v1/me").json()
    assert (me["principal_id"], me["roles"]) == (gala.id, ["governor", "tenant_admin"])
    assert all(scope.endswith(":read") for scope in me["scopes"])
    for path in ("/v1/agents", "/v1/approvals", "/v1/mobile/dashboard", "/v1/members"):
        assert support.send("GET", path).status_code == 200, path
    (started,) = running.client.events(type="assent.impersonation.started.v1", tenant=tenant)
    assert started["actorid"] == support.admin.id
    told = {name: started["data"][name] for name in ("principal_id", "impersonator")}
    assert told == {"principal_id": gala.id, "impersonator": support.admin.id}
    assert subjects_in(started["data"]["reason"]) == {support.admin.id}
    assert support.given["reason"] == REASON
    newest = gala.get("/v1/auth/sessions")["items"][0]
    assert (newest["client"], newest["impersonator"]) == ("support", support.admin.id)
    listed = gala.get("/v1/impersonations")["items"]
    assert [(each["session_id"], each["reason"]) for each in listed] == [
        (support.given["session_id"], REASON)
    ]


@pytest.mark.by_day(1)
@pytest.mark.parametrize("part", range(PARTS))
def test_support_never_decides_and_never_writes_at_any_function(
    support: Support, gala: Person, running: RunningPlatform, part: int
) -> None:
    tenant = gala.signs_up()
    support.acts(gala, tenant)
    for deployable in load_manifests(ROOT).deployables:
        if not deployable.public:
            continue
        router = import_module(f"{_package(deployable.noun)}.api").ROUTER
        paths = describe_only(function=deployable.noun, router=router).openapi()["paths"]
        for path, calls in paths.items():
            for method, call in calls.items():
                # What a token of ours opens is opened by nobody's own.
                is_for_people = all(each not in MINTED for each in call.get("security", []))
                is_tried = crc32(f"{method} {path}".encode()) % PARTS == part
                if is_tried and method != "get" and "security" in call and is_for_people:
                    refused = support.send(method.upper(), path, {})
                    assert refused.status_code == 403, path
                    code = refused.json().get("code", "only_reading")
                    assert code == "only_reading", path
    assert ("impersonated", gala.id, support.admin.id, support.admin.id) in _refused(
        running, tenant
    )


def test_support_is_nobody_on_pages_where_people_decide(
    support: Support, gala: Person, running: RunningPlatform
) -> None:
    support.acts(gala, gala.signs_up())
    codes = gala.browser.http.post("/v1/auth/device", data={"client_id": "cli"}).json()
    with Browser(running.client.url) as browser:
        browser.session = f"{support.given['refresh_token']}~"
        page = browser.http.get("/device", params={"user_code": codes["user_code"]})
        assert page.url.path == "/signin"


@pytest.mark.nightly
def test_it_lasts_half_an_hour_and_every_token_of_it_only_reads(
    support: Support, gala: Person, running: RunningPlatform
) -> None:
    tenant = gala.signs_up()
    support.acts(gala, tenant)
    running.client.advance(20 * 60)
    assert support.send("GET", "/v1/me").status_code == 401
    wider = support.renews(scope="approvals:write")
    assert wider.json()["error"] == "invalid_scope"
    assert support.renews(tenant="ten_01M8BKE3KDG90HS41YW2XNHH67").status_code == 400
    renewed = support.renews()
    assert renewed.status_code == 200, renewed.text
    assert support.send("GET", "/v1/agents").status_code == 200
    assert support.send("POST", "/v1/tenants", {}).json()["code"] == "only_reading"
    running.client.advance(10 * 60)
    assert support.renews().json()["error"] == "invalid_grant"


@pytest.mark.by_day(1)
@pytest.mark.parametrize("who", ["support", "member", "admin"])
def test_whoever_may_ends_it_and_nobody_else(
    support: Support, gala: Person, people: Any, running: RunningPlatform, who: str
) -> None:
    tenant = gala.signs_up()
    otto = people("otto")
    otto.post(f"/v1/invitations/{gala.invites('analyst')}/accept")
    otto.chooses(tenant)
    support.acts(otto, tenant)
    path = f"/v1/impersonations/{support.given['session_id']}"
    kim = people("kim")
    kim.signs_up()
    assert kim.send("DELETE", path).status_code == 404
    assert support.send("DELETE", path).status_code == 403
    if who == "member":
        ended = otto.send("DELETE", f"/v1/auth/sessions/{support.given['session_id']}")
    else:
        ended = (support.admin if who == "support" else gala).send("DELETE", path)
    assert ended.status_code == 200, ended.text
    assert support.renews().json()["error"] == "invalid_grant"
    (over,) = running.client.events(type="assent.impersonation.ended.v1", tenant=tenant)
    by = {"support": support.admin.id, "member": otto.id, "admin": gala.id}[who]
    assert (over["data"]["ended_by"], over["actorid"]) == (by, by)


@pytest.mark.nightly
def test_a_tenant_that_forbids_support_ends_it_and_lets_nobody_in(
    support: Support, gala: Person, people: Any, running: RunningPlatform
) -> None:
    tenant = gala.signs_up()
    support.acts(gala, tenant)
    otto = people("otto")
    otto.post(f"/v1/invitations/{gala.invites('developer')}/accept")
    otto.chooses(tenant)
    access = "/v1/impersonations/access"
    assert otto.refused("PUT", access, {"allowed": False}) == (403, "forbidden")
    assert gala.get(access)["allowed"] is True
    assert gala.send("PUT", access, {"allowed": False}).json()["allowed"] is False
    assert support.renews().json()["error"] == "invalid_grant"
    refused = support.asks(gala, tenant)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    platform = _refused(running, "_platform")
    assert ("support_forbidden", support.admin.id, "", support.admin.id) in platform
    assert gala.send("PUT", access, {"allowed": True}).json()["allowed"] is True
    assert support.asks(gala, tenant).status_code == 201


@pytest.mark.nightly
def test_only_platform_admins_act_as_members(
    support: Support, gala: Person, people: Any, running: RunningPlatform
) -> None:
    tenant = gala.signs_up()
    kim = people("kim")
    body = {"tenant_id": tenant, "principal": gala.id, "reason": REASON}
    for nobody in (kim, gala):
        assert nobody.refused("POST", "/v1/impersonations", body) == (403, "forbidden")
    assert ("not_permitted", kim.id, "", kim.id) in _refused(running, "_platform")
    assert ("not_permitted", gala.id, "", gala.id) in _refused(running, tenant)
    support.acts(gala, tenant)
    again = support.send("POST", "/v1/impersonations", body)
    assert (again.status_code, again.json()["code"]) == (403, "only_reading")
    for wrong in ({**body, "principal": kim.id}, {**body, "tenant_id": "ten_x"}):
        assert support.admin.refused("POST", "/v1/impersonations", wrong) == (403, "forbidden")
    short = {**body, "reason": "because"}
    assert support.admin.refused("POST", "/v1/impersonations", short) == (422, "invalid")


def test_what_support_looks_for_in_vain_is_audited_with_both(
    support: Support, gala: Person, running: RunningPlatform
) -> None:
    tenant = gala.signs_up()
    support.acts(gala, tenant)
    missing = "apr_01M8BKE3KDG90HS41YW2XNHH67"
    assert support.send("GET", f"/v1/approvals/{missing}").status_code == 404
    running.client.wait_until_idle(60)
    found = [
        (each["actorid"], each["data"]["principal"], each["data"]["impersonator"])
        for each in running.client.events(type="assent.lookup.missed.v1", tenant=tenant)
    ]
    assert found == [(support.admin.id, gala.id, support.admin.id)]


@pytest.mark.by_day(1)
@pytest.mark.parametrize("part", range(PARTS))
def test_a_narrow_token_shows_nothing_of_the_principals_other_tenants(
    support: Support, gala: Person, running: RunningPlatform, part: int
) -> None:
    other = gala.signs_up()
    with Browser(running.client.url) as elsewhere:
        elsewhere.sign_in(gala.name)
        elsewhere.access_token(tenant=other)
    tenant = gala.signs_up()
    workspace = gala.post("/v1/workspaces", {"name": "Ward"})["workspace_id"]
    support.acts(gala, tenant)
    assert support.renews(workspace=workspace).json()["error"] == "invalid_request"
    sessions = gala.get("/v1/auth/sessions")["items"]
    assert {each["tenant_id"] for each in sessions} == {tenant, other}
    narrow = gala.browser.access_token(tenant=tenant, workspace=workspace)
    headers = {"Authorization": f"Bearer {narrow}"}
    reads = [path for method, path in routes() if method == "GET" and "{" not in path]
    for path in reads[part::PARTS]:
        for answer in (support.send("GET", path), gala.browser.http.get(path, headers=headers)):
            assert other not in answer.text, (path, answer.text)
    shown = support.send("GET", "/v1/auth/sessions").json()["items"]
    assert {each["tenant_id"] for each in shown} == {tenant}
    for each in sessions:
        path = f"/v1/auth/sessions/{each['session_id']}"
        ended = gala.browser.http.delete(path, headers=headers)
        assert (ended.status_code, ended.json()["code"]) == (403, "covers_the_tenant")
        assert support.send("DELETE", path).status_code == 403
