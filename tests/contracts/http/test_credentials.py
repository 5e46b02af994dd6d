"""Every public route refuses whoever does not prove who they are and what they may do."""

import base64
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jws
from joserfc.jwk import OctKey, OKPKey

from docs.reference import merged_openapi
from emulators.running import RunningPlatform
from shared.kit.clock import now
from shared.manifest import load_manifests
from tests.journeys.world import spec

pytestmark = pytest.mark.platform

ROOT = Path(__file__).parents[3]
ID = "agt_01M7WG75NJWTKQJPKRS22KDGS6"
EVERY_SCOPE = (
    "agents:read agents:write approvals:read approvals:write"
    " governance:read governance:write veto:execute audit:read audit:write"
    " identity:read identity:write policies:read policies:write scim:read scim:write"
)
REASON = {"reason": "look at it"}
ABOUT = {"decision_hash": "0" * 64, "client_decision_id": "5f0c2f0e-8f9c-4f5e-9a53-000000000001"}
NOTE = {"note": "name the sources"}
ASKED = {
    "principal": {"type": "Principal", "id": "mara"},
    "action": "agents.create",
    "resource": {"type": "Tenant", "id": "elsewhere"},
}
# A body of the right shape for each call about one thing, by the end of its path.
BODIES: dict[str, Any] = {
    "members/{principal}": {"roles": ["analyst"]},
    "{policy_id}/test": {"cases": [{"request": ASKED, "expect": "deny"}]},
    "{policy_id}/replay": {"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"},
    "tenants/{tenant_id}": {"name": "Clinic"},
    "{agent_id}/changes": spec("stranger"),
    "{case_id}/revisions": spec("stranger"),
    "agents/import": {"format": "claude", "definition": "---\nname: stranger\n---\n"},
    "{agent_id}/suspend": REASON,
    "{agent_id}/reactivate": REASON,
    "{agent_id}/reports": {"trigger": "scope_drift", "evidence": "it answered about dosage"},
    "{approval_id}/decisions": {**ABOUT, "decision": "approve"},
    "{approval_id}/review": {**NOTE, "verdict": "upheld"},
    "{approval_id}/approve": ABOUT,
    "{approval_id}/request-changes": {**ABOUT, **NOTE},
    "{approval_id}/veto": {**ABOUT, "reason_category": "safety", "explanation": "not like this"},
}
SCIM = "/scim/v2/"
# A feature is there once somebody sets it, and only a token for no tenant suspends one.
WITHOUT_ID = {"/v1/flags/{name}", "/v1/tenants/{tenant_id}/suspend"}


def end(path: str) -> str:
    """The last two parts of a path."""
    return "/".join(path.split("/")[-2:])


@cache
def routes() -> tuple[tuple[str, str], ...]:
    """Every method and path of every public function that a token opens."""
    document = merged_openapi(load_manifests(ROOT))
    return tuple(
        (method.upper(), path)
        for path, operations in sorted(document["paths"].items())
        for method, operation in operations.items()
        if "security" in operation
    )


