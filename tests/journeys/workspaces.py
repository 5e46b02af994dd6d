"""Workspaces, and who has which role in one."""

from typing import Any

from tests.journeys.person import Person


def joined(gala: Person, otto: Person, tenant_id: str, *roles: str) -> None:
    otto.post(f"/v1/invitations/{gala.invites(*roles)}/accept")
    otto.chooses(tenant_id)


def given(admin: Person, member: Person, workspace_id: str, *roles: str) -> dict[str, Any]:
    body = {"roles": roles, "workspace_id": workspace_id}
    answer = admin.send("PATCH", f"/v1/members/{member.id}", body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def made(gala: Person, name: str = "Surgery") -> str:
    return str(gala.post("/v1/workspaces", {"name": name})["workspace_id"])
