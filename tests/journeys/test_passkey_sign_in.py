"""Somebody signs in with a passkey, and is there as after any other sign-in; what an attacker sends
is refused, and the audit has it."""

import base64
import hashlib
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from emulators.browser import Browser
from emulators.ports import page_url
from emulators.running import RunningPlatform
from tests.authenticator import PRESENT, VERIFIED, Authenticator
from tests.journeys.company import Company
from tests.journeys.founder import Founder
from tests.journeys.sign_ins import me, refusals

pytestmark = pytest.mark.platform

OPTIONS, SIGN_IN = "/v1/auth/passkey/options", "/v1/auth/passkey"


@pytest.fixture
def founder(running: RunningPlatform) -> Iterator[Founder]:
    running.client.disarm()
    opened = Founder(running)
    opened.adds_passkey()
    yield opened
    opened.browser.http.close()


@pytest.fixture
def browser(running: RunningPlatform) -> Iterator[Browser]:
    """Another one, in which nobody is signed in. What strangers were refused before is a minute
    ago: they leave one record a minute and reason."""
    running.client.advance(61)
    with Browser(running.client.url) as other:
        yield other


def asked(browser: Browser, return_to: str = "/signin") -> str:
    """The challenge that the browser is given."""
    answer = browser.call(OPTIONS, {"return_to": return_to})
    assert answer.status_code == 200, answer.text
    options = answer.json()["public_key"]
    assert (options["rpId"], options["userVerification"]) == ("localhost", "required")
    assert "allowCredentials" not in options
    return str(options["challenge"])


def signs_in(browser: Browser, key: Authenticator, owner: str, **said: Any) -> httpx.Response:
    challenge = said.pop("challenge", None) or asked(browser)
    return browser.call(SIGN_IN, key.sign_in(challenge, owner, **said))


def refused(answer: httpx.Response) -> int:
    assert answer.json()["code"] == "sign_in_refused", answer.text
    return answer.status_code


def audited(running: RunningPlatform, reason: str) -> bool:
    return (f"POST {SIGN_IN}", reason) in refusals(running)


def test_a_passkey_signs_its_owner_in_with_a_session_like_any_other(
    founder: Founder, browser: Browser, running: RunningPlatform
) -> None:
    challenge = asked(browser, "/device?user_code=BCDF")
    answer = signs_in(browser, founder.key, founder.id, challenge=challenge)
    assert answer.json() == {"return_to": "/device?user_code=BCDF"}
    assert "httponly" in answer.headers["set-cookie"].lower()
    signed = me(browser, browser.access_token(tenant=founder.tenant))
    assert (signed["principal_id"], signed["roles"]) == (founder.id, ["governor", "tenant_admin"])
    newest = founder.get("/v1/auth/sessions")["items"][0]
    assert (newest["provider"], newest["passkey_id"]) == ("passkey", *signed["passkeys"])
    running.client.wait_until_idle(60)
    (event,) = [
        each["data"]
        for each in running.client.events(type="assent.session.started.v1")
        if each["data"]["session_id"] == newest["session_id"]
    ]
    assert (event["passkey_id"], event["client"]) == (newest["passkey_id"], "browser")
    ended = founder.send("DELETE", f"/v1/auth/sessions/{newest['session_id']}")
    assert ended.status_code == 200
    assert browser.token().json()["error"] == "invalid_grant"


def test_a_passkey_of_another_browsers_sign_in_is_refused(
    founder: Founder, browser: Browser, running: RunningPlatform
) -> None:
    with Browser(running.client.url) as other:
        challenge = asked(other)
    assert refused(signs_in(browser, founder.key, founder.id, challenge=challenge)) == 400
    asked(browser)
    assert refused(signs_in(browser, founder.key, founder.id, challenge=challenge)) == 400
    assert not browser.session.partition("~")[0]
    assert audited(running, "another_browser")
    assert audited(running, "challenge_differs")


