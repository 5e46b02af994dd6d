"""A tenant's own issuer."""

from functions.identity.rules.sso import SsoBody
from functions.identity.service import sso
from functions.identity.views.sso import SsoView
from shared.kit.callers import Caller
from shared.runtime.idempotency import Key
from shared.runtime.routes import Router

ROUTER = Router(
    prefix="/v1/sso",
    tag="sso",
    read=("identity:read",),
    write=("identity:write",),
    within=("manage_tenant_users",),
)


@ROUTER.get("")
async def show_sso(caller: Caller) -> SsoView:
    """Shows the tenant's issuer; needs the role tenant_admin."""
    return await sso.show(caller)


@ROUTER.put("")
async def configure_sso(caller: Caller, key: Key, body: SsoBody) -> SsoView:
    """Says at which issuer the tenant's people sign in; needs the role tenant_admin."""
    return await sso.configure(caller, key, body)


@ROUTER.post("/verify")
async def verify_sso(caller: Caller) -> SsoView:
    """Looks for the record that proves the mail domain; needs the role tenant_admin."""
    return await sso.verify(caller)
