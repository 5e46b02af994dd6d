"""The chapter of the demo in which an agent that runs elsewhere calls tools over the Model Context
Protocol: a harmless call, and a grave one that a person approves."""

from datetime import datetime, timedelta
from typing import Any

from emulators.client import PlatformClient
from emulators.demo.narrator import Narrator
from emulators.demo.person import Person
from emulators.demo.run import approve
from emulators.failures import PlatformError

COUNT = {"counter": "visits-elsewhere", "amount": 3}
LINE = {"ledger": "visits", "line": "3 visits, counted elsewhere"}


def called_from_elsewhere(governor: Person, platform: PlatformClient, narrator: Narrator) -> None:
    """Calls tools with the key of a service that runs an agent elsewhere. Raises PlatformError for
    any other behaviour."""
    narrator.chapter("8. An agent that runs elsewhere calls tools, within the same rights")
    (agent,) = [
        each
        for each in governor.get("/v1/agents")["items"]
        if each["name"] == "clinic-visit-counter"
    ]
    now = datetime.fromisoformat(platform.now().replace("Z", "+00:00"))
    body = {
        "name": "Counter elsewhere",
        "roles": ["service_runtime"],
        "scopes": ["tools:write"],
        "agent_id": agent["agent_id"],
        "expires_at": (now + timedelta(days=30)).isoformat(),
    }
    key = governor.post("/v1/api-keys", body)
    narrator.step("Gala makes a key that names the agent", key["agent_id"])
    counted = _called(platform, key, "assent__counter_add", COUNT, "confirmed")
    narrator.step("A harmless call goes through", str(counted["output"]))
    asked = _called(platform, key, "assent__ledger_append", LINE, "pending")
    narrator.step("A grave call waits for a person", asked["approval_id"])
    platform.wait_until_idle()
    approve(governor, governor.get(f"/v1/mobile/approvals/{asked['approval_id']}"))
    platform.wait_until_idle()
    narrator.step("The governor approves exactly this call", str(LINE["line"]))
    done = _called(platform, key, "assent__ledger_append", LINE, "confirmed")
    narrator.step("The same call acts, once", done["invocation_id"])
    _called(platform, key, "assent__ledger_append", LINE, "pending")
    narrator.step("Once more, it asks again", "each assent is for one call")
    platform.wait_until_idle()
    receipt = governor.get(f"/v1/receipts/{done['receipt_id']}")["receipt"]
    narrator.step("Its receipt names who assented", receipt["assented_by"])


def _called(
    platform: PlatformClient, key: Any, name: str, arguments: Any, status: str
) -> dict[str, Any]:
    """What the agent's program reads of the call."""
    message = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": name, "arguments": arguments},
    }
    headers = {"Authorization": f"Bearer {key['secret']}", "Accept": "application/json"}
    answer = platform.http.post("/mcp", json=message, headers=headers)
    told = answer.json().get("result", {}).get("structuredContent", {})
    if told.get("status") != status:
        raise PlatformError(f"{name} is not {status}: {answer.text}")
    return dict(told)
