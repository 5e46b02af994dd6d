"""A person signs an agent that runs elsewhere in: from the refusal that says where, to a receipt
that names them, and to each end of it."""

from collections.abc import Iterator
from typing import Any

import pytest

from emulators.running import RunningPlatform
from tests.journeys.clients import Client, serving
from tests.journeys.mcp_clients import SignedIn
from tests.journeys.test_agent_elsewhere import LINE, approved, elsewhere_spec
from tests.journeys.workspaces import joined

pytestmark = pytest.mark.platform


@pytest.fixture
def client(running: RunningPlatform) -> Iterator[Client]:
    with serving(running.client.url) as found:
        yield found


def served(gala: Any, running: RunningPlatform) -> str:
    """The id of an agent that serves."""
    running.client.wait_until_idle(60)
    case = gala.post("/v1/agents", elsewhere_spec())
    running.client.wait_until_idle(60)
    (card,) = gala.get("/v1/mobile/approvals?status=pending")["items"]
    approved(gala, running, card["id"])
    return str(case["agent_id"])


async def test_a_person_signs_an_agent_in_and_somebody_else_approves_its_grave_call(
    people: Any, client: Client, running: RunningPlatform
) -> None:
    gala, otto = people("gala"), people("otto")
    tenant_id = gala.signs_up()
    agent_id = served(gala, running)
    joined(gala, otto, tenant_id, "governor")
    program = SignedIn(client, otto, tenant_id, agent_id)

    async with program.opened() as opened:
        listed = {each.name for each in (await opened.list_tools()).tools}
        assert listed == {"assent__counter_add", "assent__ledger_append"}
        counted = await opened.call_tool("assent__counter_add", {"counter": "v", "amount": 3})
        assert counted.structured_content["output"] == {"value": 3}
    assert program.asked["resource"] == f"{client.platform}/mcp"
    assert program.asked["scope"] == "tools:write"

    asked = await program.called("assent__ledger_append", LINE)
    assert (asked["status"], program.sign_ins) == ("pending", 1)
    running.client.wait_until_idle(60)
    card = otto.get(f"/v1/mobile/approvals/{asked['approval_id']}")
    assert card["content"]["on_behalf_of"] == otto.id
    own = f"/v1/mobile/approvals/{asked['approval_id']}/approve"
    yes = {"decision_hash": card["decision_hash"], "client_decision_id": "a" * 32}
    assert otto.refused("POST", own, yes)[0] == 403
    approved(gala, running, asked["approval_id"])
    done = await program.called("assent__ledger_append", LINE)
    assert (done["status"], done["output"]) == ("confirmed", {"position": 1})

    running.client.wait_until_idle(60)
    shown = gala.get(f"/v1/invocations/{done['invocation_id']}")
    assert shown["on_behalf_of"] == otto.id
    receipt = gala.get(f"/v1/receipts/{done['receipt_id']}")["receipt"]
    assert (receipt["agent_id"], receipt["on_behalf_of"]) == (agent_id, otto.id)
    assert receipt["assented_by"] == gala.id
