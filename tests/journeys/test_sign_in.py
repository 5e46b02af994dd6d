"""Signing in at an independent issuer and at a stand-in for GitHub, and what is refused on the way;
each refusal is audited."""

from collections.abc import Iterator

import httpx
import pytest

from emulators.browser import Browser
from emulators.running import RunningPlatform
from tests.journeys.sign_ins import (
    PLATFORM,
    answer_of,
    came_back,
    issuer_of,
    me,
    named,
    refusals,
    started,
)

pytestmark = pytest.mark.platform


@pytest.fixture
def browser(running: RunningPlatform) -> Iterator[Browser]:
    running.client.disarm()
    with Browser(running.client.url) as opened:
        yield opened


@pytest.mark.parametrize("provider", ["google", "github"])
def test_somebody_signs_in_and_is_the_same_principal_the_next_time(
    browser: Browser, running: RunningPlatform, provider: str
) -> None:
    name = named("gala")
    browser.sign_in(name, provider)
    first = me(browser, browser.access_token())
    assert (first["name"], first["tenant"], first["roles"]) == (name, None, [])
    with Browser(running.client.url) as elsewhere:
        elsewhere.sign_in(name, provider)
        assert me(elsewhere, elsewhere.access_token())["principal_id"] == first["principal_id"]
    with Browser(running.client.url) as other:
        other.sign_in(named("otto"), provider)
        assert me(other, other.access_token())["principal_id"] != first["principal_id"]


def test_the_same_name_at_two_providers_is_two_principals(
    browser: Browser, running: RunningPlatform
) -> None:
    name = named("gala")
    browser.sign_in(name, "google")
    with Browser(running.client.url) as other:
        other.sign_in(name, "github")
        theirs = me(other, other.access_token())["principal_id"]
    assert me(browser, browser.access_token())["principal_id"] != theirs


def test_the_provider_is_asked_with_a_challenge_a_state_and_a_nonce(browser: Browser) -> None:
    answer, query = started(browser)
    assert query["code_challenge_method"] == "S256"
    assert len({query["state"], query["nonce"], query["code_challenge"]}) == 3
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert query["state"] not in cookie


def test_an_answer_for_another_browser_is_refused(
    browser: Browser, running: RunningPlatform
) -> None:
    with Browser(running.client.url) as thief:
        _, theirs = started(thief)
    _, mine = started(browser)
    for state in (theirs["state"], "", "guess"):
        refused = came_back(browser, state=state, code="code", iss=issuer_of(browser))
        assert (refused.status_code, "did not begin" in refused.text) == (400, True)
        assert "set-cookie" not in refused.headers
    browser.http.cookies.clear()
    assert came_back(browser, state=mine["state"], code="code").status_code == 400
    assert ("GET /v1/auth/callback", "another_browser") in refusals(running)


def test_a_sign_in_that_begins_under_another_name_of_the_platform_is_refused(
    browser: Browser, running: RunningPlatform
) -> None:
    elsewhere = f"{running.client.url}/v1/auth/start"
    assert not elsewhere.startswith(browser.url)
    page = browser.http.get(elsewhere, params={"provider": "google"})
    consent = browser.submit(page, {"login": named("gala"), "password": "any"})
    refused = browser.submit(consent, {})
    assert str(refused.url).startswith(browser.url)
    assert (refused.status_code, "did not begin" in refused.text) == (400, True)
    assert not browser.session.partition("~")[0]


def test_an_answer_of_another_issuer_is_refused(browser: Browser, running: RunningPlatform) -> None:
    for iss in ("https://evil.example", ""):
        _, query = started(browser)
        refused = came_back(browser, state=query["state"], code="code", iss=iss)
        assert (refused.status_code, "the provider that was asked" in refused.text) == (400, True)
    assert ("GET /v1/auth/callback", "another_issuer") in refusals(running)


def test_a_code_that_was_used_is_refused(browser: Browser, running: RunningPlatform) -> None:
    answer = answer_of(browser, named("gala"))
    code = dict(answer.params)["code"]
    issuer = issuer_of(browser)
    _, query = started(browser)
    refused = came_back(browser, state=query["state"], code=code, iss=issuer)
    assert (refused.status_code, "did not take the code" in refused.text) == (400, True)
    # The same answer again, of which the browser has forgotten the beginning.
    browser.http.cookies.clear()
    assert browser.http.get(answer, follow_redirects=False).status_code == 400
    assert ("GET /v1/auth/callback", "code_refused") in refusals(running)


def test_a_sign_in_that_leads_elsewhere_is_refused(
    browser: Browser, running: RunningPlatform
) -> None:
    for elsewhere in ("https://evil.example", "//evil.example", "/\\evil.example"):
        for path in ("/v1/auth/start", "/signin"):
            query = {"return_to": elsewhere}
            if path != "/signin":
                query["provider"] = "google"
            refused = browser.http.get(path, params=query, follow_redirects=False)
            assert (refused.status_code, "set-cookie" in refused.headers) == (400, False)
    found = refusals(running)
    assert {("GET /v1/auth/start", "open_redirect")} <= found


