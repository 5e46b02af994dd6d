"""An agent that runs elsewhere: its own program, the official clients of two
languages, an API key, and a person."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from emulators.running import RunningPlatform
from shared.verify.receipts import verify_receipt
from tests.functions.tools.mcp.others import PACKAGES, node
from tests.journeys.keys import key_body, sent
from tests.journeys.person import Person
from tests.journeys.world import decision, spec

SDK = PACKAGES / "sdk"
pytestmark = pytest.mark.platform
OPERATIONS = [
    {"name": "counter.add", "effect": "change", "undo": "counter.add"},
    {"name": "ledger.append", "effect": "change"},
]
LINE = {"ledger": "visits", "line": "42"}


def elsewhere_spec() -> dict[str, Any]:
    """An agent that counts alone, and appends to a ledger with approval."""
    return spec(
        "visit-keeper",
        systems=[{"name": "assent", "connector": "assent", "operations": OPERATIONS}],
        skills=["keep-records"],
        data_access=[{"source": "assent", "mode": "write", "classification": "internal"}],
        rights={
            "alone": ["assent/counter.add"],
            "with_approval": ["assent/ledger.append"],
            "never": [],
        },
    )


def approved(gala: Person, running: RunningPlatform, approval_id: str) -> dict[str, Any]:
    """What the founder, who is alone, says yes to."""
    running.client.wait_until_idle(60)
    card = gala.get(f"/v1/mobile/approvals/{approval_id}")
    path = f"/v1/mobile/approvals/{approval_id}/approve"
    assert gala.post(path, decision(card))["status"] == "approved"
    running.client.wait_until_idle(60)
    return card


async def called(running: RunningPlatform, key: dict[str, Any], name: str, said: Any) -> Any:
    """What a program of the agent's reads."""
    headers = {"Authorization": f"Bearer {key['secret']}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30) as http,
        Client(streamable_http_client(f"{running.url}/mcp", http_client=http)) as client,
    ):
        assert {each.name for each in (await client.list_tools()).tools} == {
            "assent__counter_add",
            "assent__ledger_append",
        }
        return (await client.call_tool(name, said)).structured_content


def called_by_typescript(
    running: RunningPlatform, key: dict[str, Any], name: str, said: Any
) -> Any:
    """What a program of the agent's reads that others' SDK speaks for."""
    call = {"name": name, "arguments": said}
    environment = {
        "SDK": str(SDK),
        "URL": f"{running.url}/mcp",
        "KEY": key["secret"],
        "CALL": json.dumps(call),
        "PATH": os.environ["PATH"],
    }
    command = [node(), str(Path(__file__).with_name("typescript_client.mjs"))]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()
    told = json.loads(done.stdout)
    assert told["tools"] == ["assent__counter_add", "assent__ledger_append"]
    return told["result"]["structuredContent"]


async def test_a_harmless_call_goes_through_and_a_grave_one_once_a_person_said_yes(
    people: Any, running: RunningPlatform
) -> None:
    gala = people("gala")
    tenant_id = gala.signs_up()
    running.client.wait_until_idle(60)
    case = gala.post("/v1/agents", elsewhere_spec())
    running.client.wait_until_idle(60)
    (card,) = gala.get("/v1/mobile/approvals?status=pending")["items"]
    approved(gala, running, card["id"])
    body = key_body(running, "tools:write", roles=["service_runtime"])
    nobody = {**body, "agent_id": "agt_01JD3B1M1B0000000000000009"}
    assert gala.refused("POST", "/v1/api-keys", nobody) == (422, "invalid")
    own = key_body(running, "models:read", agent_id=case["agent_id"])
    assert gala.refused("POST", "/v1/api-keys", own) == (422, "invalid")
    key = gala.post("/v1/api-keys", {**body, "agent_id": case["agent_id"]})

    assert sent(gala, key, "GET", "/v1/agents").status_code == 403

    counted = await called(running, key, "assent__counter_add", {"counter": "v", "amount": 3})
    assert (counted["status"], counted["output"]) == ("confirmed", {"value": 3})
    asked = await called(running, key, "assent__ledger_append", LINE)
    card = approved(gala, running, asked["approval_id"])
    assert card["content"]["arguments"] == LINE
    assert card["subject"]["type"] == "direct_call"
    done = await called(running, key, "assent__ledger_append", LINE)
    assert (done["status"], done["output"]) == ("confirmed", {"position": 1})
    again = await called(running, key, "assent__ledger_append", LINE)
    assert again["status"] == "pending"

    by_another = {**LINE, "line": "43"}
    asked_too = called_by_typescript(running, key, "assent__ledger_append", by_another)
    assert asked_too["status"] == "pending"
    approved(gala, running, asked_too["approval_id"])
    done_too = called_by_typescript(running, key, "assent__ledger_append", by_another)
    assert (done_too["status"], done_too["output"]) == ("confirmed", {"position": 2})

    running.client.wait_until_idle(60)
    shown = gala.get(f"/v1/invocations/{done['invocation_id']}")
    assert (shown["status"], shown["receipt_id"]) == ("confirmed", done["receipt_id"])
    receipt = gala.get(f"/v1/receipts/{done['receipt_id']}")["receipt"]
    assert receipt["approval_id"] == asked["approval_id"]
    assert receipt["assented_by"] == gala.id
    running.client.advance(3_700)
    running.client.wait_until_idle(60)
    gala.chooses(tenant_id)
    proof = gala.get(f"/v1/receipts/{done['receipt_id']}/proof")
    assert done["invocation_id"] in verify_receipt(json.dumps(proof).encode()).statement
