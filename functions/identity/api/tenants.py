"""Tenants, members and invitations."""

from typing import Annotated

from fastapi import Path

from functions.identity.rules.entity_types import MEMBER
from functions.identity.rules.invitation import InvitationBody
from functions.identity.rules.suspension import SuspensionBody
from functions.identity.rules.tenant import NameBody, TenantBody
from functions.identity.service import flags, invitations, suspension, tenants
from functions.identity.views.members import (
    Accepted,
    InvitationPage,
    InvitationView,
    MemberDetail,
    MemberPage,
    MemberView,
    NewInvitation,
)
from functions.identity.views.tenants import FlagBody, FlagView, TenantsView, TenantView
from shared.kit.callers import Caller
from shared.runtime.acts import does
from shared.runtime.idempotency import Key
from shared.runtime.routes import Cursor, Limit, Router
from shared.runtime.tier_limits import beyond_quota

FlagName = Annotated[str, Path(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,49}$")]
_READ, _WRITE = ("identity:read",), ("identity:write",)
_USERS, _ITSELF = ("manage_tenant_users",), ("manage_tenant",)
_OWN = Router(
    prefix="/v1",
    tag="tenants",
    read=_READ,
    write=_WRITE,
    tenantless=True,
    within=("own_affairs",),
)
_TENANT = Router(prefix="/v1", tag="tenants", read=_READ, write=_WRITE)
_STOPPED = Router(prefix="/v1", tag="tenants", read=_READ, write=_WRITE, in_stopped=True)


@_OWN.get("/tenants")
async def list_tenants(caller: Caller) -> TenantsView:
    """Lists the caller's tenants."""
    return await tenants.list_tenants(caller)


@_OWN.post("/tenants", status_code=201)
async def create_tenant(caller: Caller, key: Key, body: TenantBody) -> TenantView:
    """Signs a tenant up; the caller becomes its admin and its governor."""
    return await tenants.create_tenant(caller, key, body)


@_OWN.post("/tenants/{tenant_id}/suspend")
@does(within=("manage_tenants",), deed="suspending a tenant")
@beyond_quota
async def suspend_tenant(
    caller: Caller, key: Key, tenant_id: str, body: SuspensionBody
) -> TenantView:
    """Suspends a tenant, in which nothing happens from then on; needs the role platform_admin."""
    return await suspension.suspend_tenant(caller, key, tenant_id, body)


@_OWN.post("/tenants/{tenant_id}/resume")
@does(within=("manage_tenants", "manage_tenant"), deed="resuming a tenant")
async def resume_tenant(caller: Caller, key: Key, tenant_id: str) -> TenantView:
    """Lifts a suspension, which needs the role platform_admin and a token for no tenant; or ends
    the closing of the token's own tenant, which needs the role tenant_admin."""
    return await suspension.resume_tenant(caller, key, tenant_id)


@_STOPPED.post("/tenants/{tenant_id}/close")
@does(within=_ITSELF, deed="closing the tenant")
@beyond_quota
async def close_tenant(caller: Caller, key: Key, tenant_id: str) -> TenantView:
    """Closes the tenant in thirty days, in which nothing happens; needs the role tenant_admin."""
    return await suspension.close_tenant(caller, key, tenant_id)


@_OWN.post("/invitations/{token}/accept")
async def accept_invitation(caller: Caller, token: str) -> Accepted:
    """Accepts an invitation, once."""
    return await invitations.accept(caller, token)


@_TENANT.get("/tenants/{tenant_id}")
async def get_tenant(caller: Caller, tenant_id: str) -> TenantView:
    """Shows the tenant that the token is for."""
    return await tenants.show_tenant(caller, tenant_id)


@_TENANT.patch("/tenants/{tenant_id}")
@does(within=_ITSELF, deed="renaming the tenant")
async def rename_tenant(caller: Caller, key: Key, tenant_id: str, body: NameBody) -> TenantView:
    """Gives the tenant another name; needs the role tenant_admin."""
    return await suspension.rename_tenant(caller, key, tenant_id, body)


@_TENANT.get("/flags/{name}")
async def get_flag(caller: Caller, name: FlagName) -> FlagView:
    """Shows for which share of the tenant's principals a flag is on."""
    return await flags.show_flag(caller, name)


@_TENANT.put("/flags/{name}")
@does(within=_ITSELF, deed="setting a flag")
async def put_flag(caller: Caller, key: Key, name: FlagName, body: FlagBody) -> FlagView:
    """Turns a flag on for a share of the tenant's principals; needs the role tenant_admin."""
    return await flags.put_flag(caller, key, name, body)


@_TENANT.get("/members")
@beyond_quota
async def list_members(caller: Caller, limit: Limit = 25, cursor: Cursor = None) -> MemberPage:
    """Lists the tenant's members with their names, newest first."""
    return await tenants.list_members(caller, limit, cursor)


@_TENANT.get("/members/{principal}")
async def get_member(caller: Caller, principal: str) -> MemberDetail:
    """Shows one member with their name."""
    return await tenants.show_member(caller, principal)


@_TENANT.delete("/members/{principal}")
@does("members.remove", about=MEMBER, within=_USERS, deed="removing a member")
@beyond_quota
async def remove_member(caller: Caller, key: Key, principal: str) -> MemberView:
    """Removes a member, which an admin may, or oneself."""
    return await tenants.remove_member(caller, key, principal)


@_TENANT.delete("/members/{principal}/sessions")
@does(within=_ITSELF, deed="ending a member's sessions")
@beyond_quota
async def end_sessions(caller: Caller, key: Key, principal: str) -> MemberView:
    """Lets a member sign in again for this tenant; needs the role tenant_admin."""
    return await tenants.end_sessions(caller, key, principal)


@_TENANT.get("/invitations")
@does(within=_USERS, deed="seeing invitations")
@beyond_quota
async def list_invitations(
    caller: Caller, limit: Limit = 25, cursor: Cursor = None
) -> InvitationPage:
    """Lists the tenant's invitations, newest first; needs the role tenant_admin."""
    return await invitations.list_invitations(caller, limit, cursor)


@_TENANT.post("/invitations", status_code=201)
@does(within=_USERS, deed="inviting somebody")
async def invite(caller: Caller, body: InvitationBody) -> NewInvitation:
    """Invites somebody, once, within seven days; needs the role tenant_admin."""
    return await invitations.invite(caller, body)


@_TENANT.delete("/invitations/{invitation_id}")
@does(within=_USERS, deed="revoking an invitation")
@beyond_quota
async def revoke_invitation(caller: Caller, key: Key, invitation_id: str) -> InvitationView:
    """Revokes an invitation; needs the role tenant_admin."""
    return await invitations.revoke(caller, key, invitation_id)


ROUTER = Router.joining(_OWN, _TENANT, _STOPPED)
