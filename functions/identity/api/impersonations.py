"""Support that acts as a member of a tenant."""

from functions.identity.rules.impersonation import ImpersonationBody, SupportAccessBody
from functions.identity.service import impersonations
from functions.identity.views.impersonations import (
    ImpersonationPage,
    ImpersonationView,
    NewImpersonation,
    SupportAccessView,
)
from shared.kit.callers import Caller
from shared.runtime.acts import does
from shared.runtime.idempotency import Key
from shared.runtime.routes import Cursor, Limit, Router
from shared.runtime.tier_limits import beyond_quota

_USERS = ("manage_tenant_users",)
_READ, _WRITE = ("identity:read",), ("identity:write",)
_PREFIX, _TAG = "/v1/impersonations", "impersonations"
_OWN = Router(
    prefix=_PREFIX, tag=_TAG, read=_READ, write=_WRITE, tenantless=True, within=("own_affairs",)
)
_TENANT = Router(prefix=_PREFIX, tag=_TAG, read=_READ, write=_WRITE)


@_OWN.post("", status_code=201)
async def begin_impersonation(caller: Caller, body: ImpersonationBody) -> NewImpersonation:
    """Lets support act as a member for half an hour, to read; needs the role platform_admin."""
    return await impersonations.begin(caller, body)


@_OWN.delete("/{session_id}")
@beyond_quota
async def end_impersonation(caller: Caller, session_id: str) -> ImpersonationView:
    """Ends it: who acts may, whom they act as, and an admin of the tenant."""
    return await impersonations.end(caller, session_id)


@_TENANT.get("")
@does(within=_USERS, deed="seeing who acted as others")
@beyond_quota
async def list_impersonations(
    caller: Caller, limit: Limit = 25, cursor: Cursor = None
) -> ImpersonationPage:
    """Lists who acted as members of the tenant, newest first; needs the role tenant_admin."""
    return await impersonations.list_impersonations(caller, limit, cursor)


@_TENANT.get("/access")
@beyond_quota
async def show_support_access(caller: Caller) -> SupportAccessView:
    """Shows whether support may act as members of the tenant."""
    return await impersonations.show_access(caller)


@_TENANT.put("/access")
@does(within=_USERS, deed="allowing or forbidding support")
@beyond_quota
async def allow_support(caller: Caller, key: Key, body: SupportAccessBody) -> SupportAccessView:
    """Says whether support may act as members; needs the role tenant_admin."""
    return await impersonations.allow(caller, key, body.allowed)


ROUTER = Router.joining(_OWN, _TENANT)
