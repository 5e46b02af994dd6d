"""Workspaces of a tenant, and the roles of its members in them."""

from functions.identity.aggregates import MEMBERS, RUN, TENANTS, WORKSPACES
from functions.identity.rules import workspace as workspaces
from functions.identity.rules.tenant import Member
from functions.identity.rules.workspace import WorkspaceBody, WorkspaceChange
from functions.identity.service.tenants import administered, control_of
from functions.identity.views.members import MemberView
from functions.identity.views.workspaces import WorkspacePage, WorkspaceView
from shared.aggregates import Command
from shared.kit.callers import Caller
from shared.kit.errors import VersionConflict
from shared.kit.ids import new_id
from shared.storage.idempotency import IdempotencyKey


async def list_workspaces(caller: Caller, limit: int, cursor: str | None) -> WorkspacePage:
    """The tenant's workspaces, newest first; with a token for one, only that one."""
    if caller.workspace_id is not None:
        own = await RUN.read(caller, WORKSPACES, caller.workspace_id)
        return WorkspacePage(items=(WorkspaceView.of(own),), next_cursor=None)
    page = await RUN.page(caller, WORKSPACES, order_by=("created_at",), limit=limit, cursor=cursor)
    return page.shown(WorkspacePage, WorkspaceView.of)


async def create_workspace(
    caller: Caller, key: IdempotencyKey, body: WorkspaceBody
) -> WorkspaceView:
    """The new workspace. Raises Forbidden where the caller lost a role of its token (who may is
    the route's question), VersionConflict for more than a hundred."""

    async def use_case(work: Command) -> WorkspaceView:
        tenant = await administered(work)
        steps = workspaces.create(tenant, new_id("wsp", work.at), body, caller.principal, work.at)
        saved = await work.save(*steps)
        return WorkspaceView.of(saved[-1])

    return await RUN.command(caller, use_case, WorkspaceView, key=key)


async def change_workspace(
    caller: Caller, key: IdempotencyKey, workspace_id: str, body: WorkspaceChange
) -> WorkspaceView:
    """The workspace under another name, archived, or in use again. Raises NotFound, Forbidden
    where the caller lost a role of its token (who may is the route's question), VersionConflict for
    more than a hundred that are in use."""

    async def use_case(work: Command) -> WorkspaceView:
        workspace = await work.get(WORKSPACES, workspace_id)
        tenant = await administered(work)
        work.rely_on(TENANTS, caller.tenant_id)
        control = await control_of(work)
        steps = workspaces.change(tenant, control, workspace, body, work.at)
        return WorkspaceView.of(await work.save_change(workspace, *steps))

    about = (WORKSPACES, workspace_id)
    return await RUN.command(caller, use_case, WorkspaceView, key=key, about=about)


async def change_roles(
    caller: Caller,
    key: IdempotencyKey,
    principal: str,
    workspace_id: str,
    roles: tuple[str, ...],
) -> MemberView:
    """The member with other roles in the workspace. Raises NotFound; Forbidden for all but admins
    of the tenant and, where no role decides, of the workspace; Invalid for roles of a tenant;
    VersionConflict."""

    async def use_case(work: Command) -> MemberView:
        member: Member = await work.get(MEMBERS, principal)
        workspace = await work.get(WORKSPACES, workspace_id)
        work.rely_on(WORKSPACES, workspace_id)
        acting = await work.find(MEMBERS, caller.principal)
        by_role = workspaces.role_that_changes(
            caller.actor, caller.workspace_id, acting, workspace_id, work.at
        )
        work.rely_on(MEMBERS, caller.principal)
        if not member.is_here:
            raise VersionConflict("the member left; invite them again")
        control = await control_of(work)
        steps = workspaces.change_roles(member, control, workspace, roles, by_role, work.at)
        return MemberView.of(await work.save_change(member, *steps))

    return await RUN.command(caller, use_case, MemberView, key=key, about=(MEMBERS, principal))
