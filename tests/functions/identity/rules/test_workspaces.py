"""Workspaces as values: how many there may be, and what a service has in them."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest

from events.members import WorkspaceRoles
from functions.identity.rules import tenant as tenants
from functions.identity.rules.api_key import ApiKey, KeyBody, make
from functions.identity.rules.entity_types import API_KEY
from functions.identity.rules.tenant import Member, Tenant, TenantBody
from functions.identity.rules.workspace import (
    MOST_OPEN,
    Workspace,
    WorkspaceBody,
    WorkspaceChange,
    change,
    change_roles,
    create,
    role_that_changes,
)
from shared.kit.callers import Actor
from shared.kit.control import Control
from shared.kit.errors import Forbidden, Invalid, VersionConflict
from shared.kit.roles import TENANT_ADMIN, WORKSPACE_ADMIN
from tests.shared.policy.asked import ask

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
    counted, revoked, archived = change(
        full, Control(), workspace, WorkspaceChange(archived=True), NOON
    )
    assert isinstance(counted.state, Tenant)
    assert counted.state.workspaces == MOST_OPEN - 1
    assert isinstance(archived.state, Workspace)
    control = revoked.state
    assert isinstance(control, Control)
    assert set(control.revoked) == {"wsp_1"}
    again, _ = _made(counted.state)
    with pytest.raises(VersionConflict):
        change(again, control, archived.state, WorkspaceChange(archived=False), NOON)


def test_what_is_so_already_changes_nothing() -> None:
    tenant, workspace = _made(_tenant())
    for body in (WorkspaceChange(), WorkspaceChange(name="Ward", archived=False)):
        assert change(tenant, Control(), workspace, body, NOON) == ()


def _member(kind: Literal["human", "service"] = "human", **changed: Any) -> Member:
    return Member(
        principal_id=f"{kind}_1",
        kind=kind,
        **{"roles": ("operator",), "joined_at": NOON, **changed},
    )


def _with_roles(*roles: str) -> tuple[WorkspaceRoles, ...]:
    return (WorkspaceRoles(workspace_id="wsp_1", roles=roles),)


def test_a_service_has_roles_where_it_was_made_and_nowhere_else() -> None:
    tenant, workspace = _made(_tenant())
    of_tenant = _member("service")
    with pytest.raises(Invalid, match="where it was made"):
        change_roles(of_tenant, Control(), workspace, ("operator",), TENANT_ADMIN, NOON)
    of_workspace = _member("service", roles=(), workspaces=_with_roles("operator"))
    with pytest.raises(Invalid, match="roles only there"):
        tenants.change_roles(tenant, Control(), of_workspace, ("operator",), NOON)
    _, changed = change_roles(
        of_workspace, Control(), workspace, ("analyst",), WORKSPACE_ADMIN, NOON
    )
    assert isinstance(changed.state, Member)
    assert changed.state.workspaces == _with_roles("analyst")
    for roles in ((), ("governor",), ("workspace_admin",)):
        with pytest.raises(Invalid):
            change_roles(of_workspace, Control(), workspace, roles, TENANT_ADMIN, NOON)
    removed = of_workspace.model_copy(update={"removed_at": NOON})
    kinds = [each.is_service_of("wsp_1") for each in (of_workspace, of_tenant, removed)]
    assert kinds == [True, False, False]
    person = _member(workspaces=_with_roles("operator"))
    assert not person.is_service_of("wsp_1")
    assert not person.is_service_of(None)


@pytest.mark.parametrize("role", ["governor", "deputy"])
def test_who_decides_in_a_workspace_is_for_an_admin_of_the_tenant_to_say(role: str) -> None:
    _, workspace = _made(_tenant())
    member, deciding = _member(), _member(workspaces=_with_roles(role))
    for place, roles in (
        (member, (role,)),
        (deciding, ()),
        (deciding, ("operator",)),
        (deciding, ("governor", "deputy")),
    ):
        assert change_roles(place, Control(), workspace, roles, TENANT_ADMIN, NOON)
        with pytest.raises(Forbidden, match="only a tenant_admin"):
            change_roles(place, Control(), workspace, roles, WORKSPACE_ADMIN, NOON)
    assert change_roles(deciding, Control(), workspace, (role, "analyst"), WORKSPACE_ADMIN, NOON)
    with pytest.raises(Invalid):
        change_roles(member, Control(), workspace, ("tenant_admin",), TENANT_ADMIN, NOON)


def test_roles_are_changed_with_a_role_that_the_token_and_the_place_have() -> None:
    def role(actor: str, chosen: str | None, acting: Member | None) -> str:
        who = Actor("user_1", frozenset({actor}))
        return role_that_changes(who, chosen, acting, "wsp_1", NOON)

    admin = _member(roles=(TENANT_ADMIN,), workspaces=_with_roles(WORKSPACE_ADMIN))
    for chosen in (None, "wsp_1"):
        assert role(TENANT_ADMIN, chosen, admin) == TENANT_ADMIN
    assert role(WORKSPACE_ADMIN, "wsp_1", admin) == WORKSPACE_ADMIN
    for actor, chosen, acting in (
        (WORKSPACE_ADMIN, None, admin),
        (WORKSPACE_ADMIN, "wsp_2", admin),
        (TENANT_ADMIN, "wsp_2", admin),
        ("governor", None, _member(roles=("governor",))),
        ("governor", "wsp_1", _member(workspaces=_with_roles("governor"))),
        (WORKSPACE_ADMIN, "wsp_1", _member()),
        (TENANT_ADMIN, "wsp_1", _member(workspaces=_with_roles(WORKSPACE_ADMIN))),
        (TENANT_ADMIN, "wsp_1", admin.model_copy(update={"removed_at": NOON})),
        (TENANT_ADMIN, "wsp_1", None),
    ):
        with pytest.raises(Forbidden):
            role(actor, chosen, acting)


def test_tokens_of_before_are_refused_where_roles_in_a_workspace_change() -> None:
    _, workspace = _made(_tenant())
    member = Member(principal_id="user_2", roles=("operator",), joined_at=NOON, version=3)
    control, changed = change_roles(member, Control(), workspace, ("analyst",), TENANT_ADMIN, NOON)
    assert isinstance(control.state, Control)
    assert isinstance(changed.state, Member)
    assert changed.state.version == control.state.revoked["user_2"].version == 4
    same = (control.state, workspace, ("analyst",), TENANT_ADMIN, NOON)
    assert change_roles(changed.state, *same) == ()


def _key(workspace_id: str | None, principal_id: str = "service_1") -> ApiKey:
    body = KeyBody(name="CI", scopes=("agents:read",), expires_at=NOON + timedelta(days=1))
    maker = _member()
    made = make("key_1", body, "secret", maker, body.scopes, NOON, workspace_id).state
    return made.model_copy(update={"workspace_id": workspace_id, "principal_id": principal_id})


@pytest.mark.parametrize("action", ["api-keys.delete", "api-keys.rotate"])
def test_an_admin_of_a_workspace_governs_its_keys_and_no_others(action: str) -> None:
    def asks(role: str, key: ApiKey, workspace_id: str | None, who: str = "ines") -> None:
        ask(Actor(who, frozenset({role})), action, API_KEY, key, workspace_id=workspace_id)

    mine = _key("wsp_1")
    asks(WORKSPACE_ADMIN, mine, "wsp_1")
    asks(TENANT_ADMIN, mine, "wsp_1")
    asks(TENANT_ADMIN, mine, None)
    for role, key, workspace_id in (
        (WORKSPACE_ADMIN, mine, None),
        (WORKSPACE_ADMIN, mine, "wsp_2"),
        (WORKSPACE_ADMIN, _key(None), "wsp_1"),
        (WORKSPACE_ADMIN, _key(None), None),
        (TENANT_ADMIN, mine, "wsp_2"),
        (TENANT_ADMIN, _key(None), "wsp_1"),
        ("governor", mine, "wsp_1"),
        ("developer", mine, "wsp_1"),
    ):
        with pytest.raises(Forbidden):
            asks(role, key, workspace_id)
    # Their own, but not with a token for elsewhere.
    own = _key("wsp_1", "user_1")
    for workspace_id in ("wsp_1", None):
        asks("developer", own, workspace_id, "user_1")
    with pytest.raises(Forbidden):
        asks("developer", own, "wsp_2", "user_1")
    if action == "api-keys.rotate":
        with pytest.raises(Forbidden):
            asks(WORKSPACE_ADMIN, own, "wsp_1")
