"""Tenants, members and invitations."""

from functions.identity.rules.described import MEMBER
from functions.identity.rules.invitation import InvitationBody
from functions.identity.rules.tenant import TenantBody
from functions.identity.service import invitations, tenants
from functions.identity.views import (
    Accepted,
    InvitationPage,
    InvitationView,
    MemberPage,
    MemberView,
    NewInvitation,
    TenantsView,
    TenantView,
)
from shared.kit.callers import Caller
from shared.runtime.acts import does
from shared.runtime.idempotency import Key
from shared.runtime.routes import Cursor, Limit, Router

_READ, _WRITE = ("identity:read",), ("identity:write",)
_USERS = ("manage_tenant_users",)
_OWN = Router(
    prefix="/v1",
    tag="tenants",
    read=_READ,
    write=_WRITE,
    tenantless=True,
    within=("own_affairs",),
)
_TENANT = Router(prefix="/v1", tag="tenants", read=_READ, write=_WRITE)


@_OWN.get("/tenants")
async def list_tenants(caller: Caller) -> TenantsView:
    """Lists the caller's tenants."""
    return await tenants.list_tenants(caller)


@_OWN.post("/tenants", status_code=201)
async def create_tenant(caller: Caller, key: Key, body: TenantBody) -> TenantView:
    """Signs a tenant up; the caller becomes its admin and its governor."""
    return await tenants.create_tenant(caller, key, body)


@_OWN.post("/invitations/{token}/accept")
async def accept_invitation(caller: Caller, token: str) -> Accepted:
    """Accepts an invitation, once."""
    return await invitations.accept(caller, token)


@_TENANT.get("/tenants/{tenant_id}")
async def get_tenant(caller: Caller, tenant_id: str) -> TenantView:
    """Shows the tenant that the token is for."""
    return await tenants.show_tenant(caller, tenant_id)


@_TENANT.get("/members")
async def list_members(caller: Caller, limit: Limit = 25, cursor: Cursor = None) -> MemberPage:
    """Lists the tenant's members, newest first."""
    return await tenants.list_members(caller, limit, cursor)


@_TENANT.get("/members/{principal}")
async def get_member(caller: Caller, principal: str) -> MemberView:
    """Shows one member."""
    return await tenants.show_member(caller, principal)


@_TENANT.delete("/members/{principal}")
@does("members.remove", about=MEMBER, within=_USERS, deed="removing a member")
async def remove_member(caller: Caller, key: Key, principal: str) -> MemberView:
    """Removes a member, which an admin may, or oneself."""
    return await tenants.remove_member(caller, key, principal)


@_TENANT.get("/invitations")
@does(within=_USERS, deed="seeing invitations")
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
async def revoke_invitation(caller: Caller, key: Key, invitation_id: str) -> InvitationView:
    """Revokes an invitation; needs the role tenant_admin."""
    return await invitations.revoke(caller, key, invitation_id)


ROUTER = Router.joining(_OWN, _TENANT)
