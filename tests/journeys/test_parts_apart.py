"""What belongs to a workspace: for tokens of it and of the whole tenant, and for no other."""

from typing import Any

import pytest

from emulators.running import RunningPlatform
from tests.journeys.workspaces import given, joined, made
from tests.journeys.world import decision, spec

pytestmark = pytest.mark.platform


@pytest.mark.nightly
def test_an_agent_of_a_workspace_is_made_seen_and_approved_there(
    people: Any, running: RunningPlatform
) -> None:
    gala, otto, mira = people("gala"), people("otto"), people("mira")
    tenant_id = gala.signs_up()
    surgery, ward = made(gala), made(gala, "Ward")
    for each, workspace in ((otto, surgery), (mira, ward)):
        joined(gala, each, tenant_id, "analyst")
        given(gala, each, workspace, "developer")
        each.token = each.browser.access_token(tenant=tenant_id, workspace=workspace)
    case = otto.post("/v1/agents", spec("writer"))
    assert case["workspace_id"] == surgery
    # A name is taken in its workspace only.
    assert otto.refused("POST", "/v1/agents", spec("writer")) == (409, "version_conflict")
    other = mira.post("/v1/agents", spec("writer"))
    running.client.wait_until_idle(60)
    paths = [f"/v1/agents/{case['agent_id']}", f"/v1/workflows/{case['case_id']}"]
    card = _card(otto)
    assert (card["workspace_id"], card["requested_by"]) == (surgery, otto.id)
    paths += [f"/v1/approvals/{card['id']}", f"/v1/mobile/approvals/{card['id']}"]
    paths += [f"/v1/mobile/agents/{case['agent_id']}"]
    for path in paths:
        assert otto.get(path)["workspace_id"] == surgery
        assert mira.refused("GET", path) == (404, "not_found"), path
    # The founder governs the whole tenant, and with a token for the other part nothing of this one.
    gala.token = gala.browser.access_token(tenant=tenant_id, workspace=ward)
    approve = f"/v1/mobile/approvals/{card['id']}/approve"
    assert gala.refused("POST", approve, decision(card)) == (404, "not_found")
    gala.token = gala.browser.access_token(tenant=tenant_id, workspace=surgery)
    gala.post(approve, decision(card))
    gala.chooses(tenant_id)
    gala.post(f"/v1/mobile/approvals/{_card(mira)['id']}/approve", decision(_card(mira)))
    running.client.wait_until_idle(60)
    assert otto.get(paths[0])["status"] == mira.get(f"/v1/agents/{other['agent_id']}")["status"]
    for path in ("/v1/agents", "/v1/workflows", "/v1/approvals", "/v1/mobile/agents"):
        assert {each["workspace_id"] for each in otto.get(path)["items"]} == {surgery}, path
        assert {each["workspace_id"] for each in gala.get(path)["items"]} == {surgery, ward}, path
    _a_change_and_a_suspension_stay_inside(gala, otto, mira, case, other, running)
    missed = {
        (each["data"]["principal"], each["data"]["id"], each.get("workspaceid"))
        for each in running.client.events(type="assent.lookup.missed.v1")
    }
    assert {(mira.id, case["agent_id"], ward), (gala.id, card["id"], ward)} <= missed


def _a_change_and_a_suspension_stay_inside(
    gala: Any, otto: Any, mira: Any, case: Any, other: Any, running: RunningPlatform
) -> None:
    """By the founder, whose token is for the whole tenant."""
    surgery, ward = case["workspace_id"], other["workspace_id"]
    changed = {**spec("writer"), "purpose": "Draft articles about teeth for the clinic's editors."}
    change = gala.post(f"/v1/agents/{case['agent_id']}/changes", changed)
    assert otto.get(f"/v1/workflows/{change['case_id']}")["workspace_id"] == surgery
    gala.post(f"/v1/workflows/{change['case_id']}/cancel")
    interfaces = {**spec("reader")["interfaces"], "depends_on": ["writer"]}
    reader = mira.post("/v1/agents", spec("reader", interfaces=interfaces))
    running.client.wait_until_idle(60)
    gala.post(f"/v1/mobile/approvals/{_card(mira)['id']}/approve", decision(_card(mira)))
    running.client.wait_until_idle(60)
    path, statuses = f"/v1/agents/{reader['agent_id']}", []
    for each in (case, other):
        gala.post(f"/v1/agents/{each['agent_id']}/suspend", {"reason": "It is not needed."})
        running.client.wait_until_idle(60)
        statuses.append(mira.get(path)["status"])
    assert statuses[0] not in ("draft", "certified", "suspended")
    assert statuses[1] == "suspended"
    suspended = running.client.events(type="assent.agent.suspended.v1")
    lies = {each["data"]["agent_id"]: each.get("workspaceid") for each in suspended}
    ids = (case["agent_id"], other["agent_id"], reader["agent_id"])
    assert [lies[each] for each in ids] == [surgery, ward, ward]


def _card(person: Any) -> dict[str, Any]:
    (card,) = person.get("/v1/approvals?status=pending")["items"]
    return dict(card)
