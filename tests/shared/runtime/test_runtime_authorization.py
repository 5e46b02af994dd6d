"""No route answers without having asked the policies."""

import json

import pytest

from functions.agents.rules.entity_types import AGENT
from shared.kit.callers import Caller
from shared.policy.platform import platform_version
from shared.runtime.acts import action_of, does
from shared.runtime.app import create_api
from shared.runtime.routes import Router
from tests.shared.runtime.asking import claims, client
from tests.shared.runtime.issuer import Issuer

router = Router(prefix="/v1", read=("things:read",), write=("things:write",))


@router.post("/forgetful")
@does("agents.suspend", about=AGENT, within=("govern",))
async def forgetful(caller: Caller) -> str:
    return "done"


@router.post("/unknown")
@does("nothing.known", within=("own_affairs",))
async def unknown(caller: Caller) -> str:
    return "done"


@router.get("/read")
@does("agents.list")
async def read(caller: Caller) -> str:
    return "read"


@router.post("/write")
@does("agents.create", within=("submit_conversation",))
async def write(caller: Caller) -> str:
    return "written"


async def _status(issuer: Issuer, method: str, path: str, **changes: object) -> int:
    headers = {"Authorization": f"Bearer {issuer.sign(claims(**changes))}"}
    async with client(create_api(function="things", router=router)) as http:
        return (await http.request(method, f"/v1/{path}", headers=headers)).status_code


async def test_a_call_that_asks_nothing_does_not_answer(issuer: Issuer) -> None:
    assert await _status(issuer, "POST", "forgetful") == 500


async def test_an_action_that_the_schema_does_not_know_is_denied(issuer: Issuer) -> None:
    assert await _status(issuer, "POST", "unknown") == 403


async def test_an_impersonator_reads_and_does_nothing_else(issuer: Issuer) -> None:
    acting = {"act": {"sub": "support-1"}}
    assert await _status(issuer, "POST", "write") == 200
    assert await _status(issuer, "GET", "read", **acting) == 200
    assert await _status(issuer, "POST", "write", **acting) == 403


@pytest.mark.parametrize(
    ("method", "path", "decided"), [("GET", "read", "allow"), ("POST", "unknown", "deny")]
)
async def test_the_line_of_a_request_says_what_was_decided(
    issuer: Issuer, capsys: pytest.CaptureFixture[str], method: str, path: str, decided: str
) -> None:
    await _status(issuer, method, path)
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    action = {"read": "agents.list", "unknown": "nothing.known"}[path]
    assert (line["action"], line["decided"]) == (action, decided)
    assert line["policy_version"] == f"{platform_version()}.0"


@pytest.mark.parametrize(
    ("method", "path", "action"),
    [
        ("GET", "/v1/agents", "agents.list"),
        ("GET", "/v1/agents/{agent_id}", "agents.read"),
        ("POST", "/v1/agents", "agents.create"),
        ("POST", "/v1/agents/{agent_id}/suspend", "agents.suspend"),
        ("DELETE", "/v1/api-keys/{key_id}", "api-keys.delete"),
        ("PATCH", "/v1/members/{principal}", "members.update"),
    ],
)
def test_an_action_is_made_of_method_and_path(method: str, path: str, action: str) -> None:
    assert action_of(path, method) == action
