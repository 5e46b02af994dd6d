"""The wire of `/mcp`, message by message: what no client of the SDK would send."""

import json
from typing import Any

import httpx
import pytest

from tests.functions.tools.elsewhere import ADD, COUNTER, Elsewhere
from tests.functions.tools.worlds import AGENT, World

LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


@pytest.fixture
async def elsewhere(world: World) -> Elsewhere:
    found = Elsewhere(world)
    await found.serves()
    return found


def call(name: str, arguments: Any) -> dict[str, Any]:
    return {**LIST, "method": "tools/call", "params": {"name": name, "arguments": arguments}}


def error_of(answer: httpx.Response) -> tuple[int, int]:
    said = answer.json()
    assert said["jsonrpc"] == "2.0"
    return answer.status_code, said["error"]["code"]


async def test_any_instance_answers_any_message(elsewhere: Elsewhere) -> None:
    started = await elsewhere.post(
        json.dumps(
            {
                **LIST,
                "method": "initialize",
                "params": {
                    "protocolVersion": "2025-11-25",
                    "capabilities": {},
                    "clientInfo": {"name": "hand", "version": "1"},
                },
            }
        )
    )
    noted = await elsewhere.post('{"jsonrpc": "2.0", "method": "notifications/initialized"}')
    called = await elsewhere.post(json.dumps(call(COUNTER, ADD)))

    assert started.json()["result"]["protocolVersion"] == "2025-11-25"
    assert "mcp-session-id" not in started.headers
    assert (noted.status_code, noted.content) == (202, b"")
    assert called.json()["result"]["structuredContent"]["output"] == {"value": 3}


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("{", (400, -32700)),
        (json.dumps([LIST, LIST]), (400, -32600)),
        ('"tools/list"', (400, -32600)),
        ('{"jsonrpc": "1.0", "id": 1, "method": "tools/list"}', (400, -32602)),
        ('{"jsonrpc": "2.0", "id": 1, "method": "tools/destroy"}', (200, -32601)),
        (json.dumps(call("nothing", {})), (200, -32602)),
        (json.dumps(call(COUNTER, [])), (200, -32602)),
        (json.dumps({**LIST, "padding": "x" * 3_000_000}), (413, -32000)),
    ],
)
async def test_what_is_no_message_is_refused_as_json_rpc_refuses(
    elsewhere: Elsewhere, content: str, error: tuple[int, int]
) -> None:
    assert error_of(await elsewhere.post(content)) == error


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
async def test_there_is_no_stream_and_no_session(elsewhere: Elsewhere, method: str) -> None:
    answer = await elsewhere.world.tools.request(method, "/mcp", headers=elsewhere.authorization)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


async def test_who_is_not_let_in_hears_where_to_ask(elsewhere: Elsewhere) -> None:
    answer = await elsewhere.post(json.dumps(LIST), Authorization="Bearer nothing")
    named = answer.headers["WWW-Authenticate"]
    assert error_of(answer) == (401, -32000)
    assert named.startswith('Bearer resource_metadata="')
    assert named.endswith('/.well-known/oauth-protected-resource/mcp", scope="tools:write"')


@pytest.mark.parametrize(
    "other",
    [
        {"scopes": ("runs:read",)},
        {"roles": ("developer",)},
        {"roles": ("service_runtime", "guardian")},
        {"agent": None},
        {"agent": "agt_01JD3B1M1B0000000000000002"},
        {"tenant": "clinic-elsewhere"},
        {"workspace": "wsp_01JD3B1M1B0000000000000001"},
    ],
)
async def test_whoever_runs_no_agent_here_is_refused(
    elsewhere: Elsewhere, other: dict[str, Any]
) -> None:
    found = Elsewhere(elsewhere.world, **{"agent": AGENT, **other})
    for message in (LIST, call(COUNTER, ADD)):
        assert (await found.post(json.dumps(message))).status_code == 403
    assert await elsewhere.receipts() == []
    assert (await elsewhere.world.counter())["value"] == 0
