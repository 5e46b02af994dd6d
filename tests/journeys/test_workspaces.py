"""Workspaces: roles that hold in one of them, in tokens that open nothing else."""

from typing import Any

import pytest

from emulators.running import RunningPlatform
from tests.journeys.workspaces import given, joined, made

pytestmark = pytest.mark.platform


def test_an_admin_makes_renames_and_archives_workspaces(
    people: Any, running: RunningPlatform
) -> None:
    gala = people("gala")
    tenant_id = gala.signs_up()
    first, second = made(gala), made(gala, "Ward")
    assert [each["workspace_id"] for each in gala.get("/v1/workspaces")["items"]] == [second, first]
    path = f"/v1/workspaces/{first}"
    assert gala.send("PATCH", path, {"name": "Dentists"}).json()["name"] == "Dentists"
    archived = gala.send("PATCH", path, {"archived": True}).json()
    assert (archived["name"], archived["archived_at"] is not None) == ("Dentists", True)
    answer = gala.browser.token(tenant=tenant_id, workspace=first)
    assert answer.json()["error"] == "access_denied"
    body = {"roles": ["operator"], "workspace_id": first}
    assert gala.refused("PATCH", f"/v1/members/{gala.id}", body) == (409, "version_conflict")
    again = gala.send("PATCH", path, {"archived": False}).json()
    assert again["archived_at"] is None
    running.client.wait_until_idle(60)
    events = [
        each["type"]
        for each in running.client.events(tenant=tenant_id)
        if each["subject"].endswith(first)
    ]
    assert events == [
        "assent.workspace.created.v1",
        "assent.workspace.archived.v1",
        "assent.workspace.reopened.v1",
    ]


@pytest.mark.nightly
def test_a_role_in_a_workspace_is_in_its_token_and_in_no_other(people: Any) -> None:
    gala, otto = people("gala"), people("otto")
    tenant_id = gala.signs_up()
    joined(gala, otto, tenant_id, "analyst")
    mine, other = made(gala), made(gala, "Ward")
    member = given(gala, otto, mine, "operator")
    assert member["roles"] == ["analyst"]
    assert member["workspaces"] == [{"workspace_id": mine, "roles": ["operator"]}]
    roles = {}
    for workspace in (mine, other):
        otto.token = otto.browser.access_token(tenant=tenant_id, workspace=workspace)
        me = otto.get("/v1/me")
        roles[workspace] = me["roles"]
        assert me["workspace_id"] == workspace
        (seen,) = otto.get("/v1/workspaces")["items"]
        assert seen["workspace_id"] == workspace
    assert roles == {mine: ["analyst", "operator"], other: ["analyst"]}
    otto.chooses(tenant_id)
    assert (otto.get("/v1/me")["roles"], otto.get("/v1/me")["workspace_id"]) == (["analyst"], None)
    assert given(gala, otto, mine)["workspaces"] == []
    otto.token = otto.browser.access_token(tenant=tenant_id, workspace=mine)
    assert otto.get("/v1/me")["roles"] == ["analyst"]


def test_a_token_for_a_workspace_opens_nothing_of_the_whole_tenant(
    people: Any, running: RunningPlatform
) -> None:
    gala = people("gala")
    tenant_id = gala.signs_up()
    workspace = made(gala)
    gala.token = gala.browser.access_token(tenant=tenant_id, workspace=workspace)
    for method, path in (
        ("POST", "/v1/pipeline/resume"),
        ("POST", "/v1/mobile/devices"),
        ("POST", "/v1/audit/exports"),
        ("GET", "/v1/members"),
        ("GET", f"/v1/members/{gala.id}"),
        ("POST", "/v1/policies"),
        ("POST", "/v1/workspaces"),
        ("PATCH", f"/v1/workspaces/{workspace}"),
    ):
        assert gala.refused(method, path) == (403, "covers_the_tenant"), path
    running.client.wait_until_idle(60)
    assert "for_one_workspace" in {
        each["data"]["reason"]
        for each in running.client.events(type="assent.credential.refused.v1", tenant=tenant_id)
    }


@pytest.mark.nightly
def test_an_admin_of_a_workspace_gives_roles_there_only(people: Any) -> None:
    gala, otto, mira = people("gala"), people("otto"), people("mira")
    tenant_id = gala.signs_up()
    joined(gala, otto, tenant_id, "end_user")
    joined(gala, mira, tenant_id, "end_user")
    mine, other = made(gala), made(gala, "Ward")
    given(gala, otto, mine, "workspace_admin")
    path = f"/v1/members/{mira.id}"
    inside = {"roles": ["developer"], "workspace_id": mine}
    assert otto.refused("PATCH", path, inside) == (403, "forbidden")
    otto.token = otto.browser.access_token(tenant=tenant_id, workspace=other)
    assert otto.refused("PATCH", path, inside) == (403, "forbidden")
    otto.token = otto.browser.access_token(tenant=tenant_id, workspace=mine)
    given(otto, mira, mine, "developer")
    for body in (
        {"roles": ["developer"], "workspace_id": other},
        {"roles": ["tenant_admin"]},
        {"roles": ["developer"]},
    ):
        assert otto.refused("PATCH", path, body) == (403, "forbidden"), body
    for role, refused in (
        ("governor", (403, "forbidden")),
        ("deputy", (403, "forbidden")),
        ("tenant_admin", (422, "invalid")),
        ("service_runtime", (422, "invalid")),
    ):
        body = {"roles": [role], "workspace_id": mine}
        assert otto.refused("PATCH", path, body) == refused, role
    given(gala, otto, mine)
    # The token of before has the role still; the place does not.
    assert otto.refused("PATCH", path, inside) == (403, "forbidden")


@pytest.mark.nightly
def test_nothing_of_a_workspace_is_for_strangers_or_people_without_the_role(people: Any) -> None:
    gala, otto = people("gala"), people("otto")
    tenant_id = gala.signs_up()
    workspace = made(gala)
    theirs = otto.signs_up()
    path = f"/v1/workspaces/{workspace}"
    assert otto.refused("PATCH", path, {"name": "Mine"}) == (404, "not_found")
    assert otto.get("/v1/workspaces")["items"] == []
    body = {"roles": ["operator"], "workspace_id": workspace}
    assert otto.refused("PATCH", f"/v1/members/{otto.id}", body) == (404, "not_found")
    for tenant in (tenant_id, theirs):
        answer = otto.browser.token(tenant=tenant, workspace=workspace)
        assert answer.json()["error"] == "access_denied"
    mira = people("mira")
    joined(gala, mira, tenant_id, "developer")
    assert mira.refused("POST", "/v1/workspaces", {"name": "Mine"}) == (403, "forbidden")
    assert mira.refused("PATCH", path, {"archived": True}) == (403, "forbidden")
    assert mira.refused("PATCH", f"/v1/members/{mira.id}", body) == (403, "forbidden")
    alone = people("ines")
    answer = alone.browser.token(workspace=workspace)
    assert answer.json()["error"] == "invalid_request"