def test_an_answer_signs_in_once_whoever_sends_it_again(
    founder: Founder, browser: Browser, running: RunningPlatform
) -> None:
    challenge = asked(browser)
    attempt, body = browser.session, founder.key.sign_in(challenge, founder.id)
    assert browser.call(SIGN_IN, body).status_code == 200
    with Browser(running.client.url) as thief:
        thief.session = attempt
        assert refused(thief.call(SIGN_IN, body)) == 400
        assert not thief.session.partition("~")[0]
    assert audited(running, "replayed")


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "another origin": ({"origin": "https://evil.example"}, "another_origin"),
    "nobody verified": ({"flags": PRESENT}, "user_not_verified"),
    "unknown": ({"key_id": b"\x07" * 32}, "unknown_key"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_passkey_that_proves_nothing_is_refused(
    wrong: str, founder: Founder, browser: Browser, running: RunningPlatform
) -> None:
    fields, reason = WRONG[wrong]
    for name, value in fields.items():
        setattr(founder.key, name, value)
    assert refused(signs_in(browser, founder.key, founder.id)) == 400
    assert audited(running, reason)


def test_a_copy_of_a_key_that_counts_is_refused(
    founder: Founder, browser: Browser, running: RunningPlatform
) -> None:
    origin = page_url(running.client.url)
    founder.key = Authenticator(rp_id="localhost", origin=origin, count=3, flags=PRESENT | VERIFIED)
    founder.adds_passkey()
    assert signs_in(browser, founder.key, founder.id).status_code == 200
    founder.key.count = 3
    assert refused(signs_in(browser, founder.key, founder.id)) == 400
    running.client.wait_until_idle(60)
    (seen,) = [
        each["data"]
        for each in running.client.events(type="assent.credential.refused.v1")
        if each["data"]["principal"] == founder.id
    ]
    assert seen["reason"] == "counter_back"


def test_a_removed_passkey_signs_nobody_in(
    founder: Founder, browser: Browser, running: RunningPlatform
) -> None:
    lost, (first,) = founder.key, founder.get("/v1/passkeys")["items"]
    founder.key = Authenticator(rp_id=lost.rp_id, origin=lost.origin)
    founder.adds_passkey()
    assert founder.send("DELETE", f"/v1/passkeys/{first['passkey_id']}").status_code == 200
    assert refused(signs_in(browser, lost, founder.id)) == 400
    assert audited(running, "unknown_key")
    assert signs_in(browser, founder.key, founder.id).status_code == 200


def test_whom_a_tenant_removed_is_nobody_there(
    founder: Founder, browser: Browser, people: Any
) -> None:
    gala = people("gala")
    tenant = gala.signs_up()
    founder.post(f"/v1/invitations/{gala.invites('governor')}/accept")
    gala.send("DELETE", f"/v1/members/{founder.id}")
    assert signs_in(browser, founder.key, founder.id).status_code == 200
    assert browser.token(tenant=tenant).json()["error"] == "access_denied"


def test_nobody_gets_around_their_companys_issuer(
    running: RunningPlatform, browser: Browser, people: Any, names: Any
) -> None:
    company = Company(people("gala"), running, names).opens()
    mail = company.address("ada")
    key = Authenticator(rp_id="localhost", origin=browser.url)
    assert company.signs_in(mail, browser).status_code == 200
    signed = {"Authorization": f"Bearer {browser.access_token()}"}
    ada = browser.http.get("/v1/me", headers=signed).json()["principal_id"]
    options = browser.http.post("/v1/passkeys/options", headers=signed).json()["public_key"]
    added = {"name": "Laptop", **key.create(options["challenge"])}
    assert browser.http.post("/v1/passkeys", json=added, headers=signed).status_code == 201
    assert refused(signs_in(browser, key, ada)) == 400
    assert audited(running, "only_at_issuer")


def test_whose_domain_a_company_proves_signs_in_there_from_then_on(
    running: RunningPlatform, browser: Browser, people: Any, names: Any
) -> None:
    founder = Founder(running)
    founder.adds_passkey()
    assert signs_in(browser, founder.key, founder.id).status_code == 200
    company = Company(people("gala"), running, names)
    company.domain = founder.get("/v1/me")["mail"].partition("@")[2]
    company.opens()
    assert refused(signs_in(browser, founder.key, founder.id)) == 400
    founder.browser.http.close()


def test_a_page_of_another_site_begins_and_ends_no_sign_in(
    founder: Founder, browser: Browser, running: RunningPlatform
) -> None:
    body = founder.key.sign_in(asked(browser), founder.id)
    for path, sent in ((OPTIONS, {"return_to": "/signin"}), (SIGN_IN, body)):
        answer = browser.http.post(path, json=sent, headers={"Origin": "https://evil.example"})
        assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
        assert (f"POST {path}", "cross_site") in refusals(running)
        running.client.advance(61)


def test_a_sign_in_leads_to_no_other_site(browser: Browser, running: RunningPlatform) -> None:
    answer = browser.call(OPTIONS, {"return_to": "//evil.example"})
    assert refused(answer) == 400
    assert (f"POST {OPTIONS}", "open_redirect") in refusals(running)


def test_the_page_runs_one_script_of_ours_and_calls_nobody_else(browser: Browser) -> None:
    page = browser.http.get("/signin", params={"return_to": "/device?a='><b>"})
    (script,) = re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = page.headers["content-security-policy"].split("; ")
    assert f"script-src 'sha256-{digest}'" in policy
    assert {"default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'"} <= {*policy}
    assert "unsafe" not in page.headers["content-security-policy"]
    assert "<b>" not in page.text
