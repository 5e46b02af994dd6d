"""Every public call: its route, a body that it takes, who may call it, and how it refuses."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from emulators.running import RunningPlatform
from tests.description import description
from tests.journeys.world import spec

ROOT = Path(__file__).parents[3]
EVERY_SCOPE = (
    "agents:read agents:write approvals:read approvals:write"
    " governance:read governance:write veto:execute audit:read audit:write"
    " identity:read identity:write policies:read policies:write scim:read scim:write"
    " capsules:read capsules:write models:read models:write runs:read runs:write tools:write"
    " knowledge:read knowledge:write usage:read usage:write billing:read billing:write"
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
    "budgets/{scope}": {"limit_usd_micros": 1},
    "budgets/platform": {"limit_usd_micros": 1},
    "model-routes/{name}": {"provider": "openai", "model": "scripted"},
    "local-models/redactions": {"text": "write to mara"},
    "local-models/summaries": {"text": "One sentence."},
    "local-models/forecasts": {"values": [1] * 10},
    "artifacts/retention": {"days": 400},
    "meters/{meter}": {"unit": "pages"},
    "runs/retention": {"days": 400},
    "{recall_id}/lift": REASON,
    "{memory_id}/correct": {"fact": "It is so."},
    "{device_id}/confirm": {},
    "{invocation_id}/settle": {"happened": False, **NOTE},
    "{plan_hash}/ghostrun": {"mode": "fast"},
    "corpora/{corpus_id}": {"name": "Handbook"},
    "{corpus_id}/documents": {"name": "handbook.md", "text": "Nothing."},
    "connectors/{name}": {"hosts": ["api.example.com"]},
    "{name}/activate": {"pin": "0" * 64},
    "{name}/suspend": REASON,
    "credentials/{name}": {"kind": "bearer", "hosts": ["api.example.com"], "secret": "s"},
    "{channel_id}/confirm": {"code": "00000000"},
    "{delivery_id}/acknowledge": {"signature": "a.b.c"},
    "{approval_id}/decisions": {**ABOUT, "decision": "approve"},
    "{approval_id}/review": {**NOTE, "verdict": "upheld"},
    "{approval_id}/approve": ABOUT,
    "{approval_id}/request-changes": {**ABOUT, **NOTE},
    "{approval_id}/veto": {**ABOUT, "reason_category": "safety", "explanation": "not like this"},
}
SCIM = "/scim/v2/"
# What programs call that speak to models, or to tools: refused as their packages read it.
WIRES = ("/v1/chat/", "/v1/embeddings", "/v1/messages", "/v1/models", "/mcp")
PATHS: dict[str, Any] = description()["paths"]
ID = "agt_01M7WG75NJWTKQJPKRS22KDGS6"


def end(path: str) -> str:
    """The last two parts of a path."""
    return "/".join(path.split("/")[-2:])


@cache
def routes() -> tuple[tuple[str, str], ...]:
    """Every method and path of every public function that a token opens, whoever's it is."""
    return tuple(
        (method.upper(), path)
        for path, operations in sorted(PATHS.items())
        for method, operation in operations.items()
        if "security" in operation
    )


# Nobody's own token opens them: tests/functions/tools and runs try them with those that do.
MINTED: tuple[Any, ...] = ({"CapabilityToken": []}, {"JobOrder": []})
OF_CAPABILITIES = [
    (method, path)
    for method, path in routes()
    if any(each in PATHS[path][method.lower()]["security"] for each in MINTED)
]
OF_PEOPLE = [each for each in routes() if each not in OF_CAPABILITIES]
WITH_BODY = [(m, p) for m, p in routes() if "requestBody" in PATHS[p][m.lower()]]
READS = [path for method, path in routes() if method == "GET"]
LISTS = [
    path
    for path in READS
    if any(each["name"] == "cursor" for each in PATHS[path]["get"].get("parameters", ()))
]


def crossed(rows: Sequence[Any], columns: Sequence[Any], *, by_day: int) -> list[Any]:
    """Each row with each column. By day a row meets so many columns in turn, so that all columns
    are met; the other pairs are tried by night."""
    return [
        pytest.param(row, column, marks=() if turn < by_day else pytest.mark.nightly)
        for number, row in enumerate(rows)
        for place, column in enumerate(columns)
        for turn in [(place - number * by_day) % len(columns)]
    ]


def media_type_of_refusals(path: str) -> str:
    """What a refusal at the path is sent as."""
    if path.startswith(WIRES):
        return "application/json"
    return "application/scim+json" if path.startswith(SCIM) else "application/problem+json"


def code_of(answer: httpx.Response) -> str:
    """The code of a refusal, also of one that a program reads as its provider's, or as that of
    JSON-RPC."""
    told = answer.json()
    error = told.get("error", told)
    return str(error.get("data", error)["code"])


def assert_problem(answer: httpx.Response, status: int, code: str) -> None:
    """A refusal as RFC 9457 has it, or, for a directory, as RFC 7644 does: with 400 for 422. For a
    program that calls models, as its provider does, with 400 too."""
    path = answer.request.url.path
    is_scim = path.startswith(SCIM)
    is_wire = path.startswith(WIRES)
    status = 400 if (is_scim or is_wire) and status == 422 else status
    assert answer.status_code == status, (answer.request.url, answer.text)
    assert answer.headers["content-type"] == media_type_of_refusals(path)
    if is_wire:
        code = "model_not_found" if code == "not_found" else code
        assert code_of(answer) == code
    elif is_scim:
        assert answer.json()["status"] == str(status)
    else:
        assert answer.json()["code"] == code


def told(refusal: dict[str, Any]) -> list[str]:
    """What a refusal says of each field; SCIM's has one text."""
    if "error" in refusal:
        return [refusal["error"]["message"]]
    if "errors" not in refusal:
        return [refusal["detail"]]
    return [f"{error['field']}: {error['message']}" for error in refusal["errors"]]


def strangers(running: RunningPlatform) -> str:
    """The token of somebody whose tenant has nothing."""
    return running.client.token(
        "stranger",
        "elsewhere",
        scopes=EVERY_SCOPE.split(),
        roles=["governor", "tenant_admin", "platform_admin"],
    )


def concrete_of(path: str) -> str:
    """The path about something that is not there."""
    shown = {"{number}": "1", "{period}": "2026-11", "{meter}": "pages"}
    parts = (shown.get(part, ID) if part.startswith("{") else part for part in path.split("/"))
    return "/".join(parts)


def call(
    running: RunningPlatform, token: str, method: str, path: str, **sent: Any
) -> httpx.Response:
    concrete = concrete_of(path)
    headers = [(b"Authorization", f"Bearer {token}".encode()), *sent.pop("headers", {}).items()]
    return running.client.http.request(method, concrete, headers=headers, **sent)


# What some calls must be given beside their path.
GIVEN = {
    "from": "2026-11-01T00:00:00.000Z",
    "to": "2026-11-02T00:00:00.000Z",
    "period": "2026-11",
}


def required_of(method: str, path: str) -> dict[str, str]:
    """The query parameters without which a call is refused, each with a value."""
    declared = PATHS[path][method.lower()].get("parameters", ())
    names = (each["name"] for each in declared if each["in"] == "query" and each.get("required"))
    return {name: GIVEN[name] for name in names}


def parameters_of(method: str, path: str, where: str) -> set[str]:
    declared = PATHS[path][method.lower()].get("parameters", ())
    return {each["name"] for each in declared if each["in"] == where}
