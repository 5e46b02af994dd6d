"""Workspaces, and the roles of members in the tenant or in one of them."""

from functions.identity.rules.entity_types import WORKSPACE
from functions.identity.rules.tenant import MemberChange
from functions.identity.rules.workspace import WorkspaceBody, WorkspaceChange
from functions.identity.service import tenants, workspaces
from functions.identity.views.members import MemberView
from functions.identity.views.workspaces import WorkspacePage, WorkspaceView
from shared.kit.callers import Caller
from shared.kit.errors import Forbidden
from shared.policy.authorization import choose_and_ask
from shared.runtime.acts import does
from shared.runtime.idempotency import Key
from shared.runtime.routes import Cursor, Limit, Router
from shared.runtime.tier_limits import beyond_quota

_READ, _WRITE = ("identity:read",), ("identity:write",)
_USERS = ("manage_tenant_users",)
_NARROWS = Router(prefix="/v1", tag="workspaces", read=_READ, write=_WRITE, narrows=True)
_TENANT = Router(prefix="/v1", tag="workspaces", read=_READ, write=_WRITE)


@_NARROWS.get("/workspaces")
async def list_workspaces(
    caller: Caller, limit: Limit = 25, cursor: Cursor = None
) -> WorkspacePage:
    """Lists the tenant's workspaces, newest first; with a token for one, that one alone."""
    return await workspaces.list_workspaces(caller, limit, cursor)


@_TENANT.post("/workspaces", status_code=201)
@does(within=_USERS, deed="making a workspace")
async def create_workspace(caller: Caller, key: Key, body: WorkspaceBody) -> WorkspaceView:
    """Makes a workspace; needs the role tenant_admin."""
    return await workspaces.create_workspace(caller, key, body)


@_TENANT.patch("/workspaces/{workspace_id}")
@does(about=WORKSPACE, within=_USERS, deed="changing a workspace")
@beyond_quota
async def change_workspace(
    caller: Caller, key: Key, workspace_id: str, body: WorkspaceChange
) -> WorkspaceView:
    """Renames a workspace, archives it or takes it back into use; needs the role tenant_admin."""
    return await workspaces.change_workspace(caller, key, workspace_id, body)


@_NARROWS.patch("/members/{principal}")
@does("members.update", within=_USERS, deed="changing a member's roles")
@does(
    "workspaces.roles.set",
    within=("manage_workspace_roles",),
    deed="changing roles in a workspace",
)
@does("members.deputy.set", within=("govern",), deed="naming a deputy")
@beyond_quota
async def change_member(caller: Caller, key: Key, principal: str, body: MemberChange) -> MemberView:
    """Gives a member other roles, which needs the role tenant_admin, or, with `workspace_id`, the
    role workspace_admin in a token for that workspace; or makes it the governors' deputy for a
    time, which needs the role governor or tenant_admin."""
    choose_and_ask(_action_of(body), caller.received_at)
    if body.workspace_id is not None and body.roles is not None:
        return await workspaces.change_roles(caller, key, principal, body.workspace_id, body.roles)
    if caller.workspace_id is not None:
        raise Forbidden("a token for a workspace changes roles in it only: send workspace_id")
    if body.roles is not None:
        return await tenants.change_roles(caller, key, principal, body.roles)
    return await tenants.change_deputy(caller, key, principal, body)


def _action_of(body: MemberChange) -> str:
    if body.roles is None:
        return "members.deputy.set"
    return "members.update" if body.workspace_id is None else "workspaces.roles.set"


ROUTER = Router.joining(_NARROWS, _TENANT)