def call(
    running: RunningPlatform, method: str, path: str, token: str | None, body: Any = None
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    concrete = "/".join(ID if part.startswith("{") else part for part in path.split("/"))
    return running.client.http.request(method, concrete, headers=headers, json=body or {})


def claims(running: RunningPlatform, **changed: Any) -> dict[str, Any]:
    moment = int(now().timestamp())
    return {
        "iss": running.env["ASSENT_ISSUER"],
        "aud": running.env["ASSENT_AUDIENCE"],
        "sub": "mallory",
        "tenant": "mallory",
        "scope": EVERY_SCOPE,
        "roles": ["governor"],
        "iat": moment,
        "exp": moment + 600,
        **changed,
    }


def signed(header: dict[str, Any], content: dict[str, Any], key: Any) -> str:
    registry = jws.JWSRegistry(algorithms=[header["alg"]])
    return jws.serialize_compact(header, json.dumps(content), key, registry=registry)


def forgeries(running: RunningPlatform) -> Iterator[tuple[str, str]]:
    """Tokens that must not open anything, each with what is wrong with it."""
    key_set = running.client.http.get(running.env["ASSENT_JWKS_URL"]).json()
    published = next(key for key in key_set["keys"] if key["crv"] == "Ed25519")
    genuine = running.client.token("mallory", "mallory", scopes=EVERY_SCOPE.split())
    head, body, signature = genuine.split(".")
    own = OKPKey.generate_key("Ed25519", {"kid": published["kid"]})
    as_secret = OctKey.import_key(published["x"])
    kid = published["kid"]
    yield "not a token", "nonsense"
    yield "alg none", _unsigned(claims(running), kid)
    yield (
        "HS256 with the public key",
        signed({"alg": "HS256", "kid": kid}, claims(running), as_secret),
    )
    yield "signed by another key", signed({"alg": "Ed25519", "kid": kid}, claims(running), own)
    yield "altered claims", f"{head}.{_encoded(claims(running))}.{signature}"
    yield "no signature", f"{head}.{body}."


def _unsigned(content: dict[str, Any], kid: str) -> str:
    return f"{_encoded({'alg': 'none', 'kid': kid})}.{_encoded(content)}."


def _encoded(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def assert_problem(answer: httpx.Response, status: int, code: str) -> None:
    """A refusal as RFC 9457 has it, or, for a directory, as RFC 7644 does: with 400 for 422."""
    is_scim = answer.request.url.path.startswith(SCIM)
    status = 400 if is_scim and status == 422 else status
    assert answer.status_code == status, (answer.request.url, answer.text)
    if is_scim:
        assert answer.headers["content-type"] == "application/scim+json"
        assert answer.json()["status"] == str(status)
    else:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == code


def told(refusal: dict[str, Any]) -> list[str]:
    """What a refusal says of each field; SCIM's has one text."""
    if "errors" not in refusal:
        return [refusal["detail"]]
    return [f"{error['field']}: {error['message']}" for error in refusal["errors"]]


@pytest.mark.parametrize(("method", "path"), routes())
def test_no_credentials_or_forged_ones_are_401(
    running: RunningPlatform, method: str, path: str
) -> None:
    assert_problem(call(running, method, path, None), 401, "unauthenticated")
    for _, token in forgeries(running):
        assert_problem(call(running, method, path, token), 401, "unauthenticated")


@pytest.mark.parametrize(("method", "path"), routes())
def test_a_token_without_the_scope_is_403(running: RunningPlatform, method: str, path: str) -> None:
    token = running.client.token("somebody", "somewhere", scopes=["skills:admire"])
    assert_problem(call(running, method, path, token), 403, "scope_missing")


@pytest.mark.parametrize(("method", "path"), routes())
def test_an_expired_token_is_401(running: RunningPlatform, method: str, path: str) -> None:
    token = running.client.token("a", "b", scopes=EVERY_SCOPE.split(), expires_in=1)
    running.client.advance(2)
    assert_problem(call(running, method, path, token), 401, "unauthenticated")


@pytest.mark.parametrize(
    ("method", "path"),
    # Of a directory's people: tests/journeys/test_scim.py.
    [
        (method, path)
        for method, path in routes()
        if "{" in path and path not in WITHOUT_ID and not path.startswith(SCIM)
    ],
)
def test_an_id_of_nobody_or_of_another_tenant_is_404(
    running: RunningPlatform, method: str, path: str
) -> None:
    body = BODIES.get(end(path), {}) if method in ("POST", "PATCH") else {}
    assert_problem(call(running, method, path, strangers(running), body), 404, "not_found")


@pytest.mark.parametrize(
    "path", [path for method, path in routes() if method == "POST" and end(path) in BODIES]
)
def test_a_body_of_another_shape_is_422_before_anything_is_looked_up(
    running: RunningPlatform, path: str
) -> None:
    body = {"neither": "here nor there"}
    assert_problem(call(running, "POST", path, strangers(running), body), 422, "invalid")


def strangers(running: RunningPlatform) -> str:
    """The token of somebody whose tenant has nothing."""
    return running.client.token(
        "stranger",
        "elsewhere",
        scopes=EVERY_SCOPE.split(),
        roles=["governor", "tenant_admin", "platform_admin"],
    )
