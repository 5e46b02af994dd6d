"""Somebody signs in, adds a passkey and decides with it; what an attacker sends is refused, and the
audit has it."""

import base64
import hashlib
import re
from collections.abc import Iterator

import pytest

from emulators.browser import Browser
from emulators.running import RunningPlatform
from tests.authenticator import Authenticator
from tests.journeys.founder import Founder
from tests.journeys.person import Person

pytestmark = pytest.mark.platform


@pytest.fixture
def founder(running: RunningPlatform) -> Iterator[Founder]:
    running.client.disarm()
    opened = Founder(running)
    yield opened
    opened.browser.http.close()


def test_a_founder_adds_a_passkey_and_decides_with_it(founder: Founder) -> None:
    added = founder.adds_passkey()
    assert founder.get("/v1/me")["passkeys"] == [added["passkey_id"]]
    founder.running.client.wait_until_idle(60)
    asked = founder.is_asked()
    card = founder.post(f"/v1/approvals/{asked['id']}/decisions", founder.signed(asked))
    assert (card["status"], card["passkey_id"]) == ("approved", added["passkey_id"])
    (event,) = founder.audited("assent.approval.approved.v1")
    assert event["assertion"]["profile"] == "webauthn.assertion/1"


def test_a_passkey_that_was_removed_decides_nothing_and_the_audit_has_the_try(
    founder: Founder,
) -> None:
    added = founder.adds_passkey()
    removed = founder.key
    founder.key = Authenticator(rp_id=removed.rp_id, origin=removed.origin)
    founder.adds_passkey()
    assert founder.send("DELETE", f"/v1/passkeys/{added['passkey_id']}").status_code == 200
    founder.running.client.wait_until_idle(60)
    founder.key, asked = removed, founder.is_asked()
    refused = founder.refused(
        "POST", f"/v1/approvals/{asked['id']}/decisions", founder.signed(asked)
    )
    assert refused == (403, "signature_invalid")
    (seen,) = founder.audited("assent.credential.refused.v1")
    assert (seen["reason"], seen["function"]) == ("unknown_key", "approvals")


def test_a_passkey_made_elsewhere_is_refused_and_the_audit_has_the_try(founder: Founder) -> None:
    founder.key = Authenticator(rp_id="localhost", origin="https://evil.example")
    options = founder.post("/v1/passkeys/options")["public_key"]
    body = {"name": "Laptop", **founder.key.create(options["challenge"])}
    assert founder.refused("POST", "/v1/passkeys", body) == (403, "signature_invalid")
    (seen,) = founder.audited("assent.credential.refused.v1")
    assert (seen["reason"], seen["call"]) == ("another_origin", "POST /v1/passkeys")


CALLS = [
    ("GET", "/v1/passkeys"),
    ("POST", "/v1/passkeys/options"),
    ("POST", "/v1/passkeys"),
    ("DELETE", "/v1/passkeys/pky_00000000000000000000000000"),
]


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_token_for_no_tenant_opens_no_passkey(
    running: RunningPlatform, method: str, path: str
) -> None:
    person = Person(running, "otto")
    answer = person.send(method, path)
    assert (answer.status_code, answer.json()["code"]) == (403, "tenant_not_chosen")
    assert "choose one" in answer.json()["detail"]
    person.browser.http.close()


def test_five_minutes_after_the_sign_in_no_passkey_is_added(
    founder: Founder, running: RunningPlatform
) -> None:
    running.client.advance(301)
    founder.chooses(founder.tenant)
    answer = founder.send("POST", "/v1/passkeys/options")
    assert (answer.status_code, answer.json()["code"]) == (403, "sign_in_too_old")


def test_the_page_runs_one_script_of_ours_and_calls_nobody_else(founder: Founder) -> None:
    page = founder.browser.http.get("/passkeys")
    (script,) = re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = page.headers["content-security-policy"].split("; ")
    assert f"script-src 'sha256-{digest}'" in policy
    assert {"default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'"} <= {*policy}
    assert "unsafe" not in page.headers["content-security-policy"]
    assert not re.findall(r"(?:src|href)=['\"](?!/)", page.text)


def test_the_page_asks_strangers_to_sign_in(running: RunningPlatform) -> None:
    with Browser(running.client.url) as stranger:
        answer = stranger.http.get("/passkeys", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/signin?return_to=/passkeys",
    )
