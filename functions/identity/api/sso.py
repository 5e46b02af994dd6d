"""A tenant's own issuer."""

from fastapi import Request

from functions.identity.rules.refusals import SsoRefused
from functions.identity.rules.sso import SsoBody
from functions.identity.service import sso
from functions.identity.views import SsoView
from shared.kit.callers import Caller
from shared.runtime.credential_refusals import report_refusal
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
async def configure_sso(request: Request, caller: Caller, key: Key, body: SsoBody) -> SsoView:
    """Says at which issuer the tenant's people sign in; needs the role tenant_admin."""
    try:
        return await sso.configure(caller, key, body)
    except SsoRefused as refused:
        await report_refusal(request, refused.reason, caller.tenant_id, caller.principal)
        raise


@ROUTER.post("/verify")
async def verify_sso(request: Request, caller: Caller) -> SsoView:
    """Looks for the record that proves the mail domain; needs the role tenant_admin."""
    try:
        return await sso.verify(caller)
    except SsoRefused as refused:
        await report_refusal(request, refused.reason, caller.tenant_id, caller.principal)
        raise
