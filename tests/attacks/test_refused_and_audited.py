"""What somebody sends who may not is refused, and the audit log has an entry of each try: in the
chain of the tenant that it proves, otherwise in the platform's."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import NamedTuple

import httpx
import pytest

from emulators.running import RunningPlatform
from shared.kit.bookkeeping import PLATFORM_TENANT, RefusalReason
from tests.attacks import refused
from tests.attacks.refused import AGENTS, Scene

pytestmark = pytest.mark.platform

# As long as a revocation or a suspension may take until every function knows.
KNOWN_WITHIN_SECONDS = 30.0
A_MINUTE = 61
CALLBACK, START = "GET /v1/auth/callback", "GET /v1/auth/start"
AUTHORIZE, TOKEN = "GET /v1/auth/authorize", "POST /v1/auth/token"
ACCEPT = "POST /v1/invitations/{token}/accept"
DECIDE = "POST /v1/approvals/{approval_id}/decisions"


class Ended(NamedTuple):
    """A token of a session and an API key that were revoked, and a member's token for a tenant
    that was suspended, once every one of them is refused."""

    of_session: str
    of_key: str
    of_tenant: str
    suspended: str
    member: str


@pytest.fixture(scope="module")
def scene(running: RunningPlatform) -> Iterator[Scene]:
    running.client.disarm()
    with ExitStack() as opened:
        yield Scene(running, opened)


@pytest.fixture(scope="module")
def ended(scene: Scene) -> Ended:
    """Every one is used before it is revoked, so that functions have to notice."""
    gala = scene.founder
    gala.chooses(gala.tenant)
    elsewhere = scene.browser()
    elsewhere.sign_in(gala.name)
    of_session = elsewhere.access_token(tenant=gala.tenant)
    key = gala.makes_key("agents:read")
    kim, otto = scene.person("kim"), scene.person("otto")
    suspended = kim.signs_up()
    # Not the admin, who may go on reading.
    otto.post(f"/v1/invitations/{kim.invites('developer')}/accept")
    otto.chooses(suspended)
    found = Ended(of_session, key["secret"], otto.token, suspended, otto.id)
    for token in found[:3]:
        assert scene.lists_agents(token).status_code == 200
    newest = gala.get("/v1/auth/sessions")["items"][0]["session_id"]
    assert gala.send("DELETE", f"/v1/auth/sessions/{newest}").is_success
    assert gala.send("DELETE", f"/v1/api-keys/{key['key_id']}").is_success
    admin = scene.running.client.token(
        "root", PLATFORM_TENANT, scopes=("identity:write",), roles=("platform_admin",)
    )
    headers = {"Authorization": f"Bearer {admin}"}
    path, reason = f"{scene.url}/v1/tenants/{suspended}/suspend", {"reason": "it sends spam"}
    assert httpx.post(path, json=reason, headers=headers).is_success
    until = time.monotonic() + KNOWN_WITHIN_SECONDS
    while any(scene.lists_agents(token).is_success for token in found[:3]):
        assert time.monotonic() < until, "something that was ended is still taken"
        time.sleep(1)
    return found


class Row(NamedTuple):
    """What is sent; how it is refused, by its code or, on a page, by words of it; and what the
    entry in the chain of the tenant, or in the platform's, says."""

    act: Callable[[Scene], httpx.Response]
    answer: tuple[int, str]
    call: str
    reason: RefusalReason
    is_tenants: bool = False


