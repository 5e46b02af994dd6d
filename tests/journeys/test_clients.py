"""Clients of somebody else's: from their document to their tokens, and each refusal on the way."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from emulators.running import RunningPlatform
from tests.journeys.clients import Client, answered, sent_back, serving
from tests.journeys.person import DEVICE_CODE, Person
from tests.journeys.sign_ins import refusals

pytestmark = pytest.mark.platform


@pytest.fixture
def client(running: RunningPlatform) -> Iterator[Client]:
    with serving(running.client.url) as found:
        yield found


@pytest.fixture
def other(running: RunningPlatform) -> Iterator[Client]:
    with serving(running.client.url) as found:
        yield found


def bearer(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def called(person: Person, answer: httpx.Response, path: str = "/v1/agents") -> int:
    return int(person.browser.http.get(path, headers=bearer(answer)).status_code)


def test_a_client_finds_the_server_and_is_let_in(people: Any, client: Client) -> None:
    gala = people("gala")
    tenant_id = gala.signs_up()
    found = gala.browser.http.get("/.well-known/oauth-authorization-server")
    server = found.json()
    assert server["issuer"] == client.platform
    assert server["authorization_endpoint"] == f"{client.platform}/v1/auth/authorize"
    assert server["code_challenge_methods_supported"] == ["S256"]
    assert "s-maxage" in found.headers["cache-control"]
    page = client.asks(gala.browser)
    for said in ("Report writer", client.id.split("/")[2], "agents:read", "Clinic", "127.0.0.1"):
        assert said in page.text
    policy = page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    origin = client.redirect_uri.removesuffix("/callback")
    assert f"form-action 'self' {origin};" in policy
    back = sent_back(answered(gala.browser, page, tenant=tenant_id, decision="allow"))
    assert (back["state"], back["iss"]) == (client.state, client.platform)
    tokens = client.redeems(back["code"])
    assert tokens.json()["scope"] == "agents:read"
    assert called(gala, tokens) == 200
    refused = gala.browser.http.post("/v1/agents", headers=bearer(tokens), json={})
    assert refused.status_code == 403
    renewed = client.renews(tokens.json()["refresh_token"])
    assert renewed.json()["refresh_token"] != tokens.json()["refresh_token"]
    assert called(gala, renewed) == 200


def test_a_client_never_has_a_role_nor_a_persons_own_things(people: Any, client: Client) -> None:
    gala = people("gala")
    back = client.is_let_in(gala.browser, gala.signs_up(), scope="approvals:request approvals:read")
    tokens = client.redeems(back["code"])
    assert [called(gala, tokens, each) for each in ("/v1/approvals", "/v1/me")] == [200, 403]
    decided = gala.browser.http.post(
        "/v1/approvals/apv_00000000000000000000000000/decisions",
        headers=bearer(tokens),
        json={},
    )
    assert (decided.status_code, decided.json()["code"]) == (403, "scope_missing")
    for beyond in (
        "approvals:write",
        "governance:write",
        "veto:execute",
        "identity:write",
        "identity:read",
        "root",
    ):
        error = sent_back(client.asks(gala.browser, scope=beyond))
        assert (error["error"], error["state"]) == ("invalid_scope", client.state)


def test_what_a_person_let_in_is_among_their_sessions_and_is_revoked_there(
    people: Any, client: Client, running: RunningPlatform
) -> None:
    gala = people("gala")
    tenant_id = gala.signs_up()
    tokens = client.redeems(client.is_let_in(gala.browser, tenant_id)["code"])
    (session,) = [
        each for each in gala.get("/v1/auth/sessions")["items"] if each["client_id"] == client.id
    ]
    assert (session["client"], session["tenant_id"]) == ("client", tenant_id)
    assert (session["device"], session["scope"]) == ("Report writer", "agents:read")
    gala.send("DELETE", f"/v1/auth/sessions/{session['session_id']}")
    assert client.renews(tokens.json()["refresh_token"]).json()["error"] == "invalid_grant"
    running.client.wait_until_idle(60)
    (given,) = [
        each["data"]
        for each in running.client.events(type="assent.client_grant.given.v1")
        if each["data"]["client_id"] == client.id
    ]
    assert (given["given_in"], given["principal_id"]) == (tenant_id, gala.id)


def test_a_person_who_is_not_signed_in_signs_in_first_and_no_address_is_read(
    people: Any, client: Client
) -> None:
    gala = people("gala")
    gala.signs_up()
    gala.browser.http.cookies.clear()
    page = client.asks(gala.browser)
    assert (page.url.path, client.answers) == ("/signin", 0)
    back = dict(page.url.params)["return_to"]
    assert back.startswith("/v1/auth/authorize?")
    gala.browser.http.follow_redirects = True
    gala.browser.sign_in(gala.name, return_to=back)
    assert client.answers == 1


def test_a_person_denies_it(people: Any, client: Client) -> None:
    gala = people("gala")
    gala.signs_up()
    page = client.asks(gala.browser)
    back = sent_back(answered(gala.browser, page, decision="deny"))
    assert (back["error"], back["iss"]) == ("access_denied", client.platform)
    assert "code" not in back


@pytest.mark.parametrize(
    "redirect_uri",
    ["https://evil.example/", "http://127.0.0.1:1/callback/x", "//evil.example", "javascript:1"],
)
def test_an_address_that_the_document_does_not_have_gets_no_browser(
    people: Any, client: Client, running: RunningPlatform, redirect_uri: str
) -> None:
    gala = people("gala")
    gala.signs_up()
    refused = client.asks(gala.browser, redirect_uri=redirect_uri)
    assert (refused.status_code, "location" in refused.headers) == (400, False)
    assert ("GET /v1/auth/authorize", "open_redirect") in refusals(running)


def test_a_program_on_the_persons_device_may_have_any_port(people: Any, client: Client) -> None:
    gala = people("gala")
    back = "http://127.0.0.1:41599/cb"
    sent = client.is_let_in(gala.browser, gala.signs_up(), redirect_uri=back)
    assert client.redeems(sent["code"], redirect_uri=back).status_code == 200


def test_a_client_that_nobody_knows_gets_no_browser(people: Any, client: Client) -> None:
    gala = people("gala")
    gala.signs_up()
    for unknown in (
        f"{client.id}x",
        "assent-cli",
        "https://evil.example",
        "https://127.0.0.1/client.json",
        client.id.replace("127.0.0.1", "0.0.0.0"),
    ):
        refused = client.asks(gala.browser, client_id=unknown)
        assert (refused.status_code, "location" in refused.headers) == (400, False), unknown


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"client_id": "https://other.example/client.json"}, "another client_id"),
        ({"redirect_uris": []}, "redirect_uris"),
        ({"redirect_uris": ["cursor://callback"]}, "neither https nor http"),
        ({"redirect_uris": ["http://app.example/cb"]}, "neither https nor http"),
        ({"client_secret": "everybody reads it"}, "no secret"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "no secret"),
    ],
)
def test_a_document_that_cannot_be_believed_is_refused(
    people: Any, client: Client, changed: dict[str, Any], said: str
) -> None:
    gala = people("gala")
    gala.signs_up()
    client.document |= changed
    refused = client.asks(gala.browser)
    assert (refused.status_code, said in refused.text) == (400, True)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"resource": None}, "invalid_target"),
        ({"resource": "https://evil.example/mcp"}, "invalid_target"),
        ({"scope": "root"}, "invalid_scope"),
    ],
)
def test_what_a_client_cannot_have_is_told_to_it(
    people: Any, client: Client, changed: dict[str, str | None], error: str
) -> None:
    gala = people("gala")
    gala.signs_up()
    back = sent_back(client.asks(gala.browser, **changed))
    assert (back["error"], back["state"]) == (error, client.state)
    assert back["iss"] == client.platform


def test_a_person_gives_no_scope_that_its_roles_do_not_have(people: Any, client: Client) -> None:
    gala, otto = people("gala"), people("otto")
    tenant_id = gala.signs_up()
    otto.post(f"/v1/invitations/{gala.invites('analyst')}/accept")
    otto.chooses(tenant_id)
    refused = sent_back(client.asks(otto.browser, scope="agents:write"))
    assert refused["error"] == "invalid_scope"
    page = client.asks(otto.browser)
    elsewhere = people("mira").signs_up()
    for wrong in (elsewhere, "", "ten_x"):
        back = sent_back(answered(otto.browser, page, tenant=wrong, decision="allow"))
        assert (back["error"], "code" in back) == ("access_denied", False)
    tokens = client.redeems(client.is_let_in(otto.browser, tenant_id)["code"])
    assert called(otto, tokens) == 200
    gala.send("DELETE", f"/v1/members/{otto.id}")
    assert client.renews(tokens.json()["refresh_token"]).json()["error"] == "access_denied"


def test_a_code_that_is_used_again_ends_what_it_gave(
    people: Any, client: Client, running: RunningPlatform
) -> None:
    gala = people("gala")
    tenant_id = gala.signs_up()
    code = client.is_let_in(gala.browser, tenant_id)["code"]
    tokens = client.redeems(code)
    again = client.redeems(code).json()
    assert again["error"] == "invalid_grant"
    assert again["error_description"].startswith("the code was used before")
    assert client.renews(tokens.json()["refresh_token"]).json()["error"] == "invalid_grant"
    assert ("POST /v1/auth/token", "replayed") in refusals(running)
    ended = running.client.events(type="assent.session.ended.v1")[-1]["data"]
    assert (ended["client_id"], ended["ended_because"]) == (client.id, "reused")


def test_a_code_is_taken_from_its_client_only(
    people: Any, client: Client, other: Client, running: RunningPlatform
) -> None:
    gala = people("gala")
    tenant_id = gala.signs_up()
    code = client.is_let_in(gala.browser, tenant_id)["code"]
    for changed, error in (
        ({"client_id": other.id}, "invalid_grant"),
        ({"client_id": ""}, "invalid_grant"),
        ({"redirect_uri": f"{client.redirect_uri}x"}, "invalid_grant"),
        ({"redirect_uri": None}, "invalid_grant"),
        ({"code_verifier": other.verifier}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_grant"),
        ({"resource": f"{client.platform}/mcp"}, "invalid_target"),
    ):
        assert client.redeems(code, **changed).json()["error"] == error, changed
    assert client.redeems(f"{code}x").json()["error"] == "invalid_grant"
    found = refusals(running, tenant_id)
    assert {
        ("POST /v1/auth/token", "code_refused"),
        ("POST /v1/auth/token", "another_audience"),
    } <= found
    tokens = client.redeems(code)
    refresh = tokens.json()["refresh_token"]
    assert other.renews(refresh).json()["error"] == "invalid_grant"
    elsewhere = f"{client.platform}/mcp"
    assert client.renews(refresh, resource=elsewhere).json()["error"] == "invalid_target"
    assert client.renews(refresh, scope="agents:write").json()["error"] == "invalid_scope"
    assert client.renews(refresh).status_code == 200


def test_a_code_is_taken_for_a_minute(
    people: Any, client: Client, running: RunningPlatform
) -> None:
    gala = people("gala")
    code = client.is_let_in(gala.browser, gala.signs_up())["code"]
    running.client.advance(61)
    assert client.redeems(code).json()["error"] == "invalid_grant"


def test_a_token_for_the_api_calls_no_tools(people: Any, client: Client) -> None:
    gala = people("gala")
    mcp = f"{client.platform}/mcp"
    found = gala.browser.http.get("/.well-known/oauth-protected-resource/mcp").json()
    assert (found["resource"], found["authorization_servers"]) == (mcp, [client.platform])
    assert found["scopes_supported"] == ["tools:write"]
    token = client.redeems(client.is_let_in(gala.browser, gala.signs_up())["code"])
    listing = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    assert gala.browser.http.post("/mcp", json=listing, headers=bearer(token)).status_code == 403
    back = sent_back(client.asks(gala.browser, scope="tools:write"))
    assert back["error"] == "invalid_scope"
    back = sent_back(client.asks(gala.browser, resource=mcp, scope="agents:read tools:write"))
    assert back["error"] == "invalid_scope"


def test_an_answer_from_another_browser_or_site_is_refused(
    people: Any, client: Client, running: RunningPlatform
) -> None:
    gala, mallory = people("gala"), people("mallory")
    tenant_id = gala.signs_up()
    mallory.signs_up()
    theirs = client.asks(mallory.browser)
    forged = answered(gala.browser, theirs, tenant=tenant_id, decision="allow")
    assert (forged.status_code, "not from this session" in forged.text) == (403, True)
    mine = client.asks(gala.browser)
    wider = mine.text.replace("agents%3Aread", "agents%3Awrite")
    assert wider != mine.text
    altered = httpx.Response(200, text=wider, request=mine.request)
    refused = answered(gala.browser, altered, tenant=tenant_id, decision="allow")
    assert refused.status_code == 403
    cross = gala.browser.http.post(
        "/consent",
        data={"request": "x", "tenant": tenant_id, "decision": "allow", "form": "x"},
        headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    )
    assert (cross.status_code, cross.json()["code"]) == (403, "cross_site")
    assert ("POST /consent", "cross_site") in refusals(running)


def test_a_clients_or_a_devices_token_is_no_cookie_of_a_person(people: Any, client: Client) -> None:
    gala = people("gala")
    tokens = client.redeems(client.is_let_in(gala.browser, gala.signs_up())["code"])
    codes = gala.browser.http.post("/v1/auth/device", data={"client_id": "cli"}).json()
    page = gala.browser.http.get("/device", params={"user_code": codes["user_code"]})
    gala.browser.submit(page, {"decision": "allow"})
    form = {"grant_type": DEVICE_CODE, "device_code": codes["device_code"]}
    device = gala.browser.http.post("/v1/auth/token", data=form)
    for stolen in (tokens, device):
        gala.browser.http.cookies.clear()
        gala.browser.session = stolen.json()["refresh_token"]
        assert client.asks(gala.browser).url.path == "/signin"
        assert gala.browser.http.get("/device").url.path == "/signin"
