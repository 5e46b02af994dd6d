"""A person signs an agent that runs elsewhere in: from the refusal that says where, to a receipt
that names them, and to each end of it."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from emulators.running import RunningPlatform
from tests.journeys.clients import Client, answered, sent_back, serving
from tests.journeys.mcp_clients import SignedIn
from tests.journeys.test_agent_elsewhere import LINE, approved, elsewhere_spec
from tests.journeys.test_suspension import KNOWN_WITHIN
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


def chosen(client: Client, person: Any, tenant: str, agent: str) -> dict[str, str]:
    """What comes back where the person's browser sends this choice, whatever the page shows."""
    page = asks(client, person)
    filled = {"tenant": tenant, "agent": agent, "decision": "allow"}
    return sent_back(answered(person.browser, page, **filled))


def asks(client: Client, person: Any, **changed: str | None) -> httpx.Response:
    wanted = {"resource": f"{client.platform}/mcp", "scope": "tools:write", **changed}
    page = client.asks(person.browser, **wanted)
    assert page.status_code == 200, page.text
    return page


def lists(client: Client, token: str) -> int:
    """The status of the answer to the program that asks for its tools."""
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    answer = httpx.post(f"{client.platform}/mcp", json=message, headers=headers, timeout=60)
    return int(answer.status_code)


@pytest.mark.nightly
def test_a_person_chooses_a_serving_agent_of_their_own_and_no_other(
    people: Any, client: Client, running: RunningPlatform
) -> None:
    gala, otto, mira = people("gala"), people("otto"), people("mira")
    tenant_id, elsewhere = gala.signs_up(), mira.signs_up()
    none = asks(client, gala, scope=None)
    assert "There is no agent that you may let it act as" in none.text
    assert "value='allow'" not in none.text
    assert chosen(client, gala, tenant_id, "")["error"] == "access_denied"
    agent_id = served(gala, running)
    draft = gala.post("/v1/agents", {**elsewhere_spec(), "name": "only-being-made"})["agent_id"]
    joined(gala, otto, tenant_id, "analyst")

    page = asks(client, gala)
    assert (agent_id in page.text, draft in page.text) == (True, False)
    assert "on your behalf" not in page.text
    refused = [
        (gala, tenant_id, draft),
        (gala, tenant_id, ""),
        (gala, tenant_id, f"{agent_id}x"),
        (gala, elsewhere, agent_id),
        (mira, elsewhere, agent_id),
        (mira, tenant_id, agent_id),
        (otto, tenant_id, agent_id),
    ]
    for person, tenant, agent in refused:
        back = chosen(client, person, tenant, agent)
        assert (back["error"], "code" in back) == ("access_denied", False), (person.name, agent)

    mira.post("/v1/tenants", {"name": "Second", "slug": f"second-{mira.id[-8:].lower()}"})
    which = asks(client, mira)
    assert "In which tenant does it act as an agent?" in which.text
    there = client.query(resource=f"{client.platform}/mcp", scope="tools:write")
    shown = mira.browser.http.get("/consent", params={**there, "tenant": elsewhere})
    assert "There is no agent that you may let it act as" in shown.text
    foreign = {**there, "tenant": tenant_id}
    back = mira.browser.http.get("/consent", params=foreign, follow_redirects=False)
    assert sent_back(back)["error"] == "access_denied"


def test_what_a_person_signed_in_ends_with_its_code_its_role_or_its_place(
    people: Any, client: Client, running: RunningPlatform
) -> None:
    gala, otto = people("gala"), people("otto")
    tenant_id = gala.signs_up()
    agent_id = served(gala, running)
    joined(gala, otto, tenant_id, "operator")
    mcp = f"{client.platform}/mcp"

    copied = chosen(client, otto, tenant_id, agent_id)["code"]
    first = client.redeems(copied, resource=mcp).json()
    assert first["scope"] == "tools:write"
    assert lists(client, first["access_token"]) == 200
    headers = {"Authorization": f"Bearer {first['access_token']}"}
    for path in ("/v1/agents", "/v1/me", "/v1/approvals"):
        assert gala.browser.http.get(path, headers=headers).status_code == 401
    assert client.redeems(copied, resource=mcp).json()["error"] == "invalid_grant"
    assert client.renews(first["refresh_token"]).json()["error"] == "invalid_grant"

    code = chosen(client, otto, tenant_id, agent_id)["code"]
    other = client.redeems(code, resource=client.platform)
    assert other.json()["error"] == "invalid_target"
    tokens = client.redeems(code, resource=mcp).json()
    (session,) = [
        each
        for each in otto.get("/v1/auth/sessions")["items"]
        if each["client"] == "client" and each["ended_at"] is None
    ]
    assert (session["agent_id"], session["tenant_id"]) == (agent_id, tenant_id)
    for wrong in ({"resource": client.platform}, {"scope": "agents:read"}, {"tenant": "ten_x"}):
        assert "error" in client.renews(tokens["refresh_token"], **wrong).json()
    renewed = client.renews(tokens["refresh_token"], resource=mcp).json()
    assert lists(client, renewed["access_token"]) == 200

    changed = gala.send("PATCH", f"/v1/members/{otto.id}", {"roles": ["analyst"]})
    assert changed.status_code == 200, changed.text
    refused = client.renews(renewed["refresh_token"]).json()
    assert (refused["error"], agent_id in refused["error_description"]) == ("access_denied", True)
    gala.send("DELETE", f"/v1/members/{otto.id}")
    assert client.renews(renewed["refresh_token"]).json()["error"] == "access_denied"
    # Every function knows of it within twenty seconds.
    until = time.monotonic() + KNOWN_WITHIN
    while lists(client, renewed["access_token"]) != 401 and time.monotonic() < until:
        time.sleep(0.5)
    assert lists(client, renewed["access_token"]) == 401