UNAUTHENTICATED = (401, "unauthenticated")
UNSIGNED = (403, "signature_invalid")
GRANT = (400, "invalid_grant")
LIST = f"GET {AGENTS}"
ROWS = {
    "alg none": Row(refused.forged("alg none"), UNAUTHENTICATED, LIST, "unverified"),
    "HS256 with the public key": Row(
        refused.forged("HS256 with the public key"), UNAUTHENTICATED, LIST, "unverified"
    ),
    "wrong audience": Row(
        refused.another_audience, UNAUTHENTICATED, LIST, "another_audience", True
    ),
    "wrong issuer": Row(refused.another_issuer, UNAUTHENTICATED, LIST, "another_issuer"),
    "expired": Row(refused.expired, UNAUTHENTICATED, LIST, "expired", True),
    "not yet valid": Row(refused.not_valid_yet, UNAUTHENTICATED, LIST, "not_valid_yet", True),
    "unknown key id": Row(refused.unknown_key_id, UNAUTHENTICATED, LIST, "unverified"),
    "iss mix-up": Row(
        refused.mixed_up, (400, "the provider that was asked"), CALLBACK, "another_issuer"
    ),
    "state from another browser": Row(
        refused.state_of_another_browser, (400, "did not begin"), CALLBACK, "another_browser"
    ),
    "replayed code of a provider": Row(
        refused.used_code_of_a_provider, (400, "did not take the code"), CALLBACK, "code_refused"
    ),
    "replayed code of a client": Row(refused.used_code_of_ours, GRANT, TOKEN, "replayed"),
    "replayed refresh token after 30 s": Row(refused.used_refresh_token, GRANT, TOKEN, "replayed"),
    "open redirect after a sign-in": Row(
        refused.leads_elsewhere, (400, "return_to"), START, "open_redirect"
    ),
    "open redirect to a client": Row(
        refused.client_leads_elsewhere, (400, "redirect_uri"), AUTHORIZE, "open_redirect"
    ),
    "invitation used twice": Row(
        refused.used_invitation, (410, "invitation_over"), ACCEPT, "replayed", True
    ),
    "assertion for another hash": Row(
        refused.signed_elsewhere(decision_hash="0" * 64),
        UNSIGNED,
        DECIDE,
        "challenge_differs",
        True,
    ),
    "assertion for another decision": Row(
        refused.signed_elsewhere(decision="reject"), UNSIGNED, DECIDE, "challenge_differs", True
    ),
    "assertion at another origin": Row(
        refused.signed_by(refused.at_another_origin), UNSIGNED, DECIDE, "another_origin", True
    ),
    "assertion of an unknown key": Row(
        refused.signed_by(refused.unknown), UNSIGNED, DECIDE, "unknown_key", True
    ),
    "assertion of another key under the name of ours": Row(
        refused.signed_by(refused.under_our_name), UNSIGNED, DECIDE, "unverified", True
    ),
    "decision by an impersonator": Row(
        refused.impersonator_decides, (403, "only_reading"), DECIDE, "impersonated", True
    ),
}


def _said(answer: httpx.Response, expected: str) -> str:
    """The refusal's code, or the expected words where they are on the page."""
    if "json" in answer.headers["content-type"]:
        body = answer.json()
        return str(body.get("code") or body.get("error"))
    return expected if expected in answer.text else answer.text


@pytest.mark.by_day(8)
@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_it_is_refused_and_audited(scene: Scene, row: Row) -> None:
    # Of what strangers are refused, one a minute and reason is recorded.
    scene.running.client.advance(A_MINUTE)
    scene.founder.chooses(scene.tenant)
    tenant = scene.tenant if row.is_tenants else PLATFORM_TENANT
    before = len(scene.audited(tenant))
    answer = row.act(scene)
    assert (answer.status_code, _said(answer, row.answer[1])) == row.answer, answer.text
    audited = scene.audited(tenant)
    new = audited[: len(audited) - before]
    assert (row.call, row.reason) in {(each.call, each.reason) for each in new}


@pytest.mark.parametrize(
    ("what", "expected", "entry"),
    [
        ("of_session", UNAUTHENTICATED, (LIST, "revoked")),
        # A function remembers for twenty seconds what identity, which knows the key, told it.
        ("of_key", UNAUTHENTICATED, (TOKEN, "revoked")),
        ("of_tenant", (403, "tenant_suspended"), (LIST, "tenant_suspended")),
    ],
)
def test_what_was_ended_is_refused_within_thirty_seconds_and_audited(
    scene: Scene,
    ended: Ended,
    what: str,
    expected: tuple[int, str],
    entry: tuple[str, RefusalReason],
) -> None:
    answer = scene.lists_agents(getattr(ended, what))
    assert (answer.status_code, _said(answer, expected[1])) == expected, answer.text
    is_members = what == "of_tenant"
    tenant = ended.suspended if is_members else scene.tenant
    whose = ended.member if is_members else scene.founder.id
    audited = scene.audited(tenant)
    assert (*entry, whose) in {(each.call, each.reason, each.principal) for each in audited}