def test_a_session_gives_tokens_until_it_is_signed_out(
    browser: Browser, running: RunningPlatform
) -> None:
    browser.sign_in(named("gala"))
    cookies = []
    for _ in range(3):
        assert browser.token().status_code == 200
        cookies.append(browser.session)
    assert len(set(cookies)) == 3
    page = browser.submit(browser.http.get("/signin"), {})
    assert "signed out" in page.text
    assert browser.session == ""
    browser.session = cookies[-1]
    assert browser.token().json()["error"] == "invalid_grant"
    assert ("POST /v1/auth/token", "revoked") in refusals(running)


def test_a_lost_answer_is_given_again_and_a_copied_token_ends_the_session(
    browser: Browser, running: RunningPlatform
) -> None:
    browser.sign_in(named("gala"))
    copied = browser.session

    def renewed(cookie: str) -> tuple[httpx.Response, str]:
        with Browser(running.client.url) as other:
            other.session = cookie
            answer = other.token()
            return answer, other.session

    (first, newer), (again, same) = renewed(copied), renewed(copied)
    assert (first.status_code, again.status_code) == (200, 200)
    assert newer.partition("~")[0] == same.partition("~")[0] != copied.partition("~")[0]
    running.client.advance(31)
    late, _ = renewed(copied)
    assert (late.status_code, late.json()["error"]) == (400, "invalid_grant")
    owner, _ = renewed(newer)
    assert owner.json()["error"] == "invalid_grant"
    assert ("POST /v1/auth/token", "replayed") in refusals(running)
    ended = running.client.events(type="assent.session.ended.v1")
    assert ended[-1]["data"]["ended_because"] == "reused"


def test_a_new_sign_in_ends_the_browsers_earlier_session(
    browser: Browser, running: RunningPlatform
) -> None:
    name = named("gala")
    browser.sign_in(name)
    earlier = browser.session
    browser.sign_in(name)
    assert earlier.partition(".")[0] != browser.session.partition(".")[0]
    with Browser(running.client.url) as other:
        other.session = earlier
        assert other.token().json()["error"] == "invalid_grant"


def test_a_sign_in_is_an_event_and_names_nobody(browser: Browser, running: RunningPlatform) -> None:
    name = named("gala")
    browser.sign_in(name)
    principal = me(browser, browser.access_token())["principal_id"]
    running.client.wait_until_idle(60)
    events = [each for each in running.client.events() if each["actorid"] == principal]
    assert [each["type"] for each in events] == [
        "assent.principal.created.v1",
        "assent.session.started.v1",
    ]
    assert {each["tenantid"] for each in events} == {PLATFORM}
    assert name not in str(events)


def test_a_page_of_another_site_gets_no_token(browser: Browser, running: RunningPlatform) -> None:
    # Of what strangers are refused, one a minute and reason is recorded.
    running.client.advance(61)
    browser.sign_in(named("gala"))
    for headers in (
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null"},
        {},
    ):
        for path in ("/v1/auth/token", "/v1/auth/logout"):
            data = {"grant_type": "refresh_token"} if path.endswith("token") else None
            answer = browser.http.post(path, data=data, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    assert browser.token().status_code == 200
    assert ("POST /v1/auth/token", "cross_site") in refusals(running)


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password", "username": "root"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token", "refresh_token": "guess"}, "invalid_grant"),
        ({"grant_type": "client_credentials", "client_secret": "ak_guess"}, "invalid_client"),
        ({"grant_type": "urn:ietf:params:oauth:grant-type:device_code"}, "invalid_grant"),
    ],
)
def test_the_token_endpoint_refuses_in_oauths_words(
    browser: Browser, form: dict[str, str], error: str
) -> None:
    answer = browser.http.post("/v1/auth/token", data=form)
    assert answer.json()["error"] == error
    assert answer.status_code == (401 if error == "invalid_client" else 400)
    assert answer.headers["cache-control"] == "private, no-store"


def test_a_principal_sees_its_sessions_and_revokes_one(
    browser: Browser, running: RunningPlatform
) -> None:
    name = named("gala")
    browser.sign_in(name)
    with Browser(running.client.url) as lost:
        lost.sign_in(name)
        headers = {"Authorization": f"Bearer {browser.access_token()}"}
        found = browser.http.get("/v1/auth/sessions", headers=headers).json()["items"]
        assert [each["ended_at"] for each in found] == [None, None]
        newest = found[0]["session_id"]
        with Browser(running.client.url) as stranger:
            stranger.sign_in(named("otto"))
            theirs = {"Authorization": f"Bearer {stranger.access_token()}"}
            refused = stranger.http.delete(f"/v1/auth/sessions/{newest}", headers=theirs)
            assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
        revoked = browser.http.delete(f"/v1/auth/sessions/{newest}", headers=headers)
        assert revoked.json()["ended_because"] == "revoked"
        assert lost.token().json()["error"] == "invalid_grant"
    assert browser.token().status_code == 200


def test_pages_run_nothing_and_are_shown_in_no_frame(browser: Browser) -> None:
    browser.sign_in(named("gala"))
    page = browser.http.get("/device")
    policy = page.headers["content-security-policy"]
    for part in ("default-src 'none'", "frame-ancestors 'none'", "form-action 'self'"):
        assert part in policy
    assert "<script" not in page.text
    shown = browser.http.get("/signin", params={"return_to": "/device?user_code=<script>"})
    # The page's own one, which tests/journeys/test_passkey_sign_in.py looks at.
    assert shown.text.count("<script>") == 1
