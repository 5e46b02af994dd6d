"""An MCP server from its registration to the receipt of a run's call and its undo, and what becomes
of plans once it says something else."""

import json
import uuid
from typing import Any

from tests.functions.tools.mcp.people import NAME
from tests.functions.tools.mcp.scripted import Script, serving, tool
from tests.journeys.test_connectors import SCOPES
from tests.journeys.world import World, spec

CALL, SEND = "tools/call", f"{NAME}/send"
CAPSULE = f"""\
capsule: send-notes
version: 1.0.0
agent: note-sender
inputs: {{text: string}}
steps:
  - id: send
    use: {SEND}
    with: {{text: "${{{{ inputs.text }}}}"}}
    approval: required
outputs: {{said: "${{{{ steps.send.output.text }}}}"}}
"""


def sender() -> dict[str, Any]:
    """An agent that sends by the server."""
    declared = [
        {"name": "send", "effect": "change", "undo": "take"},
        {"name": "take", "effect": "change"},
    ]
    return spec(
        "note-sender",
        systems=[{"name": NAME, "operations": declared}],
        skills=["keep-records"],
        data_access=[{"source": NAME, "mode": "write", "classification": "internal"}],
        rights={"alone": [SEND], "with_approval": [], "never": []},
    )


def test_a_run_calls_a_tool_that_a_governor_activated_and_no_other(world: World) -> None:
    text = f"t-{uuid.uuid4().hex[:10]}"
    ada = world.person("ada", SCOPES, ("developer",))
    gala = world.person("gala", SCOPES, ("governor",))
    path = f"/v1/connectors/{NAME}"
    with serving(Script(tools=[tool("send"), tool("take")])) as server:
        ada.post("/v1/connectors", {"name": NAME, "kind": "mcp", "url": server.url})
        undo = {"operation": "take", "arguments": {"text": "${{ arguments.text }}"}}
        words = {"effects": {"send": "change", "take": "change"}, "undos": {"send": undo}}
        pin = ada.send("PATCH", path, json=words).json()["pin"]
        assert gala.post(f"{path}/activate", {"pin": pin})["status"] == "active"
        case = world.author.send("POST", "/v1/agents", json=sender())
        assert case.status_code == 202, case.text
        world.settle()
        world.approve(case.json())
        headers = {"Content-Type": "application/yaml"}
        written = ada.send("POST", "/v1/capsules", content=CAPSULE.encode(), headers=headers)
        assert written.status_code == 201, written.text
        ada.post("/v1/capsules/send-notes/versions/1.0.0/publish")
        body = {"capsule": "send-notes", "version": "1.0.0", "inputs": {"text": text}}
        plan = ada.post("/v1/plans", body)
        rehearsal = ada.post(f"/v1/plans/{plan['plan_hash']}/ghostrun", {"mode": "full"})
        assert (rehearsal["passes"], server.calls) == (True, 0), rehearsal

        run = ada.post("/v1/runs", {"plan_hash": plan["plan_hash"]})
        assert run["status"] == "awaiting_approval", run
        world.settle()
        card = world.governor.get(f"/v1/mobile/approvals/{run['approval_id']}")
        assert card["content"]["calls"] == [{"iteration": None, "arguments": {"text": text}}]
        assert world.decide("approve", card).status_code == 200
        world.settle()
        ended = ada.get(f"/v1/runs/{run['run_id']}")
        assert (ended["status"], server.calls) == ("completed", 1), ended
        (step,) = ada.get(f"/v1/runs/{run['run_id']}/steps")["items"]
        assert step["output"]["value"] == {"text": "done", "structured": None, "content": []}
        (receipt,) = gala.get("/v1/receipts", run_id=run["run_id"])["items"]
        assert (receipt["outcome"], receipt["pin"]) == ("confirmed", pin)

        world.person("olga", SCOPES, ("operator",)).post(f"/v1/runs/{run['run_id']}/undo")
        world.settle()
        named = [
            json.loads(each.body)["params"]["name"] for how, each in server.asked if how == CALL
        ]
        assert named == ["send", "take"]

        server.tools[0]["description"] = "Sends to everybody."
        assert ada.post(f"{path}/refresh")["status"] == "suspended"
        late = ada.send("POST", "/v1/plans", json=body)
        assert late.status_code == 422, late.text
        assert "is suspended" in late.text

        # docs/runbooks/changed-connector.md: look, say again, activate, compile again.
        (differing,) = gala.get(path)["differences"]
        assert differing["before"]["tool.description"] == "Does send."
        assert differing["after"]["tool.description"] == "Sends to everybody."
        again = gala.send("PATCH", path, json=words).json()["pin"]
        assert gala.post(f"{path}/activate", {"pin": again})["status"] == "active"
        anew = ada.post("/v1/plans", body)
        assert (again != pin, anew["plan_hash"] != plan["plan_hash"]) == (True, True)
