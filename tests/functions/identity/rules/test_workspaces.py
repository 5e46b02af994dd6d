"""Workspaces as values: how many there may be, and what a service has in them."""

from datetime import UTC, datetime

import pytest

from functions.identity.rules import tenant as tenants
from functions.identity.rules.tenant import Member, Tenant, TenantBody
from functions.identity.rules.workspace import (
    MOST_OPEN,
    Workspace,
    WorkspaceBody,
    WorkspaceChange,
    change,
    change_roles,
    create,
)
from shared.kit.control import Control
from shared.kit.errors import Invalid, VersionConflict

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def _tenant(**changed: int) -> Tenant:
    founded = tenants.found("ten_1", TenantBody(name="Clinic", slug="clinic"), "user_1", NOON)
    assert isinstance(founded[0].state, Tenant)
    return founded[0].state.model_copy(update=changed)


def _made(tenant: Tenant) -> tuple[Tenant, Workspace]:
    counted, made = create(tenant, "wsp_1", WorkspaceBody(name="Ward"), "user_1", NOON)
    assert isinstance(counted.state, Tenant)
    assert isinstance(made.state, Workspace)
    return counted.state, made.state


def test_a_tenant_has_at_most_a_hundred_workspaces_in_use() -> None:
    full, workspace = _made(_tenant(workspaces=MOST_OPEN - 1))
    with pytest.raises(VersionConflict, match="at most 100"):
        _made(full)
    counted, archived = change(full, workspace, WorkspaceChange(archived=True), NOON)
    assert isinstance(counted.state, Tenant)
    assert counted.state.workspaces == MOST_OPEN - 1
    assert isinstance(archived.state, Workspace)
    again, _ = _made(counted.state)
    with pytest.raises(VersionConflict):
        change(again, archived.state, WorkspaceChange(archived=False), NOON)


def test_what_is_so_already_changes_nothing() -> None:
    tenant, workspace = _made(_tenant())
    for body in (WorkspaceChange(), WorkspaceChange(name="Ward", archived=False)):
        assert change(tenant, workspace, body, NOON) == ()


def test_a_service_has_no_roles_in_a_workspace() -> None:
    _, workspace = _made(_tenant())
    service = Member(principal_id="service_1", kind="service", roles=("operator",), joined_at=NOON)
    with pytest.raises(Invalid, match="whole tenant"):
        change_roles(service, Control(), workspace, ("operator",), NOON)


def test_tokens_of_before_are_refused_where_roles_in_a_workspace_change() -> None:
    _, workspace = _made(_tenant())
    member = Member(principal_id="user_2", roles=("operator",), joined_at=NOON, version=3)
    control, changed = change_roles(member, Control(), workspace, ("analyst",), NOON)
    assert isinstance(control.state, Control)
    assert isinstance(changed.state, Member)
    assert changed.state.version == control.state.revoked["user_2"].version == 4
    assert change_roles(changed.state, control.state, workspace, ("analyst",), NOON) == ()
