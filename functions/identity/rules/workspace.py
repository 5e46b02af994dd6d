"""Workspaces: parts of a tenant, with roles of their own for its members.

A member's roles in the tenant hold in each workspace. Roles in a workspace add to them there, and
only in a token that is for that workspace."""

from collections.abc import Collection
from datetime import datetime

from pydantic import StrictBool

from events.members import MemberRolesChanged, WorkspaceRoles
from events.tenants import WorkspaceArchived, WorkspaceCreated, WorkspaceReopened, WorkspaceState
from functions.identity.rules.control import restore, revoke
from functions.identity.rules.roles import DECIDING, GIVEN_IN_WORKSPACES, check_kind
from functions.identity.rules.tenant import Member, Name, Tenant, check_current, without_tokens
from shared.kit.callers import Actor
from shared.kit.control import Control
from shared.kit.errors import FieldError, Forbidden, Invalid, VersionConflict
from shared.kit.models import Model
from shared.kit.roles import TENANT_ADMIN, WORKSPACE_ADMIN
from shared.kit.transitions import Transition
from shared.kit.wording import one_of

MOST_OPEN = 100


class WorkspaceBody(Model):
    """What an admin says of a new workspace."""

    name: Name


class WorkspaceChange(Model):
    """What changes: the name, or whether the workspace is in use."""

    name: Name | None = None
    archived: StrictBool | None = None


class Workspace(WorkspaceState):
    """The fields that events publish, and its name."""

    name: str


Step = Transition[Workspace] | Transition[Tenant] | Transition[Control]


def create(
    tenant: Tenant, workspace_id: str, body: WorkspaceBody, by: str, at: datetime
) -> tuple[Step, ...]:
    """A new workspace. Raises VersionConflict for more than a hundred that are in use."""
    workspace = Workspace(workspace_id=workspace_id, name=body.name, created_by=by, created_at=at)
    return _counted(tenant, 1), Transition(workspace, WorkspaceCreated)


def change(
    tenant: Tenant,
    control: Control,
    workspace: Workspace,
    body: WorkspaceChange,
    at: datetime,
) -> tuple[Step, ...]:
    """The workspace with another name, archived, so that its tokens are refused, or in use again;
    no change where it is so already. Raises VersionConflict for more than a hundred that are in
    use."""
    name = body.name if body.name is not None else workspace.name
    newer = workspace.but(name=name)
    is_archived = workspace.archived_at is not None
    if body.archived is None or body.archived == is_archived:
        return (Transition(newer),) if newer != workspace else ()
    newer, id = newer.but(archived_at=at if body.archived else None), workspace.workspace_id
    if body.archived:
        archived = Transition(newer, WorkspaceArchived)
        return _counted(tenant, -1), revoke(control, id, at), archived
    return _counted(tenant, 1), *restore(control, id), Transition(newer, WorkspaceReopened)


def is_in_use(workspace: Workspace | None) -> bool:
    """Whether the workspace exists and was not archived."""
    return workspace is not None and workspace.archived_at is None


def change_roles(
    member: Member,
    control: Control,
    workspace: Workspace,
    roles: Collection[str],
    by_role: str,
    at: datetime,
) -> tuple[Transition[Member] | Transition[Control], ...]:
    """The member with other roles in the workspace, or with none, whose earlier tokens are refused;
    no change where they are the same. Raises Forbidden where `by_role` is not the tenant's admin
    and a role that decides is given or taken; Invalid for services of another place, for roles that
    are given in a tenant only, and for roles of another kind of member."""
    id = workspace.workspace_id
    if member.kind == "service":
        if not member.is_service_of(id):
            detail = "is not the service's: a service has roles only where it was made"
            raise Invalid(FieldError("workspace_id", detail))
        check_kind(member.kind, roles)
    elif others := sorted(frozenset(roles) - GIVEN_IN_WORKSPACES):
        may = one_of(GIVEN_IN_WORKSPACES)
        detail = f"{others[0]} is a role in the tenant only; give {may}, or no role"
        raise Invalid(FieldError("roles", detail))
    chosen = tuple(sorted(frozenset(roles)))
    if chosen and not is_in_use(workspace):
        raise VersionConflict("the workspace is archived; take it back into use first")
    if chosen == member.roles_in(id):
        return ()
    decides = DECIDING & (frozenset(chosen) ^ frozenset(member.roles_in(id)))
    if decides and by_role != TENANT_ADMIN:
        raise Forbidden(f"only a tenant_admin gives or takes the role {min(decides)}")
    kept = [each for each in member.workspaces if each.workspace_id != id]
    if chosen:
        kept.append(WorkspaceRoles(workspace_id=id, roles=chosen))
    if len(kept) > MOST_OPEN:
        raise VersionConflict(f"one member has roles in at most {MOST_OPEN} workspaces")
    workspaces = tuple(sorted(kept, key=lambda each: each.workspace_id))
    newer = member.but(workspaces=workspaces, version=member.version + 1)
    return without_tokens(control, newer, at), Transition(newer, MemberRolesChanged)


def role_that_changes(
    actor: Actor, chosen: str | None, acting: Member | None, workspace_id: str, at: datetime
) -> str:
    """The role with which the actor changes roles in the workspace: an admin of the tenant, or of
    the workspace in a token that is for it (`chosen`). Raises Forbidden for others: a token for a
    workspace changes nothing outside of it."""
    if chosen is None:
        check_current(actor, acting, at)
        if TENANT_ADMIN in actor.roles:
            return TENANT_ADMIN
        detail = "needs the role tenant_admin, or workspace_admin in a token for that workspace"
        raise Forbidden(f"changing roles in a workspace {detail}")
    held = acting.roles_at(at, workspace_id) if acting is not None and acting.is_here else ()
    for role in (TENANT_ADMIN, WORKSPACE_ADMIN):
        if chosen == workspace_id and role in held and role in actor.roles:
            return role
    raise Forbidden("this needs the role workspace_admin, in a token for that workspace")


def _counted(tenant: Tenant, more: int) -> Transition[Tenant]:
    number = tenant.workspaces + more
    if number > MOST_OPEN:
        detail = f"one tenant has at most {MOST_OPEN} workspaces in use; archive another"
        raise VersionConflict(detail)
    return Transition(tenant.but(workspaces=max(number, 0)))
